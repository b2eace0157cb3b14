// A miner's share: is it of a job that it has, and well-formed? Then what became of it.

import { encodeAnswer, type Id } from "../stratum/codec.ts";
import { type Found, foundOf } from "./codec.ts";
import { withShare } from "./session-difficulty.ts";
import { adjust } from "./session-jobs.ts";
import {
  type Asked,
  type Claim,
  type MinerInput,
  type MinerOutput,
  type MinerState,
  OFFENCE,
  type Scene,
  type SentJob,
  type Step,
} from "./session-state.ts";
import type { ShareVerdict } from "./work.ts";

/** How far a miner may put the time of a job forward. */
const TIME_ROLL_S = 7000;

const CODES: Readonly<Record<Exclude<ShareVerdict, "accepted">, number>> = {
  invalid: 20,
  refused: 20,
  lost: 20,
  stale: 21,
  duplicate: 22,
  "low difficulty": 23,
};
/** Refusals that an honest miner meets now and then, and one that is broken or worse all the time. */
const OFFENCES: ReadonlySet<ShareVerdict> = new Set(["invalid", "duplicate", "low difficulty"]);

/** The answer to a request; none to one that has no id. */
export function answerTo(
  id: Id | null,
  result: unknown,
  error: readonly [code: number, text: string] | null = null,
): MinerOutput[] {
  if (id === null) return [];
  const full = error === null ? null : [...error, null];
  return [{ type: "send", text: encodeAnswer(id, result, full) }];
}

export function onSubmit(state: MinerState, { request }: Asked): Step {
  const { id, params } = request;
  const refuse = (code: number, text: string): Step => ({
    state,
    outputs: [...answerTo(id, null, [code, text]), { type: "offence", points: OFFENCE.share }],
  });
  if (!state.isSubscribed) return refuse(25, "Not subscribed");
  const found = foundOf(params);
  const user = state.users.find((each) => each === params[0]);
  if (user === undefined) return refuse(24, "Unauthorized worker");
  const job = state.jobs.find((each) => each.id === params[1]);
  if (job === undefined) return judged(state, id, user, "stale");
  const fault = found === null ? "malformed" : faultOf(state, job, found);
  if (found === null || fault !== null) return judged(state, id, user, "invalid", job, fault);
  // A miner may take a new difficulty up at once, or with the next job: the easier one counts.
  const difficulty = Math.min(job.difficulty, state.difficulty);
  const claim: Claim = { id, user, job, found, difficulty };
  return { state, outputs: [{ type: "claim", claim }] };
}

function faultOf(
  { toldMask, wantedMask }: MinerState,
  { work }: SentJob,
  { extranonce2, time, versionBits }: Found,
): string | null {
  if (extranonce2.length !== 2 * work.extranonce2Bytes) return "extranonce2 of the wrong size";
  const from = Number.parseInt(work.notice.time, 16);
  if (time < from || time > from + TIME_ROLL_S) return "ntime out of range";
  if (versionBits === null) return null;
  if (wantedMask === null) return "version rolling was not agreed on";
  return (versionBits & ~toldMask) === 0 ? null : "version bits outside the mask";
}

function judged(
  state: MinerState,
  id: Id | null,
  user: string,
  verdict: Exclude<ShareVerdict, "accepted">,
  job: SentJob | null = null,
  reason: string | null = null,
): Step {
  const share = {
    user,
    jobId: job?.work.notice.jobId ?? "",
    verdict,
    difficulty: job?.difficulty ?? 0,
  };
  const text = reason === null ? verdict : `${verdict}: ${reason}`;
  return {
    state,
    outputs: [
      ...answerTo(id, null, [CODES[verdict], text]),
      { type: "judged", share },
      ...(OFFENCES.has(verdict) ? [{ type: "offence", points: OFFENCE.share } as const] : []),
    ],
  };
}

/** A share was verified, and handed on where the source wanted it. */
export function onVerdict(
  scene: Scene,
  state: MinerState,
  { claim, verdict, reason, now }: Extract<MinerInput, { type: "verdict" }>,
): Step {
  const { id, user, job, difficulty } = claim;
  // What the source makes of a share is nothing to the rate at which they come.
  const counts = verdict === "accepted" || verdict === "refused" || verdict === "lost";
  const isOfNow = job.difficulty === state.toldDifficulty;
  const window = counts && isOfNow ? withShare(state.window, difficulty) : state.window;
  const told: Step =
    verdict === "accepted"
      ? {
          state,
          outputs: [
            ...answerTo(id, true),
            { type: "judged", share: { user, jobId: job.work.notice.jobId, verdict, difficulty } },
          ],
        }
      : judged(state, id, user, verdict, job, reason ?? null);
  const adjusted = adjust(scene, { ...state, window }, now);
  return { state: adjusted.state, outputs: [...told.outputs, ...adjusted.outputs] };
}
