// What a miner is sent to work on: the difficulty first, which holds for the job behind it.

import { hex32 } from "../stratum/hex.ts";
import { encodeNotification } from "./codec.ts";
import { openWindow, retarget } from "./session-difficulty.ts";
import type { MinerOutput, MinerState, Scene, SentJob, Step } from "./session-state.ts";
import type { ServedWork } from "./work.ts";

/** A miner that is behind by more is told that what it does is stale. */
const JOBS_MAX = 16;

/** The difficulty that this miner gets, of this work. */
function difficultyFor(
  { rules }: Scene,
  { fixed, floor, difficulty }: MinerState,
  { wanted }: ServedWork,
): number {
  const own = Math.max(rules.minDifficulty, floor, fixed ?? difficulty);
  return wanted === null ? own : Math.min(wanted.difficulty, own);
}

/** The version bits that are free to this miner. */
export function maskFor({ wantedMask }: MinerState, { mask }: ServedWork): number {
  return ((wantedMask ?? 0) & mask) >>> 0;
}

/** Sends the scene's work, for the first time or anew. Not to one that nobody knows yet. */
export function sendJob(scene: Scene, before: MinerState, clean: boolean, now: number): Step {
  const { work } = scene;
  if (work === null || before.users.length === 0) return { state: before, outputs: [] };
  const outputs: MinerOutput[] = [];
  const tell = (method: string, params: readonly unknown[]) =>
    outputs.push({ type: "send", text: encodeNotification(method, params) });
  const { extranonce1, extranonce2Bytes, takesExtranonce } = before;
  if (work.extranonce2Bytes !== extranonce2Bytes) {
    // What it would hand in were of another length. It comes back at once, and is told the new one.
    if (!takesExtranonce) {
      return { state: before, outputs: [{ type: "drop", why: "the extranonce changed" }] };
    }
    tell("mining.set_extranonce", [extranonce1, work.extranonce2Bytes]);
  }
  const mask = maskFor(before, work);
  if (before.wantedMask !== null && mask !== before.toldMask) {
    tell("mining.set_version_mask", [hex32(mask)]);
  }
  const difficulty = difficultyFor(scene, before, work);
  if (difficulty !== before.toldDifficulty) tell("mining.set_difficulty", [difficulty]);
  const job = nextJob(before, work, difficulty);
  const { prevHash, coinb1, coinb2, branch, version, bits } = work.notice;
  const rest = [prevHash, coinb1, coinb2, branch, version, bits, hex32(job.time), clean];
  tell("mining.notify", [job.id, ...rest]);
  const held = clean ? [] : before.jobs.slice(1 - JOBS_MAX);
  const state: MinerState = {
    ...before,
    extranonce2Bytes: work.extranonce2Bytes,
    toldMask: mask,
    toldDifficulty: difficulty,
    // A share of another difficulty says nothing of this one.
    window: difficulty === before.toldDifficulty ? before.window : openWindow(now),
    difficulty,
    jobs: [...held, job],
    jobCount: before.jobCount + 1,
    jobAtMs: now,
  };
  return { state, outputs };
}

/** Miners begin each job at the start of its space: sent anew, it is a second later, which makes another space of it. */
function nextJob(state: MinerState, work: ServedWork, difficulty: number): SentJob {
  const id = (state.jobCount + 1).toString(16);
  const last = state.jobs.findLast((job) => job.work === work);
  const time = last === undefined ? Number.parseInt(work.notice.time, 16) : last.time + 1;
  return { id, work, time, difficulty };
}

/** Looks whether its shares come too often or too seldom; if so, it gets its work anew with another difficulty. */
export function adjust(scene: Scene, before: MinerState, now: number): Step {
  const { shareEveryMs } = scene.rules;
  const still: Step = { state: before, outputs: [] };
  if (shareEveryMs === null || before.fixed !== null || before.toldDifficulty === null)
    return still;
  const next = retarget(before.difficulty, before.window, shareEveryMs, now);
  if (next === null) return still;
  const state = { ...before, difficulty: next, window: openWindow(now) };
  if (scene.work === null || difficultyFor(scene, state, scene.work) === before.toldDifficulty) {
    return { state: { ...state, difficulty: before.difficulty }, outputs: [] };
  }
  return sendJob(scene, state, false, now);
}
