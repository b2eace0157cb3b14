// Which program an agent runs, which it ran before, and which is on trial: the rules by which one replaces another. PURE.
// A program goes by its SHA-256; the installed one is one of them.

import * as v from "valibot";

/** A program on trial is started so often; one that ended each time before it was confirmed is given up. */
export const STARTS_MAX = 3;

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const updateRecord = v.strictObject({
  /** When another program is installed, all that came over the link is forgotten: whoever installed it wants that one. */
  installed: sha256,
  /** The one that was last confirmed. */
  current: sha256,
  /** What ran before that, to go back to. */
  previous: v.nullable(sha256),
  trial: v.nullable(
    v.strictObject({
      sha256,
      starts: v.pipe(v.number(), v.integer(), v.minValue(0)),
      /** How long one start may run before it is confirmed (ms). */
      limitMs: v.pipe(v.number(), v.minValue(1)),
    }),
  ),
  failed: v.nullable(v.strictObject({ sha256, why: v.string() })),
});

export type UpdateRecord = Readonly<v.InferOutput<typeof updateRecord>>;

export function freshRecord(installed: string): UpdateRecord {
  return { installed, current: installed, previous: null, trial: null, failed: null };
}

/** Takes the program on trial back: what was confirmed before runs again. */
export function failTrial(record: UpdateRecord, why: string): UpdateRecord {
  const { trial } = record;
  if (trial === null) return record;
  return { ...record, trial: null, failed: { sha256: trial.sha256, why } };
}

/** A start: which program it is of, and the record with that start counted. */
export function choose(record: UpdateRecord): {
  readonly record: UpdateRecord;
  readonly run: string;
} {
  const { trial } = record;
  if (trial === null) return { record, run: record.current };
  if (trial.starts >= STARTS_MAX) {
    const why = `it ended ${trial.starts} times before it was confirmed`;
    return { record: failTrial(record, why), run: record.current };
  }
  const counted = { ...trial, starts: trial.starts + 1 };
  return { record: { ...record, trial: counted }, run: trial.sha256 };
}

export function beginTrial(record: UpdateRecord, program: string, limitMs: number): UpdateRecord {
  return { ...record, trial: { sha256: program, starts: 0, limitMs }, failed: null };
}

/** The program on trial did right. A word for another one changes nothing. */
export function confirmTrial(record: UpdateRecord, program: string): UpdateRecord {
  if (record.trial?.sha256 !== program) return record;
  const { current } = record;
  return { ...record, current: program, previous: current, trial: null, failed: null };
}

/** Back to what ran before; null where there is nothing to go back to. */
export function goBack(record: UpdateRecord, why: string): UpdateRecord | null {
  if (record.trial !== null) return failTrial(record, why);
  const { previous, current } = record;
  if (previous === null) return null;
  return { ...record, current: previous, previous: null, failed: { sha256: current, why } };
}

/** The programs that are still needed. */
export function kept({ current, previous, trial }: UpdateRecord): ReadonlySet<string> {
  return new Set([current, previous, trial?.sha256].filter((each) => typeof each === "string"));
}
