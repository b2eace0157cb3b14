// One Stratum connection as a machine: what to send, which work each seat gets, what to tell the owner, and when to give up.
// All seats share it; each piece of work that is given out has a space of its own, so no two ever search the same.

import type { DownCode } from "../pool-event.ts";
import { decode, encodeAnswer, encodeRequest, type Id, type Message } from "./codec.ts";
import { asking, staleVerdict, withoutSeat } from "./desk.ts";
import { cutLines } from "./lines.ts";
import { isSameDomain } from "./same-domain.ts";
import { onReply } from "./session-replies.ts";
import type {
  SessionConfig,
  SessionInput,
  SessionOutput,
  SessionState,
  Step,
} from "./session-state.ts";
import { announce, hand, onNotice, submit } from "./session-work.ts";
import type { Cause } from "./work-client.ts";

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function step(config: SessionConfig, state: SessionState, input: SessionInput): Step {
  if (state.phase === "dropped") return { state, outputs: [] };
  const { now } = input;
  switch (input.type) {
    case "connected":
      return state.phase === "connecting" ? subscribe(config, state, now) : { state, outputs: [] };
    case "text":
      return receive(config, state, input.text, now);
    case "ended":
      return drop(state, { code: input.code, detail: input.detail });
    case "tick":
      return tick(config, state, now);
    case "ask": {
      const { seat, rateHs } = input;
      return announce(config, asking(state, { seat, rateHs }), false);
    }
    case "submit":
      return submit(config, state, input, now);
    case "hand":
      return state.phase === "mining"
        ? hand(config, state, input.seat, input.found, now)
        : { state, outputs: [{ type: "event", event: staleVerdict(input.seat) }] };
    case "leave":
      return { state: forgotten(state, input.seat), outputs: [] };
  }
}

/** When the next `tick` is due; null for never. */
export function wakeAt(config: SessionConfig, state: SessionState): number | null {
  return state.phase === "dropped" ? null : deadline(config, state).atMs;
}

/** Nobody waits for the verdict on what the seat handed in, and another share of it must not be taken for that. */
function forgotten(state: SessionState, seat: string): SessionState {
  const sent = new Map([...state.sent].filter(([, share]) => share.seat !== seat));
  return { ...withoutSeat(state, seat), sent };
}

function drop(state: SessionState, cause: Cause): Step {
  return { state: { ...state, phase: "dropped", tail: "" }, outputs: [{ type: "drop", ...cause }] };
}

function subscribe({ agent }: SessionConfig, state: SessionState, now: number): Step {
  const text = encodeRequest(1, "mining.subscribe", [agent]);
  const next = { ...state, phase: "subscribing", sinceMs: now, nextId: 2 } as const;
  return { state: next, outputs: [{ type: "send", text }] };
}

interface Deadline {
  readonly atMs: number;
  readonly detail: string;
}

function deadline({ limits }: SessionConfig, state: SessionState): Deadline {
  const { phase, sinceMs, workAtMs, sent } = state;
  if (phase === "connecting") return { atMs: sinceMs + limits.connectMs, detail: "no connection" };
  if (phase === "subscribing" || phase === "authorizing") {
    const what = phase === "subscribing" ? "subscription" : "authorization";
    return { atMs: sinceMs + limits.answerMs, detail: `no answer to the ${what}` };
  }
  const oldest = Math.min(...[...sent.values()].map(({ atMs }) => atMs));
  const verdictAt = oldest + limits.verdictMs;
  const workAt = workAtMs + limits.workAgeMs;
  if (verdictAt <= workAt) return { atMs: verdictAt, detail: "no verdict on a share" };
  return { atMs: workAt, detail: `no new work for ${Math.round(limits.workAgeMs / 1000)} s` };
}

function tick(config: SessionConfig, state: SessionState, now: number): Step {
  const { atMs, detail } = deadline(config, state);
  return now >= atMs ? drop(state, timeout(detail)) : { state, outputs: [] };
}

function timeout(detail: string): { readonly code: DownCode; readonly detail: string } {
  return { code: "timeout", detail };
}

function receive(config: SessionConfig, before: SessionState, text: string, now: number): Step {
  const { lines, tail, flooded } = cutLines(before.tail, text);
  const outputs: SessionOutput[] = [];
  let state: SessionState = { ...before, tail };
  for (const line of lines) {
    const taken = take(config, state, decode(line), now);
    state = taken.state;
    outputs.push(...taken.outputs);
    if (state.phase === "dropped") return { state, outputs };
  }
  if (!flooded) return { state, outputs };
  const cut = drop(state, { code: "nonsense", detail: "a flood without a line end" });
  return { state: cut.state, outputs: [...outputs, ...cut.outputs] };
}

function take(config: SessionConfig, state: SessionState, message: Message, now: number): Step {
  switch (message.type) {
    case "notify":
      return onNotice(config, state, message.notice, now);
    case "difficulty":
      return { state: { ...state, difficulty: message.difficulty }, outputs: [] };
    case "extranonce":
      return { state: { ...state, extranonce: message.extranonce }, outputs: [] };
    case "version-mask":
      return { state: { ...state, mask: config.rollsVersion ? message.mask : 0 }, outputs: [] };
    case "reconnect":
      return reconnect(config, state, message);
    case "show-message":
      return { state, outputs: [{ type: "event", event: { type: "note", text: message.text } }] };
    case "asked":
      return { state, outputs: answer(config, message.method, message.id) };
    case "reply":
      return onReply(config, state, message, now);
    case "nonsense":
      // One that is known to be a pool may say what we do not know; what greets us with nonsense is none.
      if (state.phase === "mining") return { state, outputs: [] };
      return drop(state, { code: "nonsense", detail: "what answers is no Stratum pool" });
  }
}

function answer({ agent }: SessionConfig, method: string, id: Id | null): SessionOutput[] {
  if (id === null) return [];
  const say = (result: unknown, error: readonly unknown[] | null): SessionOutput[] => [
    { type: "send", text: encodeAnswer(id, result, error) },
  ];
  if (method === "client.get_version") return say(agent, null);
  if (method === "mining.ping") return say("pong", null);
  return say(null, [20, "Not supported.", null]);
}

function reconnect(
  config: SessionConfig,
  state: SessionState,
  { host, port, waitMs }: Extract<Message, { type: "reconnect" }>,
): Step {
  const to = { host: host ?? config.host, port: port ?? config.port };
  if (!isSameDomain(config.host, to.host)) {
    const text = `the pool wants us at ${to.host}, which is not its own: ignored`;
    return { state, outputs: [{ type: "event", event: { type: "note", text } }] };
  }
  const detail = "the pool wants us to connect anew";
  return drop(state, { code: "closed", detail, retryMs: waitMs, redirect: to });
}
