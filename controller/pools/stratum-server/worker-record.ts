// What is known of one worker: its counts over all runs of the program, and its rate in this one.

import type { ShareVerdict } from "./work.ts";

export type Counts = Readonly<Record<ShareVerdict, number>>;

/** Of the shares that the source wanted: what it said. */
export interface HandedOn {
  readonly accepted: number;
  readonly rejected: number;
}

/** What a worker came to in all, as it is kept over a restart. Times are of the wall clock, in ms. */
export interface WorkerTotals {
  /** The name that its miners give. */
  readonly worker: string;
  readonly since: number;
  /** When its last right share came; null before the first. */
  readonly lastShareAt: number | null;
  readonly counts: Counts;
  readonly handedOn: HandedOn;
  /** Shares that were blocks of the network. */
  readonly blocks: number;
  /** The hardest that it found, as the difficulty that it would have met; null before the first. */
  readonly best: number | null;
  /** Of the shares that it is asked for. */
  readonly difficulty: number | null;
}

export interface WorkerRecord {
  /** In this run, by the ledger's clock. */
  firstMs: number;
  lastShareMs: number | null;
  /** In runs before, by the wall clock: nobody knows how long the program was off by another. */
  sinceBefore: number | null;
  readonly lastShareBefore: number | null;
  readonly counts: Record<ShareVerdict, number>;
  readonly handedOn: { accepted: number; rejected: number };
  blocks: number;
  best: number | null;
  difficulty: number | null;
  /** Hashes by minute, the newest last. */
  readonly minutes: { readonly minute: number; hashes: number }[];
  /** It has come to more than what was kept last. */
  isChanged: boolean;
}

const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;
/** Over less a rate would be a guess. */
const ELAPSED_MIN_MS = 30_000;

export const NO_COUNTS: Counts = {
  accepted: 0,
  stale: 0,
  duplicate: 0,
  "low difficulty": 0,
  invalid: 0,
  refused: 0,
  lost: 0,
};
const VERDICTS = Object.keys(NO_COUNTS) as ShareVerdict[];

export function freshRecord(now: number): WorkerRecord {
  return {
    firstMs: now,
    lastShareMs: null,
    sinceBefore: null,
    lastShareBefore: null,
    counts: { ...NO_COUNTS },
    handedOn: { accepted: 0, rejected: 0 },
    blocks: 0,
    best: null,
    difficulty: null,
    minutes: [],
    isChanged: false,
  };
}

/** One that is known from a run before. */
export function restoredRecord(totals: WorkerTotals, now: number): WorkerRecord {
  const { since, lastShareAt, counts, handedOn, blocks, best, difficulty } = totals;
  return {
    ...freshRecord(now),
    ...{ sinceBefore: since, lastShareBefore: lastShareAt, blocks, best, difficulty },
    counts: { ...counts },
    handedOn: { ...handedOn },
  };
}

/** `now` and `wallMs` are the same moment by the ledger's clock and by the wall clock. */
export function totalsOf(
  worker: string,
  record: WorkerRecord,
  now: number,
  wallMs: number,
): WorkerTotals {
  const { firstMs, lastShareMs, sinceBefore, lastShareBefore, counts, handedOn } = record;
  const { blocks, best, difficulty } = record;
  return {
    worker,
    since: Math.round(Math.min(sinceBefore ?? Number.POSITIVE_INFINITY, wallMs - (now - firstMs))),
    lastShareAt: lastShareMs === null ? lastShareBefore : Math.round(wallMs - (now - lastShareMs)),
    ...{ blocks, best, difficulty },
    counts: { ...counts },
    handedOn: { ...handedOn },
  };
}

/** Adds what `from` came to. Of its rate nothing is left. */
export function addRecord(to: WorkerRecord, from: WorkerRecord): void {
  for (const verdict of VERDICTS) to.counts[verdict] += from.counts[verdict];
  to.handedOn.accepted += from.handedOn.accepted;
  to.handedOn.rejected += from.handedOn.rejected;
  to.blocks += from.blocks;
  to.best = greater(to.best, from.best);
  to.firstMs = Math.min(to.firstMs, from.firstMs);
  if (from.sinceBefore === null) return;
  to.sinceBefore = Math.min(to.sinceBefore ?? Number.POSITIVE_INFINITY, from.sinceBefore);
}

export function greater(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Whether it ever handed in anything. */
export function hasShares({ counts }: WorkerRecord): boolean {
  return VERDICTS.some((verdict) => counts[verdict] > 0);
}

/** Whether any of it was right: a share is, whatever the source made of it. */
export function hasRightShares({ counts }: WorkerRecord): boolean {
  return counts.accepted + counts.refused + counts.lost > 0;
}

export function addHashes({ minutes }: WorkerRecord, hashes: number, now: number): void {
  const minute = Math.floor(now / MINUTE_MS);
  if (minutes.at(-1)?.minute !== minute) minutes.push({ minute, hashes: 0 });
  const last = minutes.at(-1);
  if (last !== undefined) last.hashes += hashes;
  while ((minutes[0]?.minute ?? minute) <= minute - HOUR_MINUTES) minutes.shift();
}

/** Hashes a second over whole minutes and the one that runs; less where the worker is not that old. */
export function rateOf({ minutes, firstMs }: WorkerRecord, over: number, now: number): number {
  const from = Math.floor(now / MINUTE_MS) - over + 1;
  // Looked at for a thousand workers each second.
  let hashes = 0;
  for (let at = minutes.length - 1; at >= 0; at--) {
    const each = minutes[at];
    if (each === undefined || each.minute < from) break;
    hashes += each.hashes;
  }
  return (1000 * hashes) / Math.max(ELAPSED_MIN_MS, now - Math.max(firstMs, from * MINUTE_MS));
}
