// What a rig mines for where its hashing is split: goals, each with pools and a part of its own.

import { type Draft, seatOf } from "./draft.ts";
import type { Seat } from "./seat.ts";
import type { PoolTarget, RigState } from "./state.ts";

/** What a goal gets of the hashing while it and all others can be mined for. */
export interface GoalPart {
  readonly name: string;
  readonly percent: number;
}

export interface Goal extends GoalPart {
  readonly pool: PoolTarget;
  /** What was searched for it since the start, and of late. */
  readonly hashes: number;
  readonly recent: number;
  /** Sessions with its pool that failed in a row, and until when none is opened. */
  readonly failures: number;
  readonly restUntil: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
}

/** Half of what counts as recent is forgotten in this time, so that a goal whose pool was away is not made up for the whole of it. */
const HALF_LIFE_MS = 600_000;

export function openGoals(parts: readonly GoalPart[], pool: PoolTarget): readonly Goal[] {
  return parts.map(({ name, percent }) => ({
    name,
    percent,
    pool,
    hashes: 0,
    recent: 0,
    failures: 0,
    restUntil: Number.NEGATIVE_INFINITY,
    accepted: 0,
    rejected: 0,
    unknown: 0,
  }));
}

/** The goals as they are after so many hashes for one of them; `sinceMs`: how long ago that was last said of any. */
export function serve(
  goals: readonly Goal[],
  index: number,
  hashes: number,
  sinceMs: number,
): readonly Goal[] {
  const kept = 2 ** (-sinceMs / HALF_LIFE_MS);
  return goals.map((goal, at) => {
    const more = at === index ? hashes : 0;
    return { ...goal, hashes: goal.hashes + more, recent: goal.recent * kept + more };
  });
}

/**
 * The goal that lags most behind its part, of those that have a pool and do not rest; null if all do. `coming`: hashes that others
 * are about to search for each.
 */
export function chooseGoal(
  goals: readonly Goal[],
  coming: readonly number[],
  now: number,
): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { pool, restUntil, recent, percent }] of goals.entries()) {
    const got = (recent + (coming[index] as number)) / percent;
    if (pool.node === null || now < restUntil || got >= least) continue;
    best = index;
    least = got;
  }
  return best;
}

/** Where sessions for this goal go. */
export function poolOf(
  { pool, goals }: Pick<RigState, "pool" | "goals">,
  goal: number,
): PoolTarget {
  return goals[goal]?.pool ?? pool;
}

function patchGoal({ rig }: Draft, index: number, changes: Partial<Goal>): void {
  rig.goals = rig.goals.map((goal, at) => (at === index ? { ...goal, ...changes } : goal));
}

/** Hashes that a worker searched for this seat, or had searched for it when it was last heard of. */
export function countHashes(draft: Draft, seatId: string, hashes: number): void {
  const { rig, now } = draft;
  if (rig.goals.length === 0) return;
  const seat = seatOf(draft, seatId);
  if (seat === undefined) return;
  rig.goals = serve(rig.goals, seat.goal, hashes, now - rig.servedAt);
  rig.servedAt = now;
}

/** A share for this seat's goal was judged. */
export function countShare(
  draft: Draft,
  { goal }: Seat,
  outcome: "accepted" | "rejected" | "unknown",
): void {
  const known = draft.rig.goals[goal];
  if (known !== undefined) patchGoal(draft, goal, { [outcome]: known[outcome] + 1 });
}

/** Another node for the goal: a new chance. */
export function moveGoal(draft: Draft, index: number, pool: PoolTarget): void {
  patchGoal(draft, index, { pool, failures: 0, restUntil: Number.NEGATIVE_INFINITY });
}

/** The goal's pool gave work. */
export function praiseGoal(draft: Draft, index: number): void {
  patchGoal(draft, index, { failures: 0 });
}

/** A session with the goal's pool failed; the others that had one there say the same of it at the same time. */
export function restGoal(draft: Draft, index: number, restMs: (failures: number) => number): void {
  const { rig, now } = draft;
  const goal = rig.goals[index];
  if (goal === undefined || now < goal.restUntil) return;
  const failures = goal.failures + 1;
  patchGoal(draft, index, { failures, restUntil: now + restMs(failures) });
}
