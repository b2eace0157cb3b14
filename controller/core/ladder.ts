// Remedies below the power line, for a Zero that is heard and does not get on: each rung has its time, then comes the next.

import { bootGraceMs } from "./boot.ts";
import { type Draft, emit, enter, patchSlot, report, save, takeId } from "./draft.ts";
import type { Policy } from "./policy.ts";
import type { Link, Slot, Stage } from "./slot.ts";
import type { Why } from "./why.ts";
import { releaseSlot, retest } from "./work.ts";

const LADDER = ["restart-worker", "restart-agent", "soft-reboot"] as const;
const LIMITS = {
  "restart-worker": "restartWorkerMs",
  "restart-agent": "restartAgentMs",
  "soft-reboot": "softRebootMs",
} as const;

type Rung = (typeof LADDER)[number];

export function isRung(stage: Stage | null): stage is Rung {
  return stage !== null && stage in LIMITS;
}

/** How often it was through the whole ladder since it last did right. */
function laddersOf({ remedies }: Pick<Slot, "remedies">): number {
  return Math.floor(remedies / LADDER.length);
}

/** What a rung asks of the agent. */
function ask(draft: Draft, slot: Slot, link: Link, rung: Rung, limitMs: number): void {
  const common = { commandId: `c${takeId(draft)}`, deadlineMs: limitMs };
  const message =
    rung === "soft-reboot"
      ? ({ type: "shutdown", how: "reboot", ...common } as const)
      : ({
          type: "restart",
          what: rung === "restart-worker" ? "worker" : "agent",
          ...common,
        } as const);
  emit(draft, { type: "send", slot: slot.id, link: link.id, message });
}

/** Asks a Zero that is heard but stuck to help itself, by the rung that is next. */
function climb(draft: Draft, given: Slot, link: Link): void {
  const { policy } = draft.rig;
  const rung = LADDER[given.remedies % LADDER.length] as Rung;
  // A reboot that was asked for has its boot grace, like any other.
  const graceMs = rung === "soft-reboot" ? bootGraceMs(given, policy.bootGraceMs) : 0;
  const limitMs = policy[LIMITS[rung]] + graceMs;
  ask(draft, given, link, rung, limitMs);
  const slot = enter(draft, given, "Remediating", rung, {
    stage: rung,
    until: draft.now + limitMs,
    remedies: given.remedies + 1,
    ofNoUseAt: null,
  });
  save(draft, slot);
  // A worker must have something to do to show that it works; an agent that starts anew is asked on its new link.
  if (rung === "restart-worker") retest(draft, slot);
}

/** Whether the ladder was climbed as often as a power cycle would be tried. From then on it is only asked, not restarted. */
function isGivenUp(slot: Slot, policy: Policy): boolean {
  return laddersOf(slot) >= policy.quarantineCycles;
}

/** When the pause of the remedies is over. It doubles with each ladder, and goes on while the Zero is back for a try in between. */
function pauseEnd(slot: Slot, { backoffMaxMs, reprobeMs }: Policy): number {
  if (slot.ofNoUseAt === null) return Number.NEGATIVE_INFINITY;
  return slot.ofNoUseAt + Math.min(backoffMaxMs, reprobeMs * 2 ** laddersOf(slot));
}

/** A Zero that is heard and of no use: looked at again every `reprobeMs`, and a person is told, once, when no remedy is left. */
export function toFault(draft: Draft, slot: Slot, why: Why): void {
  const { rig, now } = draft;
  const { policy } = rig;
  const givenUp = isGivenUp(slot, policy);
  if (givenUp && slot.ofNoUseAt === null) {
    report(draft, "error", "slot.given-up", slot.id, why, {
      remedies: slot.remedies,
      todo: "look at the Zero, its card and its supply; then `zerorig release` or `zerorig cycle` it",
    });
  }
  const until = now + policy.reprobeMs;
  // No remedy follows the pause of one that was given up, but a try: each that fails begins it anew.
  const ofNoUseAt = givenUp ? now : (slot.ofNoUseAt ?? now);
  save(draft, enter(draft, slot, "Fault", why, { until, ofNoUseAt }));
}

/**
 * The next remedy for a Zero that is heard and stuck; at the end of the ladder a fault, for the power line is no rung for a
 * Zero that is heard. Its work must have been taken from it.
 */
export function remedy(draft: Draft, slot: Slot, why: Why): void {
  // Nobody is there to be asked: it dials in anew, or falls silent.
  const { link, remedies, ofNoUseAt } = slot;
  if (link === null) return;
  const atTop = remedies >= LADDER.length && remedies % LADDER.length === 0;
  const { policy } = draft.rig;
  const pausing = ofNoUseAt === null || draft.now < pauseEnd(slot, policy);
  const waits = pausing || isGivenUp(slot, policy);
  if (atTop && waits) toFault(draft, slot, why);
  else climb(draft, slot, link);
}

/** Faults that are the Zero's own, and not a line's. */
const STUCK: ReadonlySet<Why> = new Set<Why>(["stuck-but-heard", "wrong-answers", "no-shares"]);

/** Looks at a fault of a Zero that is heard: asks for the known answer; and climbs on, after the pause. */
export function probeFault(draft: Draft, given: Slot): void {
  const { policy } = draft.rig;
  const end = pauseEnd(given, policy);
  const pausing = draft.now < end;
  const stuck = STUCK.has(given.why) && given.hold?.kind !== "maintenance";
  if (given.link !== null && stuck && !pausing && !isGivenUp(given, policy)) {
    climb(draft, given, given.link);
    return;
  }
  const again = draft.now + policy.reprobeMs;
  const slot = patchSlot(draft, given, { until: pausing ? Math.min(end, again) : again });
  // It knew that answer all the time, and solved nothing: it would be back at once.
  if (slot.why !== "no-shares" || !pausing) retest(draft, slot);
}

/** So many jobs in a row that others solved, or wrong solutions, are no bad luck: a job has exactly one solution. */
export const BARREN_JOBS = 4;

/** One more job that the Zero searched and did not solve rightly: each `BARREN_JOBS` of them cost the next remedy. */
export function countBarren(draft: Draft, given: Slot): void {
  const slot = patchSlot(draft, given, { barren: given.barren + 1 });
  if (slot.phase !== "Ready" && slot.phase !== "Degraded") return;
  if (slot.barren % BARREN_JOBS !== 0) return;
  remedy(draft, releaseSlot(draft, slot, false), "no-shares");
}
