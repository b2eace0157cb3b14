// Runs that once broke something, as small as they could be made: the strikes are given, so that no fault that is added
// changes them. Each has the mend of what it found; a test sees that it breaks again without it.

import type { Policy } from "../../controller/core/policy.ts";
import type { Replacement } from "./ablations.ts";
import type { Strike } from "./plan.ts";

export interface Case {
  /** What happened in it. */
  readonly found: string;
  readonly seed: number;
  /** The time of faults, in ms. */
  readonly faultyMs: number;
  readonly strikes: readonly Strike[];
  /** Numbers that the run had then, and the seed now draws otherwise. */
  readonly policy?: Partial<Policy>;
  /** Takes the mend back. */
  readonly unmended: readonly Replacement[];
}

/** `{ "hang#3": 1234.5 }`: the fourth hang of the seed, so many ms after the start of the run. */
function at(times: Readonly<Record<string, number>>): readonly Strike[] {
  return Object.entries(times).map(([id, atMs]) => ({ id, fault: id.split("#")[0] ?? id, atMs }));
}

const CORE = "controller/core";
const HOUR_MS = 3_600_000;

export const CORPUS: readonly Case[] = [
  {
    found: "a ghost on the port hides another hand's off, which is undone when the ghost goes",
    seed: 732,
    policy: { poolMode: "each", connectionsPerZero: 1 },
    faultyMs: 1_940_327,
    strikes: at({
      "foreign hand#1": 669411.4473613256,
      "controller dies with one waiting#1": 722827.3238128747,
      "foreign hand#4": 848118.0877413074,
      "foreign hand#7": 1800566.2850086596,
      "ghost on USB#7": 1843801.885263529,
      "foreign hand#9": 1871527.0039805674,
    }),
    unmended: [
      {
        file: `${CORE}/observe-board.ts`,
        find: 'return why === "cut-not-proved" && line === "off" && wantedKnown;',
        replace: 'return why === "cut-not-proved" && line === "off" && !line && wantedKnown;',
      },
    ],
  },
  {
    found: "a start that showed nothing is given up, and cut before its time to boot is over",
    seed: 605,
    faultyMs: 2 * HOUR_MS,
    strikes: at({
      "expander reset#4": 6140988.461186099,
      "never boots#6": 6755221.0636635795,
      "expander reset#5": 7024407.899225187,
    }),
    unmended: [
      {
        file: `${CORE}/permit.ts`,
        find: 'if (bootsInGrace(slot, policy, now)) return "boots";',
        replace: 'if (bootsInGrace(slot, policy, now) && now < 0) return "boots";',
      },
    ],
  },
  {
    found: "a start that got through and was reported as failed counts as off beside the ceiling",
    seed: 40158,
    faultyMs: 2 * HOUR_MS,
    strikes: at({
      "blind to a silent one#0": 1434431.4573000106,
      "lying read-back#1": 1449496.9415417179,
      "wrong answers#14": 1946099.759183383,
      "sag at a start#7": 1991902.9880655408,
      "sag at a start#8": 2057584.2875521143,
      "hangs after each boot#5": 2130337.8906029314,
      "lying read-back#2": 2468913.007892062,
      "external ceiling#27": 3711099.2442204836,
      "blind to a silent one#3": 3727858.984635727,
      "sag at a start#13": 3746642.9794378458,
      "operator#20": 3783034.527491735,
      "lying driver#14": 3786361.643214543,
    }),
    unmended: [
      {
        file: `${CORE}/watts.ts`,
        find: 'if (slot.written === "on") return draw.starting;',
        replace: 'if (slot.written === "on" && !slot.written) return draw.starting;',
      },
    ],
  },
  {
    found:
      "the controller dies between the cut of a quarantine and its proof, and who is in it never comes out",
    seed: 195,
    faultyMs: 6_713_867,
    strikes: at({
      "hang#91": 3674098.556039084,
      "hang#93": 3736493.352537695,
      "hang#94": 3754945.4198712446,
      "hang#105": 4365064.495991579,
      "controller dies switching#2": 4370551.721904448,
    }),
    unmended: [
      {
        file: `${CORE}/adopt.ts`,
        find: 'if (slot.intent?.kind === "quarantine") return slot.wanted;',
        replace: 'if (slot.intent?.kind === "quarantine" && !slot.wanted) return slot.wanted;',
      },
    ],
  },
];
