// What the pool sessions tell. A seat is in lock-step with its session; anything out of step is answered by a new session.

import type { SlotId } from "../../hat/slots.ts";
import { type Draft, emit, ownSeat, patchSeat, report, seatOf, takeId } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { moveGoal, poolOf, praiseGoal, restGoal } from "./goal.ts";
import { settle } from "./observe-work.ts";
import { type Seat, slotOfSeat } from "./seat.ts";
import { revokeJob, voidJob } from "./void-job.ts";

/** Reconnects: 5 s doubling to 2 min (the public clients wait 5 to 10 s; nodes ban above 50 in 30 s). */
const RETRY_BASE_MS = 5000;
const RETRY_MAX_MS = 120_000;

/** How a session may end that nobody used. */
const QUIET_ENDS: ReadonlySet<string> = new Set(["closed", "timeout", "stopped"]);

function slotName({ rig }: Draft, seat: Seat): SlotId | null {
  return slotOfSeat(rig, seat)?.id ?? null;
}

/** Who waits to connect again need not wait for another node; who has a session moves when its job is done. */
export function onPoolNode(draft: Draft, event: EventOf<"pool-node">): void {
  const { rig, now } = draft;
  const { node, why, detail, goal = 0 } = event;
  const before = poolOf(rig, goal);
  const moved = node !== before.node;
  if (!moved && why === before.why) return;
  const pool = { node, why, since: moved ? now : before.since, detail };
  if (goal === 0) rig.pool = pool;
  moveGoal(draft, goal, pool);
  const level = why === "failed-over" || why === "none" ? "warn" : "info";
  report(draft, level, "pool.node", null, why, { node, detail, ...goalName(draft, goal) });
  if (!moved) return;
  for (const seat of rig.seats) {
    if (seat.state === "down") patchSeat(draft, seat, { retryAt: now, failures: 0 });
  }
}

/** For the log, where there is more than one. */
function goalName({ rig }: Draft, index: number): { readonly goal?: string } {
  const goal = rig.goals[index];
  return goal === undefined ? {} : { goal: goal.name };
}

export function onPoolUp(draft: Draft, event: EventOf<"pool-up">): void {
  const seat = seatOf(draft, event.seat);
  if (seat?.state !== "connecting") return;
  report(draft, "info", "pool.up", slotName(draft, seat), null, { seat: seat.id, node: seat.node });
  patchSeat(draft, seat, { state: "idle", since: draft.now, error: null });
}

export function onPoolDown(draft: Draft, event: EventOf<"pool-down">): void {
  const known = seatOf(draft, event.seat);
  if (known === undefined || known.state === "down") return;
  const { state, share } = known;
  let seat = revokeJob(draft, known);
  if (state === "submitting" && share !== null) {
    seat = settle(draft, seat, share.id, "unknown", "no verdict before the session ended");
  }
  // An idle session that the pool closes is no fault; it is opened again when there is work for it.
  const isQuiet = state === "idle" && QUIET_ENDS.has(event.code);
  // Nor is what we end ourselves: a job grew too old, say, for its Zero is off. It waits like the others all the same.
  const fault = !isQuiet && event.code !== "stopped";
  // What a node did that is left by now says nothing of the next.
  const counts = !isQuiet && seat.node === poolOf(draft.rig, seat.goal).node;
  const isSplit = draft.rig.goals.length > 0;
  const waitMs = (failures: number) => {
    const backoffMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (failures - 1));
    return Math.max(counts ? backoffMs * (event.stretch ?? 1) : 0, event.retryMs ?? 0);
  };
  // Where there are other goals it is this one that waits, and not the seat.
  if (isSplit && counts) restGoal(draft, seat.goal, waitMs);
  const failures = counts && !isSplit ? seat.failures + 1 : 0;
  const delayMs = isSplit ? 0 : waitMs(failures);
  report(draft, fault ? "warn" : "info", "pool.down", slotName(draft, seat), event.code, {
    detail: event.detail,
    seat: seat.id,
    ...goalName(draft, seat.goal),
    retry_ms: Math.round(delayMs),
  });
  patchSeat(draft, seat, {
    state: "down",
    since: draft.now,
    share: null,
    nextGoal: null,
    failures,
    retryAt: draft.now + delayMs,
    error: fault ? `${event.code}: ${event.detail}` : seat.error,
  });
}

export function onPoolJob(draft: Draft, event: EventOf<"pool-job">): void {
  const seat = seatOf(draft, event.seat);
  if (seat?.state !== "requested") return;
  const { algorithm = "duco-s1", prefix, target, poolTarget = target, difficulty, to } = event;
  const id = `${seat.id}-${takeId(draft)}`;
  const own = ownSeat(draft, seat);
  own.state = "working";
  own.since = draft.now;
  own.failures = 0;
  praiseGoal(draft, seat.goal);
  own.job = {
    id,
    algorithm,
    prefix,
    target,
    poolTarget,
    difficulty,
    node: seat.node,
    ref: event.ref ?? "",
    to,
    receivedAt: draft.now,
    worker: null,
    tried: [],
    missed: [],
  };
}

export function onPoolVerdict(draft: Draft, event: EventOf<"pool-verdict">): void {
  const known = seatOf(draft, event.seat);
  if (known?.state !== "submitting" || known.share === null) return;
  const { share } = known;
  const seat = settle(draft, known, share.id, event.verdict, event.reason);
  const accepted = event.verdict === "accepted";
  const ev = accepted ? "share.accepted" : "share.rejected";
  report(draft, accepted ? "info" : "warn", ev, slotName(draft, seat), event.reason, {
    seat: seat.id,
    worker: share.worker,
    nonce: share.nonce,
    difficulty: share.difficulty,
    hashrate_hs: Math.round(share.hashrateHs),
    ping_ms: Math.round(event.pingMs),
    block: event.block,
  });
  const own = ownSeat(draft, seat);
  own.state = "idle";
  own.since = draft.now;
  own.job = null;
  own.share = null;
  own.retryAt = draft.now + (event.restMs ?? 0);
}

/** Work that is being handed in already stays what it is: its session knows best what it is worth. */
export function onPoolVoid(draft: Draft, event: EventOf<"pool-void">): void {
  const seat = seatOf(draft, event.seat);
  if (seat?.state === "working") voidJob(draft, seat);
}

/** Ends a session on our side; its `pool-down` follows. */
export function dropSession(draft: Draft, seat: Seat, why: string): void {
  emit(draft, { type: "drop-pool", seat: seat.id, why });
}
