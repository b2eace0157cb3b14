// Reads the output of `zerorig demo --json --fault p3=hang@...` on standard input and holds it to what the README promises.

import { readFileSync } from "node:fs";

interface Summary {
  readonly slots: readonly {
    readonly slot: string;
    readonly state: string;
    readonly accepted: number;
    readonly fences: number;
    readonly boots: number;
  }[];
  readonly totals: { readonly rejected: number; readonly fences: number };
  readonly faults: readonly {
    readonly detect_ms: number | null;
    readonly recover_ms: number | null;
  }[];
  readonly consistent: boolean;
}

/** Suspect dwell, off dwell, the longest boot, and 3 s. */
const RECOVER_AFTER_MS = 3000 + 2000 + 5000 + 3000;
const DETECT_MS = 15_000;

const last = readFileSync(0, "utf8").trim().split("\n").at(-1) ?? "";
const { summary } = JSON.parse(last) as { summary: Summary };
const [fault] = summary.faults;
const checks: readonly (readonly [what: string, right: boolean])[] = [
  [
    "all four mined",
    summary.slots.length === 4 && summary.slots.every((slot) => slot.accepted > 0),
  ],
  ["no share was rejected", summary.totals.rejected === 0],
  ["one fence", summary.totals.fences === 1],
  [
    "p3 was fenced and mines again",
    summary.slots.some(
      (s) => s.slot === "p3" && s.fences === 1 && s.boots === 2 && s.state === "Ready",
    ),
  ],
  ["no other slot was touched", summary.slots.every((s) => s.slot === "p3" || s.boots === 1)],
  ["the counters add up", summary.consistent],
  ["detection is under 15 s", (fault?.detect_ms ?? Number.POSITIVE_INFINITY) < DETECT_MS],
  [
    "recovery is within detection + dwell + off dwell + boot + 3 s",
    (fault?.recover_ms ?? Number.POSITIVE_INFINITY) < (fault?.detect_ms ?? 0) + RECOVER_AFTER_MS,
  ],
];
for (const [what, right] of checks) process.stdout.write(`${right ? "ok" : "FAILED"}: ${what}\n`);
if (checks.some(([, right]) => !right)) {
  process.stdout.write(`${last}\n`);
  process.exitCode = 1;
}
