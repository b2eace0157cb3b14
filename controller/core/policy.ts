// The numbers that decisions are made with. The defaults are those of fencing systems that are in use, sized for a rig of four.

import type { SlotId } from "../../hat/slots.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { GoalPart } from "./goal.ts";

export type ZeroModel = "zero" | "zero-w" | "zero-2-w";

/** What to do with the lines that a starting controller finds (OpenBMC's PowerRestorePolicy). */
export type PowerRestore = "adopt" | "restore" | "all-on" | "all-off";

/** A pool connection (or more) for each worker, or one for all, whose jobs are divided. */
export type PoolMode = "each" | "split";

export interface Policy {
  /** A Zero whose kernel still answers on the network has this long for its agent to come back before it is cut. */
  readonly agentGraceMs: number;
  /** Silence that makes a Zero suspect: five beats of 2 s. */
  readonly livenessMs: number;
  /** How long a suspect may still speak up before anything is done. */
  readonly suspectDwellMs: number;
  /** From `on` to the first beat, at least; 1.5 x the learned p99 of the slot's boots if that is more. */
  readonly bootGraceMs: number;
  /** From `on` to a USB device on the port, where ports can be read. */
  readonly enumerationMs: number;
  /** How often `on` is tried again when nothing shows up on USB, before the slot is a fault. */
  readonly enumerationTries: number;
  /** Beats that go on with no hash done, while a job is held, make a Zero suspect after this. */
  readonly progressMs: number;
  /** How long each rung of the ladder below the power line may take. */
  readonly restartWorkerMs: number;
  readonly restartAgentMs: number;
  readonly softRebootMs: number;
  /** How long an asked Zero may take to shut down before it is cut. */
  readonly softOffMs: number;
  /** The same where the supply is failing or the Zero is too hot. */
  readonly shedSoftMs: number;
  /** How long a cut may stay unproved before it is a fault. */
  readonly cutProofMs: number;
  /** Off time, counted from the proof. IPMI asks for 1 s at least; users of ClusterHATs take 2 to 5 s. */
  readonly offDwellMs: number;
  /** Between two power-ons. The vendor's 2017 script: 2 s. */
  readonly staggerMs: number;
  /** How many Zeros may be between cut and first beat. */
  readonly laneWidth: number;
  /** Pause before the same slot is cut again: doubles from base to max, forgotten after `backoffResetMs` of health. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly backoffResetMs: number;
  /** Failed cycles within the window that put a slot in quarantine; probation lets it try again. */
  readonly quarantineCycles: number;
  readonly quarantineWindowMs: number;
  readonly probationMs: number;
  /** Automatic cuts in any hour: of one slot, and of the rig. */
  readonly cutsPerSlotHour: number;
  readonly cutsPerRigHour: number;
  /** The floor of healthy Zeros below which nothing is cut, as a share of those meant to be up, rounded up. */
  readonly healthyFloor: number;
  /** A storm that lasts this long falls back to one at a time. */
  readonly stormHoldMs: number;
  /** After a storm, how long health must hold before anything is cut. */
  readonly stormCooldownMs: number;
  /** A loop that stood still this long convicts nobody for a full liveness window. */
  readonly pauseGuardMs: number;
  /** How often a slot in Fault is looked at again. */
  readonly reprobeMs: number;
  /** The most watts that the Zeros may draw, because the supply gives no more; null for no limit. No override lifts it. */
  readonly ceilingWatts: number | null;
  /** A Zero that a ceiling moved stays as it is for this long, so that a ceiling that flutters does not wear it out. */
  readonly ceilingDwellMs: number;
  /** Power actions of automation, of any kind: so many in a burst, and so many a minute in the long run. */
  readonly switchBurst: number;
  readonly switchesPerMinute: number;
  /** Under-voltage that lasts this long costs one more Zero, the newest first; this long without it gives one back. */
  readonly brownOutShedMs: number;
  readonly brownOutQuietMs: number;
  /** Heat steps of a Zero: half the work, no work, off. The firmware throttles at 80 C and 85 C is the limit of the chip. */
  readonly heatDutyC: number;
  readonly heatStopC: number;
  readonly heatOffC: number;
  /** A step is left when the Zero was this much cooler for so long; one that was switched off for heat stays off for so long. */
  readonly heatHysteresisC: number;
  readonly heatHoldMs: number;
  readonly heatOffMs: number;
  /** A Zero without work for this long is switched off, as long as so many stay up; null for never. */
  readonly idleOffMs: number | null;
  readonly keepUp: number;
  /** Zeros that are up only while somebody asks for them, whatever there is to mine: each sleeps after so long without demand. */
  readonly onDemand: readonly SlotId[];
  readonly onDemandIdleMs: number;
  /** What the tariff asks for a kilowatt-hour; null where cost is not counted. */
  readonly tariffPerKwh: number | null;
  readonly model: ZeroModel;
  readonly powerRestore: PowerRestore;
  /** What is mined. */
  readonly algorithm: Algorithm;
  readonly poolMode: PoolMode;
  /** Seats of each Zero. With more than one a job waits in another while the Zero hashes. */
  readonly connectionsPerZero: number;
  /** What the hashing is split among; empty where all of it is for one pool. */
  readonly goals: readonly GoalPart[];
  /** Between two new pool connections. Nodes ban above 50 in 30 s. */
  readonly poolConnectGapMs: number;
  /** The most of the workers that search what anybody submitted, while others are left to mine; at least one does. */
  readonly orderShare: number;
  /** A job's time limit: this many times its expected time at the worker's rate, within min and max. */
  readonly jobPatience: number;
  readonly jobLimitMinMs: number;
  /** Below the pool's 90 s. */
  readonly jobLimitMaxMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const DEFAULT_POLICY: Policy = {
  agentGraceMs: 45_000,
  livenessMs: 10_000,
  suspectDwellMs: 3000,
  bootGraceMs: 90_000,
  enumerationMs: 30_000,
  enumerationTries: 3,
  progressMs: 30_000,
  restartWorkerMs: 20_000,
  restartAgentMs: 30_000,
  softRebootMs: 60_000,
  softOffMs: 30_000,
  shedSoftMs: 10_000,
  cutProofMs: 20_000,
  offDwellMs: 2000,
  staggerMs: 2000,
  laneWidth: 1,
  backoffBaseMs: 30_000,
  backoffMaxMs: 10 * MINUTE_MS,
  backoffResetMs: 10 * MINUTE_MS,
  quarantineCycles: 3,
  quarantineWindowMs: HOUR_MS,
  probationMs: 24 * HOUR_MS,
  cutsPerSlotHour: 6,
  cutsPerRigHour: 24,
  healthyFloor: 0.51,
  stormHoldMs: 2 * MINUTE_MS,
  stormCooldownMs: 30_000,
  pauseGuardMs: 3000,
  reprobeMs: 60_000,
  ceilingWatts: null,
  ceilingDwellMs: MINUTE_MS,
  switchBurst: 10,
  switchesPerMinute: 20,
  brownOutShedMs: 5000,
  brownOutQuietMs: MINUTE_MS,
  heatDutyC: 75,
  heatStopC: 80,
  heatOffC: 85,
  heatHysteresisC: 5,
  heatHoldMs: MINUTE_MS,
  heatOffMs: 10 * MINUTE_MS,
  idleOffMs: null,
  keepUp: 0,
  onDemand: [],
  onDemandIdleMs: 10 * MINUTE_MS,
  tariffPerKwh: null,
  model: "zero",
  powerRestore: "adopt",
  algorithm: "duco-s1",
  poolMode: "each",
  connectionsPerZero: 1,
  goals: [],
  poolConnectGapMs: 700,
  orderShare: 1,
  jobPatience: 3,
  jobLimitMinMs: 2000,
  jobLimitMaxMs: 80_000,
};
