// One slot as the decision core knows it: phase, evidence, work, history. All times are monotonic ms.

import type { Line, UsbPresence } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { ShedWhy, Why } from "./why.ts";

export type Phase =
  | "Unknown"
  | "Off"
  | "PoweringOn"
  | "Booting"
  | "Ready"
  | "Degraded"
  | "Suspect"
  | "Remediating"
  | "PoweringOff"
  | "Quarantined"
  | "Fault";

/** Where within its phase a slot is: the rung of the ladder, or the part of a power action. */
export type Stage =
  | "restart-worker"
  | "restart-agent"
  | "soft-reboot"
  | "power-cycle"
  | "soft"
  | "cut"
  | "prove"
  | "write"
  | "settle";

/** On whose word power is switched: a person's, a remedy's for a silent Zero, or a standing rule's (ceiling, heat, idle). */
export type By = "operator" | "automation" | "policy";

export type IntentKind = "on" | "off" | "cycle" | "quarantine";

/** A power action that is on disk before it is done, so that a crash between any two steps can be completed. */
export interface Intent {
  readonly id: number;
  readonly kind: IntentKind;
  readonly by: By;
  /** The reason code; of one that an older version wrote, what it wrote there. */
  readonly why: string;
  /** What a person said, or what the rule went by, in words. */
  readonly reason: string;
  /** On disk. No power effect before that. */
  readonly durable: boolean;
}

/** What an operator, or a foreign hand on the line, holds a slot in. Automation leaves a held slot alone. */
export interface Hold {
  readonly kind: "cordon" | "drain" | "maintenance" | "foreign";
  readonly reason: string;
  readonly since: number;
  /** When it ends by itself; Infinity for never. */
  readonly until: number;
}

/** How hot a Zero is, in steps: 1 gets half the work, 2 none, 3 is switched off. */
export type HeatStep = 0 | 1 | 2 | 3;

/** Joules since ever, by where the figure comes from. */
export interface Energy {
  readonly measuredJ: number;
  readonly modelledJ: number;
  /** Until when it is counted. */
  readonly at: number;
}

export interface Link {
  readonly id: number;
  readonly bootId: string;
  readonly model: string;
  readonly agentVersion: string;
  /** What it hashes with, of the algorithm that this rig mines; null where it has no kernel for that. */
  readonly kernel: string | null;
  /** The rate that the agent measured for its kernel at start. */
  readonly nominalHs: number;
  /** Whether it takes jobs of the algorithm that this rig mines. */
  readonly hasKernel: boolean;
  /** The known answer was right on this link. No work before that. */
  readonly tested: boolean;
  /** When the known answer was last asked for. */
  readonly askedAt: number;
}

export interface Vitals {
  readonly at: number;
  readonly hashes: number;
  readonly tempC: number | null;
  readonly throttled: number | null;
  readonly uptimeMs: number;
}

/** The job that a worker holds: whose it is, and until when it may keep it. */
export interface Task {
  readonly jobId: string;
  readonly seat: string;
  /** The link that it was sent over. */
  readonly link: number;
  readonly until: number;
}

