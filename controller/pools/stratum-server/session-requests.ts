// What a miner asks for beside handing in shares.

import { maskOf } from "../stratum/codec.ts";
import { hex32 } from "../stratum/hex.ts";
import { difficultyOf, fixedDifficulty, nameOf } from "./codec.ts";
import { maskFor, sendJob } from "./session-jobs.ts";
import { answerTo } from "./session-share.ts";
import type { Asked, MinerState, Scene, Step } from "./session-state.ts";

const USERS_MAX = 16;

export function onSubscribe(scene: Scene, before: MinerState, { request }: Asked): Step {
  const { extranonce1 } = before;
  const extranonce2Bytes = before.isSubscribed ? before.extranonce2Bytes : scene.extranonce2Bytes;
  const agent = nameOf(request.params[0]);
  const names = ["mining.set_difficulty", "mining.notify"].map((name) => [name, extranonce1]);
  return {
    state: { ...before, isSubscribed: true, agent, extranonce2Bytes },
    outputs: answerTo(request.id, [names, extranonce1, extranonce2Bytes]),
  };
}

export function onAuthorize(scene: Scene, before: MinerState, { request, now }: Asked): Step {
  const { id, params } = request;
  if (!before.isSubscribed) {
    return { state: before, outputs: answerTo(id, null, [25, "Not subscribed"]) };
  }
  const user = nameOf(params[0]);
  const { users } = before;
  if (user === null || (users.length >= USERS_MAX && !users.includes(user))) {
    return { state: before, outputs: answerTo(id, false) };
  }
  const yes = answerTo(id, true);
  if (users.includes(user)) return { state: before, outputs: yes };
  const named: MinerState = { ...before, users: [...users, user] };
  const told = { type: "authorized", user } as const;
  // One connection has one difficulty: its first worker's.
  if (users.length > 0) return { state: named, outputs: [...yes, told] };
  const fixed = fixedDifficulty(params[1]);
  // What the miner suggested before counts for more than how it was the last time.
  const { startDifficulty, shareEveryMs } = scene.rules;
  // Where no difficulty varies, a run before may have had another for all.
  const isNew = before.difficulty === startDifficulty && shareEveryMs !== null;
  const difficulty = (isNew ? scene.lastDifficulty(user) : null) ?? before.difficulty;
  const sent = sendJob(scene, { ...named, fixed, difficulty }, true, now);
  return { state: sent.state, outputs: [...yes, told, ...sent.outputs] };
}

/** Never answered but by the difficulty itself: miners take an answer for that to a share. */
export function onSuggest(scene: Scene, before: MinerState, { request, now }: Asked): Step {
  const difficulty = difficultyOf(request.params[0]);
  if (difficulty === null || before.fixed !== null || scene.rules.shareEveryMs === null) {
    return { state: before, outputs: [] };
  }
  const state = { ...before, difficulty };
  return before.jobs.length === 0 ? { state, outputs: [] } : sendJob(scene, state, false, now);
}

/** BIP 310. What is not known of it is refused by name. */
export function onConfigure({ work }: Scene, before: MinerState, { request }: Asked): Step {
  const [names, given] = request.params;
  const options = new Map<string, unknown>(Object.entries(Object(given)));
  const result = new Map<string, unknown>();
  let state = before;
  for (const name of Array.isArray(names) ? names.slice(0, 16) : []) {
    switch (name) {
      case "version-rolling": {
        const wantedMask = maskOf(options.get("version-rolling.mask")) ?? 0xffffffff;
        const toldMask = work === null ? 0 : maskFor({ ...state, wantedMask }, work);
        state = { ...state, wantedMask, toldMask };
        // Where none is free now, some may be later: the miner is told the mask then.
        result.set(name, true).set("version-rolling.mask", hex32(toldMask));
        break;
      }
      case "minimum-difficulty": {
        const floor = difficultyOf(options.get("minimum-difficulty.value"));
        state = { ...state, floor: floor ?? state.floor };
        result.set(name, floor !== null);
        break;
      }
      case "subscribe-extranonce":
        state = { ...state, takesExtranonce: true };
        result.set(name, true);
        break;
      case "info":
        result.set(name, true);
        break;
      default:
        if (typeof name === "string") result.set(name.slice(0, 64), false);
    }
  }
  return { state, outputs: answerTo(request.id, Object.fromEntries(result)) };
}
