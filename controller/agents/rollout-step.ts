// What becomes of a roll-out, step by step. PURE: time, what is seen of the Zero, and what its agent says come in; what is to be
// done goes out as data.

import type { BundleMessage } from "../../zero-agent/protocol/messages.ts";
import {
  type Limits,
  type Rollout,
  type RolloutEffect,
  type RolloutSlot,
  type RolloutStep,
  type Said,
  type Seen,
  type Stage,
  slotInTurn,
  turnAt,
} from "./rollout.ts";

/** Beyond the restart and the watch: a Zero that has not heard by then goes back by itself. */
const TRIAL_MARGIN_MS = 60_000;

/** One step in the making. */
interface Draft {
  rollout: Rollout;
  readonly own: RolloutSlot;
  readonly now: number;
  readonly limits: Limits;
  readonly seen: Seen;
  readonly effects: RolloutEffect[];
}

/** What became of the roll-out: after some time, or after a word of the agent in turn. Total. */
export function stepRollout(
  rollout: Rollout,
  now: number,
  seen: Seen,
  said: Said | null,
  limits: Limits,
): RolloutStep {
  const own = slotInTurn(rollout);
  if (own === null) return { rollout, effects: [] };
  const draft: Draft = { rollout, own, now, limits, seen, effects: [] };
  STAGES[own.stage](draft, said);
  return { rollout: draft.rollout, effects: draft.effects };
}

const STAGES: Readonly<Record<Stage, (draft: Draft, said: Said | null) => void>> = {
  waiting,
  sending,
  restarting,
  watching,
  confirming,
  done: () => {},
  skipped: () => {},
  failed: () => {},
};

function toStage(draft: Draft, stage: Stage, why: string | null, changes: Partial<Rollout>): void {
  const { rollout, own } = draft;
  const slots = rollout.slots.with(rollout.turn, { ...own, stage, why });
  draft.rollout = { ...rollout, slots, ...changes };
  draft.effects.push({ type: "note", ev: `agents.${stage}`, slot: own.slot, why });
}

function settle(draft: Draft, stage: "done" | "skipped", why: string | null): void {
  const { now, limits } = draft;
  toStage(draft, stage, why, turnAt(draft.rollout.turn + 1, now, limits));
  const { rollout } = draft;
  if (rollout.turn < rollout.slots.length) return;
  const isWhole = rollout.slots.every((slot) => slot.stage === "done");
  end(draft, isWhole ? "done" : "partly", null);
}

function end(draft: Draft, ended: "done" | "partly" | "failed", why: string | null): void {
  draft.rollout = { ...draft.rollout, ended, why };
  draft.effects.push({ type: "note", ev: `agents.rollout-${ended}`, slot: null, why });
}

/** This Zero failed, so no other is tried. What is on trial there is taken back. */
function fail(draft: Draft, why: string): void {
  const { own, seen, effects, limits } = draft;
  if (seen.bundle?.isTrial === true) {
    effects.push({ type: "allow", slot: own.slot, forMs: limits.restartMs });
    effects.push({ type: "revert", slot: own.slot, why });
  }
  effects.push({ type: "drop", slot: own.slot, sha256: draft.rollout.sha256 });
  toStage(draft, "failed", why, {});
  const { rollout } = draft;
  const slots = rollout.slots.map((each) =>
    each.stage === "waiting" ? { ...each, stage: "skipped" as const, why: "not tried" } : each,
  );
  draft.rollout = { ...rollout, slots };
  end(draft, "failed", `${own.slot}: ${why}`);
}

/** Why this Zero has no part in it; null where it may. */
function exclusion({ rollout, seen, limits }: Draft): string | null {
  const { bundle, hindrance, link, linkedMs } = seen;
  if (hindrance?.lasts === true) return hindrance.why;
  if (link === null) return null;
  if (bundle === null) {
    return linkedMs >= limits.sayMs
      ? "its agent is from before updates over the link: give it a new image"
      : null;
  }
  if (bundle.refuses !== null) return bundle.refuses;
  const isStuck = rollout.kind === "rollback" && bundle.previous === null && !bundle.isTrial;
  return isStuck ? "there is nothing to go back to" : null;
}

