// One Duino-Coin connection as a machine: what to send, what to tell the owner, and when to give the connection up.
// Strict lock-step, because the public node takes each TCP segment for one message: never two questions at once, and
// after any surprise the connection is dropped, for nothing else puts question and answer together again (#1711).

import type { DownCode, PoolEvent } from "../pool-event.ts";
import {
  decodeBanner,
  decodeGluedJob,
  decodeReply,
  encodeJobRequest,
  encodeResult,
  type Job,
  type Reply,
  softwareName,
  splitLines,
} from "./codec.ts";
import { kindOf, PACE_MS, RETRY_MS, type ReasonKind } from "./codec-reason.ts";
import type { SessionLimits } from "./limits.ts";
import type {
  LivePhase,
  Phase,
  SessionConfig,
  SessionInput,
  SessionOutput,
  SessionState,
  Share,
  Step,
} from "./session-state.ts";

/** So many rejections in a row, for whatever reason: nodes ban for more than five in a session. */
const MAX_REJECTED_IN_A_ROW = 4;

/** So many nonces that were verified here, called incorrect in a row, mean that the pool is out of step with us. */
const MAX_INCORRECT_IN_A_ROW = 2;

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function step(config: SessionConfig, state: SessionState, input: SessionInput): Step {
  if (state.phase === "dropped") return stay(state);
  const { now } = input;
  switch (input.type) {
    case "connected":
      return state.phase === "connecting" ? stay(enter(state, "banner", now)) : stay(state);
    case "text":
      return state.phase === "connecting" ? stay(state) : receive(state, input.text, now);
    case "ended":
      return end(state, input.code, input.detail);
    case "tick":
      return tick(config.limits, state, state.phase, now);
    case "request":
      return state.phase === "idle" ? request(config, state, input.iot, now) : stay(state);
    case "submit":
      return state.phase === "working" ? submit(config, state, input.share, now) : stay(state);
  }
}

/** When the next `tick` is due; null for never. */
export function wakeAt(limits: SessionLimits, state: SessionState): number | null {
  if (state.phase === "dropped") return null;
  const { atMs } = deadline(limits, state, state.phase);
  return looksWhole(state) ? Math.min(atMs, state.tailMs + limits.settleMs) : atMs;
}

function stay(state: SessionState): Step {
  return { state, outputs: [] };
}

function enter(state: SessionState, phase: Phase, now: number): SessionState {
  return { ...state, phase, sinceMs: now, activeMs: now };
}

function drop(state: SessionState, code: DownCode, detail: string, retryMs?: number): Step {
  return {
    state: { ...state, phase: "dropped", tail: "" },
    outputs: [{ type: "drop", code, detail, ...(retryMs === undefined ? {} : { retryMs }) }],
  };
}

/** The same step, with an event before what it does. */
function tell(event: PoolEvent, { state, outputs }: Step): Step {
  return { state, outputs: [{ type: "event", event }, ...outputs] };
}

function request(config: SessionConfig, state: SessionState, iot: string, now: number): Step {
  // What is left of a MOTD must not run into the reply.
  const next = { ...enter(state, "requested", now), asked: true, tail: "" };
  return { state: next, outputs: [{ type: "send", text: encodeJobRequest({ ...config, iot }) }] };
}

function submit(config: SessionConfig, state: SessionState, share: Share, now: number): Step {
  const { rig, group } = config;
  const text = encodeResult({ ...share, software: softwareName(config.version), rig, group });
  return { state: enter(state, "submitted", now), outputs: [{ type: "send", text }] };
}

function receive(before: SessionState, text: string, now: number): Step {
  const split = splitLines(before.tail, text);
  const outputs: SessionOutput[] = [];
  let state: SessionState = { ...before, activeMs: now, tail: "" };
  for (const line of split.lines) {
    const taken = take(state, line, now);
    state = taken.state;
    outputs.push(...taken.outputs);
    if (state.phase === "dropped") return { state, outputs };
  }
  if (split.flooded) {
    const flooded = drop(state, "nonsense", "a flood without a line end");
    return { state: flooded.state, outputs: [...outputs, ...flooded.outputs] };
  }
  const rest = { ...state, tail: split.tail, tailMs: now };
  // Between question and answer nothing may arrive, so there is no rest of it to wait for.
  if (!expectsText(rest)) return whole(rest, outputs);
  return { state: rest, outputs };
}

/** Takes the tail as if its newline had arrived together with it. */
function whole(state: SessionState, outputs: readonly SessionOutput[]): Step {
  const taken = take({ ...state, tail: "" }, state.tail, state.tailMs);
  return { state: taken.state, outputs: [...outputs, ...taken.outputs] };
}

/** Whether something of the pool may arrive now. */
function expectsText(state: SessionState): boolean {
  return state.phase === "idle" ? !state.asked : state.phase !== "working";
}

/** Whether the tail could be a whole message whose newline never comes: a banner, or a verdict. */
function looksWhole(state: SessionState): boolean {
  if (state.phase === "banner" && decodeBanner(state.tail) !== null) return true;
  const { type } = decodeReply(state.tail);
  return type === "good" || type === "block" || type === "bad";
}

function end(state: SessionState, code: DownCode, detail: string): Step {
  const last = looksWhole(state) ? whole(state, []) : stay(state);
  if (last.state.phase === "dropped") return last;
  const closed = drop(last.state, code, detail);
  return { state: closed.state, outputs: [...last.outputs, ...closed.outputs] };
}