export interface Slot {
  readonly id: SlotId;
  readonly index: number;
  readonly phase: Phase;
  readonly since: number;
  readonly why: Why;
  /** The deadline of this phase; Infinity where it has none. */
  readonly until: number;
  readonly stage: Stage | null;
  readonly wanted: Line;
  /** Whether that is settled since the start: by a person's word, or by what was found, once line and port agreed. */
  readonly wantedKnown: boolean;
  readonly hold: Hold | null;
  /** Set by an operator's `on`, until it is begun: it needs no leave of a pause. */
  readonly onAsked: { readonly reason: string } | null;
  /** Set by an operator's `cycle`, until it is begun. */
  readonly cycleAsked: { readonly reason: string; readonly hard: boolean } | null;
  /** A clean shutdown that this cut owes the Zero: when it was asked, and how long it has; null for a cut that asks nobody. */
  readonly asking: { readonly at: number | null; readonly limitMs: number } | null;
  /** It was off and wanted on when an earlier run last wrote it down: it is not off because anyone wanted it off. */
  readonly wasWaiting: boolean;
  /** An operator's `off` that is to be carried out, with or without a clean shutdown. */
  readonly offAsked: { readonly reason: string; readonly hard: boolean } | null;
  readonly intent: Intent | null;
  /** The id of the power effect that is under way, and when a failed one may be tried again. */
  readonly action: number | null;
  readonly retryAt: number;
  /** Where a try of ours may have brought the line, though the driver did not say so: if it turns elsewhere, somebody else turned it. */
  readonly written: Line | null;
  /** The last try wrote nothing, for a line was not as we knew it: the next reading tells which. */
  readonly refused: boolean;
  /** How often `on` was tried in this power-on. */
  readonly tries: number;
  readonly line: Line | "unknown";
  readonly usb: UsbPresence;
  /** The last that its port told: a hub that went says nothing of the Zeros behind it. */
  readonly lastUsb: UsbPresence;
  /** When `on` was last proved, and whether the boot that it began is still to end. */
  readonly onAt: number;
  readonly bootPending: boolean;
  /** When off was last proved. */
  readonly offAt: number;
  readonly link: Link | null;
  /** The algorithms that its agent said it has kernels of, and their rates; null while no agent said anything. */
  readonly kernels: Readonly<Partial<Record<Algorithm, number>>> | null;
  /** Any frame, over any link. */
  readonly heardAt: number;
  readonly vitals: Vitals | null;
  /** When hashes last rose, or a task was last begun. */
  readonly progressAt: number;
  /** Rises each time this slot's work may change hands. */
  readonly epoch: number;
  readonly task: Task | null;
  /** Hashes per second over the last seconds of work; 0 until a job was done. */
  readonly rateHs: number;
  readonly rateWeightMs: number;
  /** Results in a row that were far below the nominal rate. */
  readonly slowResults: number;
  /** Jobs in a row that ran out of time without a hash being done. */
  readonly unanswered: number;
  readonly bootId: string | null;
  /** It booted before this controller started: what it hashed until its first beat was counted by an earlier run. */
  readonly adopted: boolean;
  /** The last boots, from `on` to Ready, for the learned grace. */
  readonly bootMs: readonly number[];
  /** Automatic cuts, as far back as any window looks. */
  readonly cuts: readonly number[];
  /** Automatic cuts since the slot was last healthy for long: the exponent of the back-off, and the road to quarantine. */
  readonly strikes: number;
  /** Jobs in a row that it searched and did not solve, or solved wrongly. */
  readonly barren: number;
  /** Remedies below the power line since it last solved a job or was off: how far up the ladder it is, and how often it was. */
  readonly remedies: number;
  /** When they were found to be of no use: the pause before the next runs from then; null while one may help yet. */
  readonly ofNoUseAt: number | null;
  readonly heat: HeatStep;
  /** When it was last as hot as its step asks for. */
  readonly heatAt: number;
  /** No new job before this: the pause of a lower duty. */
  readonly restUntil: number;
  /** Which standing rule keeps it off, or is switching it off, although it is wanted on; and since when. */
  readonly shed: { readonly why: ShedWhy; readonly at: number } | null;
  /** When the end of a ceiling last brought it back; what a person or a remedy switched on since is not a ceiling's. */
  readonly movedAt: number;
  /** When it last had something to do, and until when somebody wants it up whatever it does. */
  readonly busyAt: number;
  readonly demandUntil: number;
  /** Who asked last, in words; null where nobody said. */
  readonly demandBy: string | null;
  /** Whether the Zero's kernel answers on the network, asked when it is silent; null while nobody knows. */
  readonly answers: { readonly yes: boolean; readonly at: number } | null;
  readonly probeAskedAt: number;
  /** Until when its agent has leave to be silent, because it is started anew at our word. */
  readonly restartUntil: number;
  /** What a meter said, and until when that counts. */
  readonly meter: { readonly watts: number; readonly until: number } | null;
  readonly energy: Energy;
  readonly hashes: number;
  readonly fences: number;
  readonly boots: number;
}

/** It solved a job, or was off, or a person vouches for it: the ladder is climbed from the bottom. */
export const UNREMEDIED = { remedies: 0, ofNoUseAt: null } as const;

/** Whether a Zero runs here that is known to work: neither boots, nor is silent or under a remedy. */
export function isUp({ phase }: Pick<Slot, "phase">): boolean {
  return phase === "Ready" || phase === "Degraded";
}

/** Whether a person keeps work from the slot. A foreign hand at the line says nothing of work. */
export function isKeptFromWork({ hold }: Pick<Slot, "hold">): boolean {
  return hold !== null && hold.kind !== "foreign";
}

/** Whether the Zero counts as one that works: linked, tested and heard within the liveness window. */
export function isHealthy(slot: Slot, now: number, livenessMs: number): boolean {
  return isUp(slot) && now - slot.heardAt < livenessMs;
}

/** Whether the slot is one of those that ought to be up: the base of the healthy floor. */
export function isMeantUp(slot: Slot): boolean {
  return (
    slot.wanted === "on" &&
    slot.hold === null &&
    slot.phase !== "Quarantined" &&
    slot.phase !== "Fault" &&
    slot.shed === null &&
    // Off by a ceiling or still waiting its turn is not meant up; off within a cycle is.
    (slot.phase !== "Off" || slot.intent !== null)
  );
}

/** Whether the slot, though not meant up (held, a fault), spoke lately: if it falls silent with others, that tells of a common cause. */
export function isWitness(slot: Slot, now: number, lifeMs: number): boolean {
  return slot.line === "on" && slot.phase !== "PoweringOff" && now - slot.heardAt < lifeMs;
}

/** Whether the cut is a further try of the start that is under way, off and on again for nothing showed up: no decision of its own. */
export function isFurtherTry({ tries }: Pick<Slot, "tries">): boolean {
  return tries > 0;
}

/** Whether automation has an unfinished power cycle on the slot: between cut and first beat. */
export function holdsLane(slot: Slot): boolean {
  return (
    slot.intent !== null &&
    (slot.intent.kind === "cycle" || slot.intent.kind === "quarantine") &&
    slot.phase !== "Fault"
  );
}
