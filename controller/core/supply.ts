// A failing supply: how many Zeros it is trusted with, and how it earns that trust back.

import { type Draft, report, saveRig } from "./draft.ts";
import { SUPPLY_QUIET_MS } from "./permit.ts";
import type { RigState } from "./state.ts";

/** How many Zeros have power, or are about to. */
function poweredCount(rig: Pick<RigState, "slots">): number {
  return rig.slots.filter(({ line, phase }) => line === "on" || phase === "PoweringOn").length;
}

/** The supply sags: first no Zero more, then, while it lasts, one less at a time. */
export function onUnderVoltage(draft: Draft): void {
  const { rig, now } = draft;
  const fresh = now - rig.underVoltageAt > SUPPLY_QUIET_MS;
  if (fresh) report(draft, "warn", "supply.under-voltage", null);
  rig.underVoltageAt = now;
  const trust = trustNow(rig, now);
  // Our own computer hangs on the same supply: the next reading may be another run's.
  if (fresh || trust !== rig.brownOut) {
    rig.brownOut = trust;
    saveRig(draft);
  }
}

/** How many Zeros a supply is trusted with that sags now. */
function trustNow(rig: Draft["rig"], now: number): NonNullable<RigState["brownOut"]> {
  const powered = poweredCount(rig);
  const { brownOut, slots, policy } = rig;
  if (brownOut === null) return { zeros: powered, changedAt: now };
  // What was shed last is to show its effect before the next one goes.
  if (slots.some(({ phase }) => phase === "PoweringOff")) return brownOut;
  const changedAt = Math.max(brownOut.changedAt, ...slots.map(({ offAt }) => offAt));
  if (now - changedAt < policy.brownOutShedMs) return brownOut;
  return { zeros: Math.max(0, Math.min(brownOut.zeros, powered) - 1), changedAt: now };
}

/** After a time of quiet the supply is trusted with one Zero more, until all are back. Part of a tick. */
export function recoverFromBrownOut(draft: Draft): void {
  const { rig, now } = draft;
  const { brownOut, policy } = rig;
  if (brownOut === null) return;
  const quietSince = Math.max(rig.underVoltageAt, brownOut.changedAt);
  if (now - quietSince < policy.brownOutQuietMs) return;
  const zeros = brownOut.zeros + 1;
  rig.brownOut = zeros >= rig.slots.length ? null : { zeros, changedAt: now };
  saveRig(draft);
}
