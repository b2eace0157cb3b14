// One full node that is mined from alone, as a machine: what to ask it and when, which work each seat gets, what to hand in, and when
// to give it up. It is asked to tell news by itself, and looked at besides: an open question proves nothing.

import { asking, foundBy, withoutSeat } from "../stratum/desk.ts";
import { onAnswer } from "./session-answers.ts";
import { also, call, drop, fetchTemplate, giveWork, quiet } from "./session-parts.ts";
import { forget, hand, onJudged, stale } from "./session-shares.ts";
import type { SoloConfig, SoloInput, SoloState, SoloStep } from "./session-state.ts";

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function step(config: SoloConfig, state: SoloState, input: SoloInput): SoloStep {
  if (state.phase === "dropped") return quiet(state);
  const { now } = input;
  switch (input.type) {
    case "open":
      return call(config, state, "genesis", now);
    case "answer":
      return onAnswer(config, state, input, now);
    case "tick":
      return tick(config, state, now);
    case "poke":
      return state.phase === "mining" ? fetchTemplate(config, state, now) : quiet(state);
    case "ask": {
      const { seat, rateHs } = input;
      return giveWork(config, asking(state, { seat, rateHs }));
    }
    case "submit": {
      const found = foundBy(state, input);
      if (found === null) return stale(state, input.seat);
      return hand(withoutSeat(state, input.seat), input.seat, found, now);
    }
    case "hand":
      return hand(state, input.seat, input.found, now);
    case "leave":
      return forget(withoutSeat(state, input.seat), input.seat);
    case "judged":
      return onJudged(config, state, input, now);
  }
}

/** When the next `tick` is due; Infinity for never. */
export function wakeAt({ limits }: SoloConfig, state: SoloState): number {
  const { phase, templateAt, tipAt, newsAt, workAtMs } = state;
  if (phase !== "mining") return Number.POSITIVE_INFINITY;
  return Math.min(templateAt, tipAt, newsAt, workAtMs + limits.workAgeMs);
}

function tick(config: SoloConfig, before: SoloState, now: number): SoloStep {
  const { limits } = config;
  if (now < wakeAt(config, before)) return quiet(before);
  if (now >= before.workAtMs + limits.workAgeMs) {
    const seconds = Math.round(limits.workAgeMs / 1000);
    return drop(before, { code: "timeout", detail: `no new template for ${seconds} s` });
  }
  let done = quiet(before);
  if (now >= before.templateAt) {
    // One is on its way already.
    const isAsked = before.calls.has("template");
    done = isAsked
      ? quiet({ ...before, templateAt: Number.POSITIVE_INFINITY })
      : call(config, before, "template", now);
  }
  for (const name of ["tip", "news"] as const) {
    const at = name === "tip" ? before.tipAt : before.newsAt;
    if (now >= at) done = also(done, (state) => call(config, state, name, now));
  }
  return done;
}
