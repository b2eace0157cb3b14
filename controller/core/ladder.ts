// Remedies below the power line, for a Zero that is heard and does not get on: each rung has its time, then comes the next.

import { type Draft, emit, enter, patchSlot, takeId } from "./draft.ts";
import type { Slot, Stage } from "./slot.ts";
import { retest } from "./work.ts";

/** The boot grace of a slot: what is configured, or 1.5 x the slowest of its last twenty boots if that is more. */
export function bootGraceMs(slot: Slot, configuredMs: number): number {
  const slowest = Math.max(0, ...slot.bootMs);
  return Math.max(configuredMs, 1.5 * slowest);
}

const LADDER = {
  "restart-worker": { next: "restart-agent", limit: "restartWorkerMs" },
  "restart-agent": { next: "soft-reboot", limit: "restartAgentMs" },
  "soft-reboot": { next: null, limit: "softRebootMs" },
} as const;

type Rung = keyof typeof LADDER;

/** Asks a Zero that is heard but stuck to help itself. The power line is not a rung for a Zero that is heard. */
export function climb(draft: Draft, slot: Slot, rung: Rung): void {
  const { policy } = draft.rig;
  // A reboot that was asked for has its boot grace, like any other.
  const graceMs = rung === "soft-reboot" ? bootGraceMs(slot, policy.bootGraceMs) : 0;
  const limitMs = policy[LADDER[rung].limit] + graceMs;
  if (slot.link !== null) {
    const common = { commandId: `c${takeId(draft)}`, deadlineMs: limitMs };
    const message =
      rung === "soft-reboot"
        ? ({ type: "shutdown", how: "reboot", ...common } as const)
        : ({
            type: "restart",
            what: rung === "restart-worker" ? "worker" : "agent",
            ...common,
          } as const);
    emit(draft, { type: "send", slot: slot.id, link: slot.link.id, message });
  }
  enter(draft, slot, "Remediating", rung, { stage: rung, until: draft.now + limitMs });
}

export function isRung(stage: Stage | null): stage is Rung {
  return stage !== null && stage in LADDER;
}

/** The next rung after this one. After the last a person is told: the power line is not a rung for a Zero that is heard. */
export function climbFrom(draft: Draft, slot: Slot, rung: Rung): void {
  const { next } = LADDER[rung];
  if (next !== null) climb(draft, slot, next);
  else {
    enter(draft, slot, "Fault", "stuck-but-heard", {
      until: draft.now + draft.rig.policy.reprobeMs,
    });
  }
}

/** So many jobs in a row that others solved, or wrong solutions, are no bad luck: a job has exactly one solution. */
export const BARREN_JOBS = 4;
const BARREN_RUNGS = ["restart-worker", "restart-agent", "soft-reboot"] as const;

/** One more job that the Zero searched and did not solve rightly: each `BARREN_JOBS` of them cost the next remedy. */
export function countBarren(draft: Draft, given: Slot): void {
  const slot = patchSlot(draft, given, { barren: given.barren + 1 });
  if (slot.phase !== "Ready" && slot.phase !== "Degraded") return;
  if (slot.barren % BARREN_JOBS !== 0) return;
  const rung = BARREN_RUNGS[slot.barren / BARREN_JOBS - 1];
  if (rung === undefined) {
    const until = draft.now + draft.rig.policy.reprobeMs;
    enter(draft, slot, "Fault", "no-shares", { until });
    return;
  }
  climb(draft, slot, rung);
  // The known answer, given rightly, brings it back.
  retest(draft, slot);
}
