// Which pool node the rig connects to, as a machine: from a list with priorities, or as the coin's picker names one. A node that
// greets and then stays silent fails like one that is gone. Leaving a node costs unpaid shares, so one that works is kept.

import type { PoolWhy } from "../core/why.ts";
import { nextCandidate, patch, REST_BASE_MS, restMs, upsert } from "./finder-candidates.ts";
import type {
  Candidate,
  FinderInput,
  FinderOutput,
  FinderRules,
  FinderState,
  FinderStep,
  Picker,
} from "./finder-state.ts";
import { addressOf, type PoolNode } from "./node.ts";

/** So many sessions in a row that came to nothing, with none between that went well, and a node is left. */
const LEAVE_AFTER = 2;
/** How often better nodes are looked at, and how long one must have greeted at each look before we return to it. */
const LOOK_EVERY_MS = 60_000;
export const RETURN_AFTER_MS = 600_000;
const DEFAULT_RULES: FinderRules = {
  returnAfterMs: RETURN_AFTER_MS,
  lookEveryMs: LOOK_EVERY_MS,
  restMs: REST_BASE_MS,
};
/** The n-th failed try of the picker is followed by 2n s, as the public miner does, and up to a quarter more. */
const PICK_STEP_MS = 2000;
const PICK_STEPS_MAX = 60;
const PICK_JITTER = 0.25;
/** A node that goes on being good is written down this often. */
const REMEMBER_EVERY_MS = 3_600_000;
const REMEMBERED_MAX = 5;

const NEVER = Number.POSITIVE_INFINITY;
const IDLE: Picker = { state: "idle", failures: 0, error: null, at: NEVER };
const ASKING: Picker = { ...IDLE, state: "asking" };

/** `list`: best first; empty, the picker is asked. `good` and `chosen` are what a `remember` output said last. */
export function openFinder(
  list: readonly PoolNode[],
  good: readonly PoolNode[],
  chosen: PoolNode | null,
  now: number,
  rules = DEFAULT_RULES,
): FinderStep {
  const asks = list.length === 0;
  const candidates = asks
    ? good.reduceRight((all, node) => upsert(all, node, "cache"), [] as readonly Candidate[])
    : list.reduceRight((all, node) => upsert(all, node, "list"), [] as readonly Candidate[]);
  const state: FinderState = {
    rules,
    candidates,
    current: null,
    why: "none",
    since: now,
    picker: asks ? IDLE : null,
    lookAt: now + rules.lookEveryMs,
  };
  if (chosen !== null) return pin(state, chosen, now);
  if (asks) return ask(tell(state, "none", "the picker is asked"));
  return move(state, nextCandidate(state.candidates, null, now), "first", null, now);
}

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function stepFinder(state: FinderState, input: FinderInput): FinderStep {
  const { now, roll } = input;
  switch (input.type) {
    case "tick":
      return tick(state, now);
    case "good":
      return onGood(state, input.address, now);
    case "bad":
      return onBad(state, input, now, roll);
    case "picked":
      return onPicked(state, input.node, now, roll);
    case "pick-failed":
      return onPickFailed(state, `${input.code}: ${input.detail}`, now, roll);
    case "looked":
      return onLooked(state, input.address, input.greets, now);
    case "choose": {
      const step = input.node === null ? release(state, now) : pin(state, input.node, now);
      return also(step, remember(step.state, input.node));
    }
  }
}

/** When the next `tick` is due; Infinity for never. */
export function finderWakeAt(state: FinderState): number {
  const { candidates, picker, lookAt } = state;
  // Had one of the others rested by now, it would be in use.
  const others = candidates.filter(({ node }) => addressOf(node) !== state.current);
  const rests = isFailing(state) ? others.map(({ restUntil }) => restUntil) : [];
  const looks = betterOnes(state).map(() => lookAt);
  return Math.min(picker?.at ?? NEVER, ...rests, ...looks);
}

function stay(state: FinderState): FinderStep {
  return { state, outputs: [] };
}

function also({ state, outputs }: FinderStep, ...more: FinderOutput[]): FinderStep {
  return { state, outputs: [...outputs, ...more] };
}

function currentOf({ candidates, current }: FinderState): Candidate | undefined {
  return candidates.find(({ node }) => addressOf(node) === current);
}

