// The numbers that the design promises. A change here is a change of what people were told, not a detail.

import { expect, it } from "vitest";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const promised: [string, Partial<Policy>][] = [
  ["five beats of 2 s may be lost", { livenessMs: 10 * SECOND_MS, suspectDwellMs: 3 * SECOND_MS }],
  ["a Zero whose kernel answers has longer", { agentGraceMs: 45 * SECOND_MS }],
  [
    "a start has 30 s to show up on USB, three times, and 90 s to speak",
    { enumerationMs: 30 * SECOND_MS, enumerationTries: 3, bootGraceMs: 90 * SECOND_MS },
  ],
  [
    "a Zero that hashes nothing for 30 s is helped below the power line",
    {
      progressMs: 30 * SECOND_MS,
      restartWorkerMs: 20 * SECOND_MS,
      restartAgentMs: 30 * SECOND_MS,
      softRebootMs: 60 * SECOND_MS,
    },
  ],
  [
    "who is asked to shut down has 30 s, or 10 s when power is short; a cut is proved in 20 s",
    { softOffMs: 30 * SECOND_MS, shedSoftMs: 10 * SECOND_MS, cutProofMs: 20 * SECOND_MS },
  ],
  ["off lasts 2 s, starts are 2 s apart", { offDwellMs: 2 * SECOND_MS, staggerMs: 2 * SECOND_MS }],
  ["one Zero at a time is between cut and first beat", { laneWidth: 1 }],
  [
    "the pause before the next cut doubles from 30 s to 10 min, and is forgotten after 10 min",
    {
      backoffBaseMs: 30 * SECOND_MS,
      backoffMaxMs: 10 * MINUTE_MS,
      backoffResetMs: 10 * MINUTE_MS,
    },
  ],
  [
    "three failed cycles in an hour are a day of quarantine",
    { quarantineCycles: 3, quarantineWindowMs: HOUR_MS, probationMs: 24 * HOUR_MS },
  ],
  ["cuts in an hour are capped", { cutsPerSlotHour: 6, cutsPerRigHour: 24 }],
  [
    "half of the Zeros and a little more must be well; a storm is over after 30 s, or long after 2 min",
    { healthyFloor: 0.51, stormCooldownMs: 30 * SECOND_MS, stormHoldMs: 2 * MINUTE_MS },
  ],
  ["a loop that stood still for 3 s convicts nobody", { pauseGuardMs: 3 * SECOND_MS }],
  ["a fault is looked at each minute", { reprobeMs: MINUTE_MS }],
  [
    "nothing limits power until someone says so, and nobody sleeps",
    { ceilingWatts: null, idleOffMs: null, keepUp: 0, tariffPerKwh: null, model: "zero" },
  ],
  ["what a ceiling moved stays for a minute", { ceilingDwellMs: MINUTE_MS }],
  ["ten power actions at once, twenty a minute", { switchBurst: 10, switchesPerMinute: 20 }],
  [
    "a failing supply loses a Zero each 5 s and gets one back each minute",
    { brownOutShedMs: 5 * SECOND_MS, brownOutQuietMs: MINUTE_MS },
  ],
  [
    "75, 80 and 85 C are the steps of heat, left 5 C lower after a minute; off for 10 min",
    {
      heatDutyC: 75,
      heatStopC: 80,
      heatOffC: 85,
      heatHysteresisC: 5,
      heatHoldMs: MINUTE_MS,
      heatOffMs: 10 * MINUTE_MS,
    },
  ],
  [
    "nobody is up on demand only; who is, sleeps after ten minutes",
    { onDemand: [], onDemandIdleMs: 10 * MINUTE_MS },
  ],
  ["a start adopts what it finds", { powerRestore: "adopt" }],
  ["Duino-Coin is mined", { algorithm: "duco-s1" }],
  ["a Zero has one connection of its own", { poolMode: "each", connectionsPerZero: 1 }],
  ["all hashing is for one pool", { goals: [] }],
  ["what anybody submits goes before mining, on all workers", { orderShare: 1 }],
  ["pool nodes see less than 50 connections in 30 s", { poolConnectGapMs: 700 }],
  [
    "a job has three times its mean time, from 2 s to less than the pool's 90 s",
    { jobPatience: 3, jobLimitMinMs: 2 * SECOND_MS, jobLimitMaxMs: 80 * SECOND_MS },
  ],
];

it.each(promised)("%s", (_, numbers) => {
  expect(DEFAULT_POLICY).toMatchObject(numbers);
});

it("names every number", () => {
  const named = promised.flatMap(([, numbers]) => Object.keys(numbers));
  expect(named.sort()).toEqual(Object.keys(DEFAULT_POLICY).sort());
});
