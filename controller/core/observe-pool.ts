// What the pool sessions tell. A seat is in lock-step with its session; anything out of step is answered by a new session.

import type { SlotId } from "../../hat/slots.ts";
import { isSlotId } from "../../hat/slots.ts";
import { type Draft, emit, ownSeat, patchSeat, report, seatOf, takeId } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { settle } from "./observe-work.ts";
import type { Seat } from "./seat.ts";
import { releaseHost, releaseSlot } from "./work.ts";

/** Reconnects: 5 s doubling to 2 min (the public clients wait 5 to 10 s; nodes ban above 50 in 30 s). */
const RETRY_BASE_MS = 5000;
const RETRY_MAX_MS = 120_000;

/** How a session may end that nobody used. */
const QUIET_ENDS: ReadonlySet<string> = new Set(["closed", "timeout", "stopped"]);

function slotName(seat: Seat): SlotId | null {
  return isSlotId(seat.id) ? seat.id : null;
}

/** Who waits to connect again need not wait for another node; who has a session moves when its job is done. */
export function onPoolNode(draft: Draft, { node, why, detail }: EventOf<"pool-node">): void {
  const { rig, now } = draft;
  const moved = node !== rig.pool.node;
  if (!moved && why === rig.pool.why) return;
  const since = moved ? now : rig.pool.since;
  rig.pool = { node, why, since, detail };
  const level = why === "failed-over" || why === "none" ? "warn" : "info";
  report(draft, level, "pool.node", null, why, { node, detail });
  if (!moved) return;
  for (const seat of rig.seats) {
    if (seat.state === "down") patchSeat(draft, seat, { retryAt: now, failures: 0 });
  }
}

export function onPoolUp(draft: Draft, event: EventOf<"pool-up">): void {
  const seat = seatOf(draft, event.seat);
  if (seat?.state !== "connecting") return;
  report(draft, "info", "pool.up", slotName(seat), null);
  patchSeat(draft, seat, { state: "idle", since: draft.now, error: null });
}

/** Takes the seat's job from whoever holds it: without its session it is worth nothing. */
function revokeJob(draft: Draft, seat: Seat): Seat {
  const { job } = seat;
  const jobless = patchSeat(draft, seat, { job: null });
  for (const slot of draft.rig.slots) {
    if (job !== null && slot.task?.jobId === job.id) releaseSlot(draft, slot, false);
  }
  for (const host of draft.rig.hosts) {
    if (job !== null && host.task?.jobId === job.id) releaseHost(draft, host, host.task, false);
  }
  return jobless;
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
  const fault = state !== "idle" || !QUIET_ENDS.has(event.code);
  // What a node did that is left by now says nothing of the next.
  const counts = fault && seat.node === draft.rig.pool.node;
  const failures = counts ? seat.failures + 1 : 0;
  const backoffMs = counts ? Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (failures - 1)) : 0;
  const delayMs = Math.max(backoffMs, event.retryMs ?? 0);
  report(draft, fault ? "warn" : "info", "pool.down", slotName(seat), event.code, {
    detail: event.detail,
    seat: seat.id,
    retry_ms: delayMs,
  });
  patchSeat(draft, seat, {
    state: "down",
    since: draft.now,
    share: null,
    failures,
    retryAt: draft.now + delayMs,
    error: fault ? `${event.code}: ${event.detail}` : seat.error,
  });
}

export function onPoolJob(draft: Draft, event: EventOf<"pool-job">): void {
  const seat = seatOf(draft, event.seat);
  if (seat?.state !== "requested") return;
  const { prefix, target, difficulty, to } = event;
  const id = `${seat.id}-${takeId(draft)}`;
  const own = ownSeat(draft, seat);
  own.state = "working";
  own.since = draft.now;
  own.failures = 0;
  own.job = {
    id,
    prefix,
    target,
    difficulty,
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
  report(draft, accepted ? "info" : "warn", ev, slotName(seat), event.reason, {
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

/** Ends a session on our side; its `pool-down` follows. */
export function dropSession(draft: Draft, seat: Seat, why: string): void {
  emit(draft, { type: "drop-pool", seat: seat.id, why });
}
