// What all of a solo session is made of: asking the node, giving work, and giving the node up.

import { giveWork as give } from "../stratum/desk.ts";
import type { Cause, WorkEvent } from "../stratum/work-client.ts";
import type {
  CallName,
  SoloConfig,
  SoloLimits,
  SoloOutput,
  SoloState,
  SoloStep,
} from "./session-state.ts";

const NEVER = Number.POSITIVE_INFINITY;

export function quiet(state: SoloState): SoloStep {
  return { state, outputs: [] };
}

export function told(event: WorkEvent): SoloOutput {
  return { type: "event", event };
}

/** Does one thing after another. */
export function also({ state, outputs }: SoloStep, then: (state: SoloState) => SoloStep): SoloStep {
  const next = then(state);
  return { state: next.state, outputs: [...outputs, ...next.outputs] };
}

/** Asks the node. The same question is not asked twice at a time. */
export function call(config: SoloConfig, state: SoloState, name: CallName, now: number): SoloStep {
  const calls = new Map([...state.calls, [name, now]]);
  const { method, params, timeoutMs } = wordsOf(config, state, name);
  const output: SoloOutput = { type: "call", call: name, method, params, timeoutMs };
  return { state: { ...state, calls, ...dueAgain(name) }, outputs: [output] };
}

/** While it is asked it is not due. */
function dueAgain(name: CallName): Partial<SoloState> {
  if (name === "tip") return { tipAt: NEVER };
  return name === "news" ? { newsAt: NEVER } : { templateAt: NEVER };
}

function wordsOf(
  { network: { rules }, limits }: SoloConfig,
  { longPollId }: SoloState,
  name: CallName,
): { readonly method: string; readonly params: readonly unknown[]; readonly timeoutMs: number } {
  const { answerMs, templateMs, newsMs }: SoloLimits = limits;
  switch (name) {
    case "genesis":
      return { method: "getblockhash", params: [0], timeoutMs: answerMs };
    case "tip":
      return { method: "getbestblockhash", params: [], timeoutMs: answerMs };
    case "template":
      return { method: "getblocktemplate", params: [{ rules }], timeoutMs: templateMs };
    case "news": {
      const params = [{ rules, longpollid: longPollId }];
      return { method: "getblocktemplate", params, timeoutMs: newsMs };
    }
  }
}

/** A new template at once; one that is being fetched already may be too old by now, and is fetched once more. */
export function fetchTemplate(config: SoloConfig, state: SoloState, now: number): SoloStep {
  if (state.calls.has("template")) return quiet({ ...state, isLate: true });
  return call(config, state, "template", now);
}

/** Work for each seat that waits for some, if there is any. */
export function giveWork(config: SoloConfig, before: SoloState): SoloStep {
  if (before.phase !== "mining") return quiet(before);
  const { state, events } = give(config, before);
  return { state, outputs: events.map(told) };
}

/** Gives the node up; not before it is known what became of the blocks that are being handed in, for other nodes may take them. */
export function drop(state: SoloState, cause: Cause): SoloStep {
  if (state.pending.size === 0) {
    return { state: { ...state, phase: "dropped" }, outputs: [{ type: "drop", ...cause }] };
  }
  const voids = [...state.given.keys()].map((seat) => told({ type: "void", seat }));
  // Nothing more is asked, and what is answered still goes unheard.
  const nothing = { given: new Map(), calls: new Map() };
  return { state: { ...state, phase: "closing", cause, ...nothing }, outputs: voids };
}
