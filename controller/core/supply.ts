// A failing supply: how many Zeros it is trusted with, and how it earns that trust back.

import type { Draft } from "./draft.ts";
import type { RigState } from "./state.ts";

/** How many Zeros have power, or are about to. */
function poweredCount(rig: Pick<RigState, "slots">): number {
  return rig.slots.filter(({ line, phase }) => line === "on" || phase === "PoweringOn").length;
}

/** The supply sags: first no Zero more, then, while it lasts, one less at a time. */
export function onUnderVoltage({ rig, now }: Draft): void {
  rig.underVoltageAt = now;
  const powered = poweredCount(rig);
  if (rig.brownOut === null) {
    rig.brownOut = { zeros: powered, changedAt: now };
    return;
  }
  // What was shed last is to show its effect before the next one goes.
  if (rig.slots.some(({ phase }) => phase === "PoweringOff")) return;
  const changedAt = Math.max(rig.brownOut.changedAt, ...rig.slots.map(({ offAt }) => offAt));
  if (now - changedAt < rig.policy.brownOutShedMs) return;
  rig.brownOut = { zeros: Math.max(0, Math.min(rig.brownOut.zeros, powered) - 1), changedAt: now };
}

/** After a time of quiet the supply is trusted with one Zero more, until all are back. Part of a tick. */
export function recoverFromBrownOut({ rig, now }: Draft): void {
  const { brownOut, policy } = rig;
  if (brownOut === null) return;
  const quietSince = Math.max(rig.underVoltageAt, brownOut.changedAt);
  if (now - quietSince < policy.brownOutQuietMs) return;
  const zeros = brownOut.zeros + 1;
  rig.brownOut = zeros >= rig.slots.length ? null : { zeros, changedAt: now };
}
