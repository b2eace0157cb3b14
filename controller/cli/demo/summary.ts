// The end of a demo: the figures, and whether the controller's counters equal the pool's and the verdicts that were seen.

import type { RigStatus, SlotStatus } from "../../core/status.ts";
import { formatRate } from "../status-text.ts";
import type { FaultFigures } from "./measure.ts";
import type { Verdicts } from "./verdicts.ts";

/** What a pool counted, by the rig name that each connection gave. */
export type PoolCounts = ReadonlyMap<
  string,
  { readonly accepted: number; readonly rejected: number }
>;

type SlotFigures = Pick<
  SlotStatus,
  "slot" | "state" | "accepted" | "rejected" | "unknown" | "hashes" | "fences" | "boots"
>;

export interface Summary {
  readonly slots: readonly SlotFigures[];
  readonly totals: Omit<RigStatus["totals"], "energy">;
  readonly faults: readonly FaultFigures[];
  readonly consistent: boolean;
}

export interface Verdict {
  readonly summary: Summary;
  /** What did not add up, a sentence each. */
  readonly complaints: readonly string[];
  /** Faults that did not strike though they were asked for, a sentence each. */
  readonly refusals: readonly string[];
  /** What was compared and agrees, or that nothing was; for people. */
  readonly compared: string;
}

/** What the controller's counters are compared with; null for what cannot be seen. */
export interface Witnesses {
  readonly pool: PoolCounts | null;
  readonly verdicts: Pick<Verdicts, "arrived" | "complaints"> | null;
}

/** Compares the last status with what the witnesses counted. */
export function summarise(
  status: RigStatus,
  { pool, verdicts }: Witnesses,
  rig: string,
  faults: readonly FaultFigures[],
  refusals: readonly string[],
): Verdict {
  const complaints = [
    ...(verdicts === null ? [] : verdicts.complaints(status)),
    ...(pool === null ? [] : poolComplaints(status, pool, rig)),
  ];
  const slots = status.slots.map(
    ({ slot, state, accepted, rejected, unknown, hashes, fences, boots }) => ({
      slot,
      state,
      accepted,
      rejected,
      unknown,
      hashes,
      fences,
      boots,
    }),
  );
  const { accepted, rejected, unknown, hashes, fences } = status.totals;
  const totals = { accepted, rejected, unknown, hashes, fences };
  const consistent = complaints.length === 0;
  const compared = comparedText({ pool, verdicts });
  return { summary: { slots, totals, faults, consistent }, complaints, refusals, compared };
}

function comparedText({ pool, verdicts }: Witnesses): string {
  if (pool !== null) return "The counters of controller and pool agree.";
  const unseen = "This pool's counters cannot be seen from here";
  if (verdicts === null) return `${unseen}; nothing was compared.`;
  return `${unseen}; the controller's agree with the ${verdicts.arrived} verdicts that were seen to arrive.`;
}

/** The summary for people. */
export function summaryText({ summary, complaints, refusals, compared }: Verdict): string {
  const { slots, totals, faults } = summary;
  const seconds = (ms: number | null, what: string) =>
    ms === null ? `not ${what}` : `${what} after ${(ms / 1000).toFixed(1)} s`;
  const lines = [
    ...slots.map(
      ({ slot, state, accepted, rejected, fences, boots }) =>
        `${slot.padEnd(4)} ${state.padEnd(12)} accepted ${accepted}, rejected ${rejected}, fenced ${fences}, booted ${boots}`,
    ),
    `all  accepted ${totals.accepted}, rejected ${totals.rejected}, unknown ${totals.unknown}, fenced ${totals.fences}, ${totals.hashes} hashes`,
    ...faults.map(
      ({ slot, kind, at_ms, detect_ms, recover_ms }) =>
        `fault ${slot ?? "rig"} ${kind} at ${(at_ms / 1000).toFixed(1)} s: ${seconds(detect_ms, "seen")}, ${seconds(recover_ms, "mended")}`,
    ),
    ...refusals,
    summary.consistent ? compared : `The counters do not agree: ${complaints.join("; ")}.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** "2 of 4 Ready, 480 kH/s": for the table's foot. */
export function totalsText(status: RigStatus): string {
  const ready = status.slots.filter(({ state }) => state === "Ready").length;
  const rate = status.slots.reduce((sum, { hashrate_hs }) => sum + hashrate_hs, 0);
  return `${ready} of ${status.slots.length} Ready, ${formatRate(rate)}`;
}

/** A share whose verdict never arrived may stand on either side of the pool's books. */
function poolComplaints(status: RigStatus, pool: PoolCounts, rig: string): string[] {
  const complaints: string[] = [];
  for (const { slot, accepted, rejected, unknown } of status.slots) {
    const theirs = pool.get(`${rig}-${slot}`) ?? { accepted: 0, rejected: 0 };
    const moreAccepted = theirs.accepted - accepted;
    const moreRejected = theirs.rejected - rejected;
    if (moreAccepted < 0 || moreRejected < 0 || moreAccepted + moreRejected > unknown) {
      complaints.push(
        `${slot}: we say ${accepted} accepted, ${rejected} rejected, ${unknown} unknown; the pool says ${theirs.accepted} and ${theirs.rejected}`,
      );
    }
  }
  return complaints;
}