function tick(limits: SessionLimits, state: SessionState, phase: LivePhase, now: number): Step {
  if (looksWhole(state) && now >= state.tailMs + limits.settleMs) return whole(state, []);
  const { atMs, detail } = deadline(limits, state, phase);
  return now >= atMs ? drop(state, "timeout", detail) : stay(state);
}

function deadline(
  limits: SessionLimits,
  state: SessionState,
  phase: LivePhase,
): { readonly atMs: number; readonly detail: string } {
  const since = state.sinceMs;
  switch (phase) {
    case "connecting":
      return { atMs: since + limits.connectMs, detail: "no connection" };
    case "banner":
      return { atMs: since + limits.bannerMs, detail: "no banner" };
    case "requested":
      return { atMs: since + limits.jobReplyMs, detail: "no reply to the job request" };
    case "submitted":
      return { atMs: since + limits.verdictMs, detail: "no verdict on the share" };
    case "idle":
    case "working": {
      const idleMs = state.asked ? limits.idleMs : limits.firstJobMs;
      const atMs = state.activeMs + idleMs + limits.idleGraceMs;
      return { atMs, detail: "silent past the pool's idle limit" };
    }
  }
}

/** One line of the pool. */
function take(state: SessionState, line: string, now: number): Step {
  // A newline on its own is the late end of a reply that came without one.
  if (line.trim() === "") return stay(state);
  const reply = decodeReply(line);
  switch (state.phase) {
    case "banner":
      return greet(state, line, reply, now);
    case "requested":
      return takeJobReply(state, line, reply, now);
    case "submitted":
      return takeVerdict(state, reply, now);
    case "idle":
      return !state.asked && reply.type === "other" ? stay(state) : surprise(state, reply);
    default:
      return surprise(state, reply);
  }
}

function greet(state: SessionState, line: string, reply: Reply, now: number): Step {
  const server = decodeBanner(line);
  if (server === null) return surprise(state, reply);
  return tell({ type: "up", server }, stay(enter(state, "idle", now)));
}

function takeJobReply(state: SessionState, line: string, reply: Reply, now: number): Step {
  switch (reply.type) {
    case "job":
      return giveOut(state, reply.job, now);
    case "bad": {
      const reason = reply.reason ?? "no reason given";
      return tell({ type: "refused", reason }, surprise(state, reply));
    }
    case "other": {
      if (state.served) return surprise(state, reply);
      const job = decodeGluedJob(line);
      return job === null ? stay(state) : giveOut(state, job, now);
    }
    default:
      return surprise(state, reply);
  }
}

function giveOut(state: SessionState, job: Job, now: number): Step {
  // The node draws the nonce from 1..100*difficulty; miners search from 0.
  const event: PoolEvent = { type: "job", ...job, to: 100 * job.difficulty };
  return tell(event, stay({ ...enter(state, "working", now), served: true }));
}

function takeVerdict(state: SessionState, reply: Reply, now: number): Step {
  const pingMs = now - state.sinceMs;
  const idle = enter(state, "idle", now);
  switch (reply.type) {
    case "good":
    case "block": {
      const block = reply.type === "block";
      const event: PoolEvent = {
        type: "verdict",
        verdict: "accepted",
        block,
        reason: null,
        pingMs,
      };
      return tell(event, stay({ ...idle, incorrectInARow: 0, rejectedInARow: 0 }));
    }
    case "bad": {
      const { reason } = reply;
      const kind = kindOf(reason);
      const event: PoolEvent = {
        type: "verdict",
        verdict: "rejected",
        block: false,
        reason,
        pingMs,
        ...(kind === "paced" ? { restMs: PACE_MS } : {}),
      };
      return tell(event, afterRejection(idle, reason ?? "no reason given", kind));
    }
    default:
      return surprise(state, reply);
  }
}

/** Other reasons neither prove nor refute that we are in step: the node gives them before it looks at the nonce. */
function afterRejection(state: SessionState, reason: string, kind: ReasonKind): Step {
  const next = {
    ...state,
    incorrectInARow: state.incorrectInARow + (kind === "incorrect" ? 1 : 0),
    rejectedInARow: state.rejectedInARow + 1,
  };
  switch (kind) {
    case "banned":
    case "crowded":
    case "unwelcome":
      return refuse(next, reason);
    case "garbled":
      return drop(next, "desync", `the pool read what we did not write: ${reason}`);
    default:
      if (next.incorrectInARow >= MAX_INCORRECT_IN_A_ROW) {
        return drop(next, "desync", "verified nonces were called incorrect twice in a row");
      }
      if (next.rejectedInARow < MAX_REJECTED_IN_A_ROW) return stay(next);
      return refuse(next, `${next.rejectedInARow} shares in a row: ${reason}`, kind);
  }
}

/** The pool will not have us, for a reason that it named. */
function refuse(state: SessionState, reason: string, kind = kindOf(reason)): Step {
  return drop(state, kind === "banned" ? "banned" : "denied", reason, RETRY_MS[kind]);
}

/** Something that cannot be answered: give the connection up. */
function surprise(state: SessionState, reply: Reply): Step {
  switch (reply.type) {
    case "bad": {
      const { reason } = reply;
      // Of a share, when none is out: question and answer do not belong together any more.
      if (kindOf(reason) === "incorrect") {
        return drop(state, "desync", `"${reason}" while ${state.phase}`);
      }
      return refuse(state, reason ?? "no reason given");
    }
    case "other":
      return drop(state, "nonsense", `not the pool's protocol: "${reply.text}"`);
    default:
      return drop(state, "desync", `${reply.type} while ${state.phase}`);
  }
}
