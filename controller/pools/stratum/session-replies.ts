// What the pool answers to our own requests: to the subscription, the authorization, the shares. Others are never waited for.

import { encodeRequest, extranonceOf, type Message, maskOf } from "./codec.ts";
import type { SessionConfig, SessionOutput, SessionState, Step } from "./session-state.ts";
import { announce } from "./session-work.ts";

type Reply = Extract<Message, { type: "reply" }>;

const SUBSCRIBE_ID = 1;
const AUTHORIZE_ID = 2;
const UNAUTHORIZED = 24;
const NOT_SUBSCRIBED = 25;

const WORDS: Readonly<Record<number, string>> = {
  21: "stale",
  22: "duplicate",
  23: "low difficulty",
};

export function onReply(
  config: SessionConfig,
  state: SessionState,
  reply: Reply,
  now: number,
): Step {
  const id = Number(reply.id);
  if (id === SUBSCRIBE_ID && state.phase === "subscribing") {
    return onSubscribed(config, state, reply, now);
  }
  if (id === AUTHORIZE_ID && state.phase === "authorizing") {
    return onAuthorized(config, state, reply, now);
  }
  if (id === state.maskId) return { state: withMask(state, reply), outputs: [] };
  return onVerdict(state, id, reply, now);
}

function onSubscribed(
  config: SessionConfig,
  state: SessionState,
  { result, refusal }: Reply,
  now: number,
): Step {
  const extranonce = extranonceOf(result);
  if (extranonce === null) {
    const detail = refusal?.text ?? "its subscription gives no extranonce";
    return dropped(state, refusal === null ? "nonsense" : "denied", detail);
  }
  const { user, password } = config;
  const text = encodeRequest(AUTHORIZE_ID, "mining.authorize", [user, password]);
  const next = { ...state, phase: "authorizing", sinceMs: now, extranonce, nextId: 3 } as const;
  return { state: next, outputs: [{ type: "send", text }] };
}

function onAuthorized(
  config: SessionConfig,
  before: SessionState,
  { refusal }: Reply,
  now: number,
): Step {
  if (refusal !== null) {
    const detail = `the pool does not know ${config.user}: ${refusal.text}`;
    return dropped(before, "denied", detail, config.limits.deniedMs);
  }
  // Work may have come before this.
  const workAtMs = before.work === null ? now : before.workAtMs;
  const mining: SessionState = { ...before, phase: "mining", sinceMs: now, workAtMs };
  const asked = askMore(config, mining);
  const up = announce(config, asked.state, mining.work !== null);
  return { state: up.state, outputs: [...asked.outputs, ...up.outputs] };
}

/** What not every pool knows: asked when all that matters is settled, for some hang up on what they do not know. */
function askMore(
  { suggestDifficulty, rollsVersion }: SessionConfig,
  before: SessionState,
): { readonly state: SessionState; readonly outputs: SessionOutput[] } {
  let state = before;
  const outputs: SessionOutput[] = [];
  const ask = (method: string, params: readonly unknown[]): number => {
    const id = state.nextId;
    outputs.push({ type: "send", text: encodeRequest(id, method, params) });
    state = { ...state, nextId: id + 1 };
    return id;
  };
  ask("mining.extranonce.subscribe", []);
  if (suggestDifficulty !== null) ask("mining.suggest_difficulty", [suggestDifficulty]);
  if (rollsVersion) {
    const more = { "version-rolling.mask": "1fffe000", "version-rolling.min-bit-count": 0 };
    const maskId = ask("mining.configure", [["version-rolling"], more]);
    state = { ...state, maskId };
  }
  return { state, outputs };
}

/** Which version bits are free, for the work that comes next. */
function withMask(state: SessionState, { result, refusal }: Reply): SessionState {
  const fields = new Map(Object.entries(refusal === null ? Object(result) : {}));
  const agreed = fields.get("version-rolling") === true;
  const mask = agreed ? maskOf(fields.get("version-rolling.mask")) : null;
  return { ...state, maskId: null, mask: mask ?? state.mask };
}

function onVerdict(state: SessionState, id: number, { refusal }: Reply, now: number): Step {
  const share = state.sent.get(id);
  // To what was asked beside, or a stranger's.
  if (share === undefined) return { state, outputs: [] };
  const sent = new Map(state.sent);
  sent.delete(id);
  const { seat, atMs } = share;
  const pingMs = now - atMs;
  const known = refusal === null ? null : (WORDS[refusal.code] ?? null);
  const reason = known ?? refusal?.text ?? null;
  const verdict = refusal === null ? "accepted" : "rejected";
  const event = { type: "verdict", seat, verdict, reason, pingMs } as const;
  const judged: Step = { state: { ...state, sent }, outputs: [{ type: "event", event }] };
  if (refusal?.code !== UNAUTHORIZED && refusal?.code !== NOT_SUBSCRIBED) return judged;
  const end = dropped(judged.state, "desync", refusal.text);
  return { state: end.state, outputs: [...judged.outputs, ...end.outputs] };
}

function dropped(
  state: SessionState,
  code: "denied" | "nonsense" | "desync",
  detail: string,
  retryMs?: number,
): Step {
  const more = retryMs === undefined ? {} : { retryMs };
  const output: SessionOutput = { type: "drop", code, detail, ...more };
  return { state: { ...state, phase: "dropped", tail: "" }, outputs: [output] };
}
