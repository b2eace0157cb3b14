// Other numbers to decide with, told while the rig runs.

import { tokensAt } from "./bucket.ts";
import { type Draft, patchSlot } from "./draft.ts";
import { energyUntil } from "./energy.ts";
import type { EventOf } from "./event.ts";
import type { Policy } from "./policy.ts";

/** What silence, or standing still, is judged by. */
const CONVICTING: readonly (keyof Policy)[] = [
  "livenessMs",
  "suspectDwellMs",
  "agentGraceMs",
  "bootGraceMs",
  "progressMs",
  "restartWorkerMs",
  "restartAgentMs",
  "softRebootMs",
  "healthyFloor",
];

/**
 * What was done until now went by the old numbers, so it is closed with them: energy, tokens and, where it is judged otherwise now,
 * silence: as after a standstill, nobody is convicted for a liveness window. An action that was begun is not held against the new ones.
 */
export function onPolicy(draft: Draft, { policy }: EventOf<"policy">): void {
  const { rig, now } = draft;
  const { model, switchBurst, switchesPerMinute } = rig.policy;
  for (const slot of rig.slots) {
    patchSlot(draft, slot, { energy: energyUntil(slot, model, now) });
  }
  const tokens = tokensAt(rig.switches, switchBurst, switchesPerMinute, now);
  rig.switches = { tokens: Math.min(tokens, policy.switchBurst), at: now };
  if (CONVICTING.some((name) => policy[name] !== rig.policy[name])) rig.resumedAt = now;
  rig.policyFrom = rig.nextId;
  // The seats were made by these, and the lines adopted.
  const { algorithm, poolMode, connectionsPerZero, goals, powerRestore } = rig.policy;
  rig.policy = { ...policy, algorithm, poolMode, connectionsPerZero, goals, powerRestore };
}
