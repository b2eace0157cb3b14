// `why` and `plan`: the last decision on a slot with its evidence, and what automation would do now. Nothing is changed.

import type { SlotId } from "../../hat/slots.ts";
import { bootGraceMs } from "./boot.ts";
import { classify, type EvidenceClass } from "./evidence.ts";
import { ago, evidence, nextStep, seconds } from "./evidence-text.ts";
import { backoffUntil, cutHindrance, onHindrance } from "./permit.ts";
import { seatNotes } from "./seat-text.ts";
import type { Intent, Phase, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";
import { census } from "./storm.ts";
import type { Hindrance, OnHindrance, Why } from "./why.ts";

export interface Explanation {
  readonly slot: SlotId;
  readonly state: Phase;
  /** The reason code of the last decision, and how old it is. */
  readonly why: Why;
  readonly for_ms: number;
  readonly wanted: "on" | "off";
  readonly evidence: string;
  readonly class: EvidenceClass;
  /** The running timer, or null. */
  readonly next: string | null;
  /** What would stand in the way of an automatic cut now, and of switching on; null if nothing would. */
  readonly cut_waits_for: Hindrance | null;
  readonly on_waits_for: OnHindrance | null;
  /** More that bears on it, for people. */
  readonly notes: readonly string[];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function intentText({ kind, by, why, reason }: Intent): string {
  // An older recording has none.
  return `${kind} by ${by} (${why})${reason ? `: ${reason}` : ""}`;
}

function notes(rig: RigState, slot: Slot, now: number): string[] {
  const { hold, shed, intent } = slot;
  const { healthy, meant, floor } = census(rig, now);
  const until =
    hold !== null && Number.isFinite(hold.until) ? `, ${seconds(hold.until - now)} left` : "";
  const backoff = backoffUntil(slot, rig.policy);
  return [
    ...(hold === null ? [] : [`held (${hold.kind}): ${hold.reason || "no reason given"}${until}`]),
    ...(shed === null ? [] : [`kept off by a standing rule: ${shed.why}, ${ago(shed.at, now)}`]),
    ...(intent === null ? [] : [`open intent: ${intentText(intent)}`]),
    ...(slot.link?.hasKernel === false
      ? [
          `gets no work: its agent takes no ${rig.policy.algorithm} jobs (\`algorithms\` in its agent.toml)`,
        ]
      : []),
    ...(slot.heat === 0 ? [] : [`heat step ${slot.heat} of 3`]),
    ...(slot.strikes === 0
      ? []
      : [`${counted(slot.strikes, "cut")} since it was last well for long`]),
    ...(backoff > now ? [`not cut again for ${seconds(backoff - now)}`] : []),
    ...(slot.barren === 0
      ? []
      : [`${counted(slot.barren, "job")} in a row searched and not solved`]),
    ...(slot.remedies === 0
      ? []
      : [`restarted by remedies ${counted(slot.remedies, "time")} since it last solved a job`]),
    ...seatNotes(rig, slot, now),
    `boot grace ${seconds(bootGraceMs(slot, rig.policy.bootGraceMs))} (${counted(slot.bootMs.length, "boot")} known)`,
    `healthy ${healthy} of ${meant} meant up, floor ${floor}, storm ${rig.storm.state}`,
  ];
}

/**
 * What an automatic cut waits for. Of a Zero that is heard: what it would wait for, were it silent; no proof of the link server
 * can be newer than a silence that did not begin, so it counts as having begun long ago; and it boots no more.
 */
function cutWaitsFor(rig: RigState, slot: Slot, now: number): Hindrance | null {
  if (now - slot.heardAt >= rig.policy.livenessMs) return cutHindrance(rig, slot, now);
  const longAgo = Number.NEGATIVE_INFINITY;
  const silent = { ...slot, heardAt: longAgo, onAt: longAgo };
  const slots = rig.slots.map((each) => (each.id === slot.id ? silent : each));
  return cutHindrance({ ...rig, slots }, silent, now);
}

/** Why a slot is as it is. */
export function explain(rig: RigState, slot: Slot, now: number): Explanation {
  return {
    slot: slot.id,
    state: slot.phase,
    why: slot.why,
    for_ms: Math.round(now - slot.since),
    wanted: slot.wanted,
    evidence: evidence(rig, slot, now),
    class: classify(rig, slot, now),
    next: nextStep(rig, slot, now),
    cut_waits_for: cutWaitsFor(rig, slot, now),
    on_waits_for: onHindrance(rig, slot, now),
    notes: notes(rig, slot, now),
  };
}

export interface Intention {
  readonly slot: SlotId;
  /** What automation would begin on this slot now; null for nothing. */
  readonly does: string | null;
  /** What it would do next, and what that waits for. */
  readonly next: string | null;
}

/** What automation would do if it looked now: a step on a copy, whose effects nobody carries out. */
export function forecast(rig: RigState, now: number): Intention[] {
  const { effects, state } = step(rig, { type: "tick", now });
  return state.slots.map((slot) => {
    const begun = effects.flatMap((effect) => {
      if (effect.type === "write-intent" && effect.slot === slot.id) {
        return [`${effect.kind} (${effect.why})`];
      }
      return effect.type === "power" && effect.slot === slot.id ? [`power ${effect.to}`] : [];
    });
    const does = begun.length === 0 ? null : begun.join(", ");
    return { slot: slot.id, does, next: nextStep(state, slot, now) };
  });
}