function waiting(draft: Draft): void {
  const { rollout, own, seen, now, limits, effects } = draft;
  const { bundle } = seen;
  const excluded = exclusion(draft);
  if (excluded !== null) {
    settle(draft, "skipped", excluded);
    return;
  }
  const isUpdate = rollout.kind === "update";
  if (isUpdate && bundle?.running === rollout.sha256 && !bundle.isTrial) {
    effects.push({ type: "keep", slot: own.slot, sha256: rollout.sha256 });
    settle(draft, "done", "it ran it already");
    return;
  }
  const waitsFor = seen.hindrance?.why ?? seen.ailment;
  if (waitsFor !== null || bundle === null) {
    if (now >= rollout.waitUntil) fail(draft, `it could not be begun: ${waitsFor ?? "not linked"}`);
    return;
  }
  if (isUpdate) {
    effects.push({ type: "offer", slot: own.slot });
    toStage(draft, "sending", null, { until: now + limits.sendMs });
    return;
  }
  effects.push({ type: "allow", slot: own.slot, forMs: limits.restartMs });
  effects.push({ type: "revert", slot: own.slot, why: rollout.reason || "rolled back" });
  restart(draft, bundle);
}

function restart(draft: Draft, { running }: BundleMessage): void {
  const { seen, now, limits } = draft;
  const until = now + limits.restartMs;
  toStage(draft, "restarting", null, { until, toldOn: seen.link, ranBefore: running });
}

function sending(draft: Draft, said: Said | null): void {
  const { rollout, own, seen, now, limits, effects } = draft;
  if (said?.type === "unfit") fail(draft, said.why);
  else if (said?.type === "want") {
    draft.rollout = { ...rollout, until: now + limits.sendMs };
  } else if (seen.bundle === null || seen.hindrance !== null) {
    // What has come stays there, and is gone on with.
    toStage(draft, "waiting", null, {});
  } else if (said?.type === "staged") {
    const trialMs = limits.restartMs + limits.watchMs + limits.workMs + TRIAL_MARGIN_MS;
    effects.push({ type: "allow", slot: own.slot, forMs: limits.restartMs });
    effects.push({ type: "switch", slot: own.slot, trialMs });
    restart(draft, seen.bundle);
  } else if (now >= rollout.until) fail(draft, "the transfer stood still");
}

/** What an agent said that was started anew since; null where none has spoken yet. */
function comeBack({ rollout, seen }: Draft): BundleMessage | null {
  return seen.link === rollout.toldOn ? null : seen.bundle;
}

/** Whether it runs what it should. */
function isRight({ kind, sha256, ranBefore }: Rollout, { running }: BundleMessage): boolean {
  return kind === "rollback" ? running !== ranBefore : running === sha256;
}

function wentBack({ failed }: BundleMessage): string {
  return failed?.why ?? "it came back with the program from before";
}

function restarting(draft: Draft, said: Said | null): void {
  const { rollout, seen, now, limits } = draft;
  const back = comeBack(draft);
  if (back !== null && isRight(rollout, back)) {
    const watched = { results: seen.results, worked: false };
    toStage(draft, "watching", null, { until: now + limits.watchMs, watched });
  } else if (back !== null) fail(draft, wentBack(back));
  else if (said?.type === "unfit") fail(draft, said.why);
  else if (now >= rollout.until) {
    fail(draft, `it did not come back within ${Math.round(limits.restartMs / 1000)} s`);
  }
}

function watching(draft: Draft): void {
  const { rollout, own, seen, now, limits, effects } = draft;
  const back = comeBack(draft);
  if (back !== null && !isRight(rollout, back)) {
    fail(draft, wentBack(back));
    return;
  }
  if (seen.isLost) {
    fail(draft, seen.ailment ?? "automation is at it with a remedy");
    return;
  }
  const worked = rollout.watched.worked || seen.works;
  draft.rollout = { ...rollout, watched: { ...rollout.watched, worked } };
  if (now < rollout.until) return;
  const { bundle } = seen;
  if (bundle === null || seen.ailment !== null) fail(draft, seen.ailment ?? "not linked");
  else if (worked && seen.results === rollout.watched.results) {
    if (now >= rollout.until + limits.workMs) fail(draft, "it was given work and finished none");
  } else if (rollout.kind === "rollback") {
    const { running, isUpdate } = bundle;
    effects.push({ type: "keep", slot: own.slot, sha256: isUpdate ? running : null });
    settle(draft, "done", null);
  } else {
    effects.push({ type: "confirm", slot: own.slot });
    toStage(draft, "confirming", null, { until: now + limits.confirmMs, toldOn: seen.link });
  }
}

function confirming(draft: Draft): void {
  const { rollout, own, seen, now, effects } = draft;
  const { bundle, link } = seen;
  if (bundle !== null && bundle.running === rollout.sha256 && !bundle.isTrial) {
    effects.push({ type: "keep", slot: own.slot, sha256: rollout.sha256 });
    settle(draft, "done", null);
  } else if (now >= rollout.until) fail(draft, "it did not take the confirmation");
  else if (link !== null && bundle !== null && link !== rollout.toldOn) {
    effects.push({ type: "confirm", slot: own.slot });
    draft.rollout = { ...rollout, toldOn: link };
  }
}