/** The one in use is to be left as soon as there is another. */
function isFailing(state: FinderState): boolean {
  return state.why !== "manual" && currentOf(state)?.restUntil !== Number.NEGATIVE_INFINITY;
}

/** Those of the list that stand before the one in use, unless a person chose that. */
function betterOnes(state: FinderState): readonly Candidate[] {
  if (state.why === "manual") return [];
  const at = state.candidates.findIndex(({ node }) => addressOf(node) === state.current);
  return state.candidates.slice(0, Math.max(0, at)).filter(({ from }) => from === "list");
}

function move(
  state: FinderState,
  to: Candidate | undefined,
  why: PoolWhy,
  detail: string | null,
  now: number,
): FinderStep {
  if (to === undefined) return stay(state);
  const current = addressOf(to.node);
  const since = current === state.current ? state.since : now;
  // A new chance: it is left again when it fails again, not before.
  const candidates = patch(state.candidates, current, { restUntil: Number.NEGATIVE_INFINITY });
  const next = { ...state, candidates, current, why, since, lookAt: now + state.rules.lookEveryMs };
  return { state: next, outputs: [{ type: "use", node: to.node, why, detail }] };
}

/** Nothing is known to connect to, and why. */
function tell(state: FinderState, why: PoolWhy, detail: string): FinderStep {
  const next = { ...state, current: null, why };
  return { state: next, outputs: [{ type: "use", node: null, why, detail }] };
}

function ask(step: FinderStep): FinderStep {
  const { picker } = step.state;
  if (picker?.state !== "idle") return step;
  return also({ ...step, state: { ...step.state, picker: ASKING } }, { type: "ask-picker" });
}

function tick(state: FinderState, now: number): FinderStep {
  const { picker, lookAt } = state;
  let step = stay(state);
  if (picker !== null && now >= picker.at) {
    const asking = { ...picker, state: "asking", at: NEVER } as const;
    step = also(stay({ ...state, picker: asking }), { type: "ask-picker" });
  }
  const better = betterOnes(state);
  if (better.length > 0 && now >= lookAt) {
    const looks = better.map(({ node }) => ({ type: "look", node }) as const);
    step = also(
      { ...step, state: { ...step.state, lookAt: now + state.rules.lookEveryMs } },
      ...looks,
    );
  }
  return isFailing(state) ? leave(step, "its turn has come again", now) : step;
}

/** To the best that does not rest, if that is another one. */
function leave(step: FinderStep, detail: string, now: number): FinderStep {
  const { state, outputs } = step;
  const next = nextCandidate(state.candidates, state.current, now);
  const moved = move(state, next, "failed-over", detail, now);
  return { state: moved.state, outputs: [...outputs, ...moved.outputs] };
}

function onGood(state: FinderState, address: string, now: number): FinderStep {
  const known = state.candidates.find(({ node }) => addressOf(node) === address);
  if (known === undefined) return stay(state);
  const settled = address === state.current && now - state.since >= state.rules.returnAfterMs;
  const candidates = patch(state.candidates, address, {
    failures: 0,
    rests: settled ? 0 : known.rests,
    restUntil: Number.NEGATIVE_INFINITY,
    goodAt: now,
  });
  const picker = state.picker?.state === "waiting" ? IDLE : state.picker;
  const next = { ...state, candidates, picker: address === state.current ? picker : state.picker };
  const isNews = now - known.goodAt >= REMEMBER_EVERY_MS;
  const isOurs = known.from === "picker" || known.from === "cache";
  if (!isNews || !isOurs) return stay(next);
  return also(stay(next), remember(next, chosenOf(next)));
}

function chosenOf({ candidates, current, why }: FinderState): PoolNode | null {
  const chosen = candidates.find(({ node }) => why === "manual" && addressOf(node) === current);
  return chosen === undefined ? null : chosen.node;
}

/** What is to be known after a restart. */
function remember({ candidates }: FinderState, chosen: PoolNode | null): FinderOutput {
  const good = candidates
    .filter((each) => each.from === "cache" || (each.from === "picker" && each.goodAt >= 0))
    .toSorted((a, b) => Math.max(-1, b.goodAt) - Math.max(-1, a.goodAt))
    .slice(0, REMEMBERED_MAX)
    .map(({ node }) => node);
  return { type: "remember", good, chosen };
}

