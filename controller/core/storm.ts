// The storm guard: when many Zeros fall silent at once, the common cause is ours (hub, bridge, this process), so nobody is cut.

import { type Draft, report, saveRig } from "./draft.ts";
import { isFurtherTry, isHealthy, isMeantUp, isWitness, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

export interface Census {
  /** Zeros that ought to be up. */
  readonly meant: number;
  readonly healthy: number;
  readonly silent: number;
  /** The healthy ones needed before any is cut. */
  readonly floor: number;
}

/** Whether its fence was decided for its silence, and its power is still on: it may be taken back. */
function isToBeCut(slot: Slot): boolean {
  const { phase, intent, line } = slot;
  if (phase !== "PoweringOff" || intent?.by !== "automation") return false;
  return line === "on" && !isFurtherTry(slot);
}

function isSilent(slot: Slot): boolean {
  return (
    (slot.phase === "Suspect" && slot.why !== "no-progress") ||
    (slot.phase === "Remediating" && slot.stage === "power-cycle") ||
    isToBeCut(slot)
  );
}

export function census(rig: Pick<RigState, "slots" | "policy">, now: number): Census {
  const { livenessMs, healthyFloor, stormHoldMs } = rig.policy;
  let meant = 0;
  let healthy = 0;
  let silent = 0;
  for (const slot of rig.slots) {
    if (isMeantUp(slot)) {
      meant++;
      if (isHealthy(slot, now, livenessMs)) healthy++;
      if (isSilent(slot)) silent++;
    } else if (isWitness(slot, now, stormHoldMs)) {
      meant++;
      if (now - slot.heardAt < livenessMs) healthy++;
      else silent++;
    }
  }
  return { meant, healthy, silent, floor: Math.ceil(healthyFloor * meant) };
}

export function judgeStorm(draft: Draft): void {
  const { rig, now } = draft;
  const { stormCooldownMs, stormHoldMs } = rig.policy;
  const { healthy, silent, floor, meant } = census(rig, now);
  const low = healthy < floor;
  const { storm } = rig;
  if (storm.state !== "storm") {
    if (low && silent > 1) {
      report(draft, "warn", "storm.begin", null, null, { healthy, meant, silent });
      rig.storm = { state: "storm", since: now, alerted: false };
      saveRig(draft);
    } else if (storm.state === "cooldown" && now >= storm.until) {
      report(draft, "info", "storm.end", null);
      rig.storm = { state: "normal" };
      saveRig(draft);
    }
    return;
  }
  if (!low) {
    report(draft, "info", "storm.cooldown", null, null, { healthy, meant });
    rig.storm = { state: "cooldown", until: now + stormCooldownMs };
    saveRig(draft);
    // A standstill of ours is no part of it.
  } else if (!storm.alerted && now - Math.max(storm.since, rig.resumedAt) >= stormHoldMs) {
    report(draft, "error", "storm.long", null, null, {
      healthy,
      meant,
      todo: "several Zeros are silent: check the HAT's USB cable and its supply; they are now cycled one at a time",
    });
    rig.storm = { ...storm, alerted: true };
  }
}
