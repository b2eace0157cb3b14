// One miner at the server as a machine: its lines in, answers, jobs and claims of shares out.

import { decodeRequest } from "./codec.ts";
import { adjust, sendJob } from "./session-jobs.ts";
import { onAuthorize, onConfigure, onSubscribe, onSuggest } from "./session-requests.ts";
import { answerTo, onSubmit, onVerdict } from "./session-share.ts";
import {
  type Asked,
  type MinerInput,
  type MinerOutput,
  type MinerState,
  OFFENCE,
  type Scene,
  type Step,
} from "./session-state.ts";

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function step(scene: Scene, state: MinerState, input: MinerInput): Step {
  switch (input.type) {
    case "line":
      return hear(scene, state, input.line, input.now);
    case "flooded":
      return dropped(state, "a flood without a line end", OFFENCE.overlong);
    case "work":
      return sendJob(scene, state, input.clean, input.now);
    case "gone":
      return { state: { ...state, jobs: [] }, outputs: [] };
    case "verdict":
      return onVerdict(scene, state, input);
    case "tick":
      return tick(scene, state, input.now);
  }
}

function dropped(state: MinerState, why: string, points = 0): Step {
  const offences: MinerOutput[] = points === 0 ? [] : [{ type: "offence", points }];
  return { state, outputs: [...offences, { type: "drop", why }] };
}

function tick(scene: Scene, state: MinerState, now: number): Step {
  const { handshakeMs, idleMs, renewMs } = scene.rules.limits;
  const isIn = state.users.length > 0;
  if (!isIn && now - state.openedMs >= handshakeMs) {
    return dropped(state, "no authorization", OFFENCE.silence);
  }
  if (now - state.heardMs >= idleMs) return dropped(state, "idle");
  const adjusted = adjust(scene, state, now);
  if (adjusted.outputs.length > 0) return adjusted;
  return now - state.jobAtMs >= renewMs ? sendJob(scene, adjusted.state, false, now) : adjusted;
}

function hear(scene: Scene, before: MinerState, line: string, now: number): Step {
  const { requestsPerSecond, requestBurst } = scene.rules.limits;
  const gained = ((now - before.tokensAtMs) * requestsPerSecond) / 1000;
  const tokens = Math.min(requestBurst, before.tokens + gained) - 1;
  if (tokens < 0) return dropped(before, "too many requests", OFFENCE.flood);
  const state = { ...before, tokens, tokensAtMs: now, heardMs: now };
  const request = decodeRequest(line);
  if (request !== null) return answer(scene, state, { request, now });
  // One that is known to be a miner may say what nobody knows; what greets us so is none.
  if (!state.isSubscribed) return dropped(state, "no miner", OFFENCE.malformed);
  return { state, outputs: [{ type: "offence", points: OFFENCE.malformed }] };
}

function answer(scene: Scene, state: MinerState, asked: Asked): Step {
  const { id, method } = asked.request;
  switch (method) {
    case "mining.subscribe":
      return onSubscribe(scene, state, asked);
    case "mining.authorize":
      return onAuthorize(scene, state, asked);
    case "mining.submit":
      return onSubmit(state, asked);
    case "mining.suggest_difficulty":
      return onSuggest(scene, state, asked);
    case "mining.configure":
      return onConfigure(scene, state, asked);
    case "mining.extranonce.subscribe":
      return { state: { ...state, takesExtranonce: true }, outputs: answerTo(id, true) };
    case "mining.ping":
      return { state, outputs: answerTo(id, "pong") };
    default:
      // Some of these are known elsewhere (mining.get_transactions): a miner takes the refusal well, and silence less so.
      return { state, outputs: answerTo(id, null, [20, "Not supported."]) };
  }
}