function onBad(
  state: FinderState,
  { address, detail, isFinal = false }: Extract<FinderInput, { type: "bad" }>,
  now: number,
  roll: number,
): FinderStep {
  const known = currentOf(state);
  if (known === undefined || address !== state.current) return stay(state);
  const failures = isFinal ? LEAVE_AFTER : known.failures + 1;
  if (failures < LEAVE_AFTER || state.why === "manual") {
    return stay({ ...state, candidates: patch(state.candidates, address, { failures }) });
  }
  const rests = known.rests + 1;
  const restUntil = now + restMs(rests, roll, state.rules.restMs);
  const rest = { failures: 0, rests, restUntil, wellSince: null };
  const left = { ...state, candidates: patch(state.candidates, address, rest) };
  return leave(ask(stay(left)), `${address}: ${detail}`, now);
}

function onPicked(state: FinderState, node: PoolNode, now: number, roll: number): FinderStep {
  if (state.picker === null) return stay(state);
  const candidates = upsert(state.candidates, node, "picker", state.current);
  const known = { ...state, candidates, picker: IDLE };
  if (state.why === "manual" || (state.current !== null && !isFailing(state))) return stay(known);
  const picked = candidates[0];
  if (picked !== undefined && picked.restUntil <= now)
    return move(known, picked, "picked", null, now);
  const failures = state.picker.failures + 1;
  const error = `it names ${addressOf(node)}, which has just failed`;
  return stay({ ...known, picker: waiting(failures, error, now, roll) });
}

function waiting(failures: number, error: string, now: number, roll: number): Picker {
  const pauseMs = PICK_STEP_MS * Math.min(PICK_STEPS_MAX, failures) * (1 + PICK_JITTER * roll);
  return { state: "waiting", failures, error, at: now + pauseMs };
}

function onPickFailed(state: FinderState, error: string, now: number, roll: number): FinderStep {
  if (state.picker?.state !== "asking") return stay(state);
  const failed = { ...state, picker: waiting(state.picker.failures + 1, error, now, roll) };
  if (state.current !== null) return stay(failed);
  const cached = nextCandidate(state.candidates, null, now);
  const detail = `the picker says ${error}`;
  return cached === undefined
    ? tell(failed, "none", detail)
    : move(failed, cached, "cached", detail, now);
}

function onLooked(state: FinderState, address: string, greets: boolean, now: number): FinderStep {
  const better = betterOnes(state).find(({ node }) => addressOf(node) === address);
  if (better === undefined) return stay(state);
  const wellSince = greets ? (better.wellSince ?? now) : null;
  const next = { ...state, candidates: patch(state.candidates, address, { wellSince }) };
  const isDue = wellSince !== null && now - wellSince >= state.rules.returnAfterMs;
  if (!isDue || now < better.restUntil) return stay(next);
  const seconds = Math.round((now - wellSince) / 1000);
  const time = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
  const detail = `it has been greeting for ${time}`;
  return move(next, better, "returned", detail, now);
}

function unpinned(state: FinderState): readonly Candidate[] {
  return state.candidates.filter(({ from }) => from !== "manual");
}

function pin(state: FinderState, node: PoolNode, now: number): FinderStep {
  const others = unpinned(state);
  const known = others.find((each) => addressOf(each.node) === addressOf(node));
  const candidates = known === undefined ? upsert(others, node, "manual") : others;
  const picker = state.picker && IDLE;
  const next = { ...state, candidates, picker };
  return move(next, known ?? candidates[0], "manual", null, now);
}

/** Back to the best of the list; or to one that was good, until the picker says more. One that rests is better than none. */
function release(state: FinderState, now: number): FinderStep {
  if (state.why !== "manual") return stay(state);
  const free = { ...state, candidates: unpinned(state), current: null };
  const next = nextCandidate(free.candidates, null, now) ?? free.candidates[0];
  if (state.picker === null) return move(free, next, "first", null, now);
  if (next === undefined) return ask(tell(free, "none", "the picker is asked"));
  return ask(move(free, next, "cached", "no longer by hand", now));
}
