// Work of a Stratum connection: taking it in, giving it to the seats, and handing in what they find.

import { encodeRequest } from "./codec.ts";
import { type Found, foundBy, giveWork, staleVerdict, takeWork, withoutSeat } from "./desk.ts";
import type { Notice } from "./header.ts";
import { hex32 } from "./hex.ts";
import type {
  SessionConfig,
  SessionInput,
  SessionOutput,
  SessionState,
  Step,
} from "./session-state.ts";
import { targetOf } from "./target.ts";
import type { WorkEvent } from "./work-client.ts";

/** New work. What was given out before is void if the pool says so, or if it is for another block. */
export function onNotice(
  config: SessionConfig,
  before: SessionState,
  notice: Notice,
  now: number,
): Step {
  const { extranonce, difficulty, mask } = before;
  // Before the subscription is answered nobody can make a header of it.
  if (extranonce === null) return { state: before, outputs: [] };
  const target = targetOf(difficulty, config.algorithm);
  const isFirst = before.work === null && before.phase === "mining";
  const taken = takeWork(
    { ...before, workAtMs: now },
    { notice, extranonce, target, difficulty, mask },
    config.isShared,
  );
  const up = announce(config, taken.state, isFirst);
  return { state: up.state, outputs: [...taken.events.map(told), ...up.outputs] };
}

function told(event: WorkEvent): SessionOutput {
  return { type: "event", event };
}

/** Says that the connection is up, if it has come to that just now; and gives work to who waits for it. */
export function announce(config: SessionConfig, before: SessionState, isUp: boolean): Step {
  if (before.phase !== "mining") return { state: before, outputs: [] };
  const { state, events } = giveWork(config, before);
  const first: readonly WorkEvent[] = isUp ? [{ type: "up" }] : [];
  return { state, outputs: [...first, ...events].map(told) };
}

/** Hands in a share, once: what is found in a piece that is not known any more is never sent. */
export function submit(
  config: SessionConfig,
  before: SessionState,
  share: Extract<SessionInput, { type: "submit" }>,
  now: number,
): Step {
  const found = foundBy(before, share);
  const { seat } = share;
  if (found === null) return { state: before, outputs: [told(staleVerdict(seat))] };
  return hand(config, withoutSeat(before, seat), seat, found, now);
}

/** Sends a share. Its verdict is the seat's. */
export function hand(
  { user }: SessionConfig,
  before: SessionState,
  seat: string,
  { jobId, extranonce2, time, nonce, versionBits }: Found,
  now: number,
): Step {
  const params = [user, jobId, extranonce2, time, hex32(nonce)];
  const id = before.nextId;
  const text = encodeRequest(
    id,
    "mining.submit",
    versionBits === null ? params : [...params, versionBits],
  );
  const sent = new Map([...before.sent, [id, { seat, atMs: now }]]);
  return { state: { ...before, sent, nextId: id + 1 }, outputs: [{ type: "send", text }] };
}
