// Ceilings: the most power that each policy allows now. The effective one is the least of all.

import { type Draft, report } from "./draft.ts";
import type { RigState } from "./state.ts";

export type CeilingName = "configured" | "override" | "schedule" | "external" | "brown-out";

/** The least of what holds now: watts and Zeros (Infinity for no limit), and which rule says so. */
export interface Ceiling {
  readonly watts: number;
  readonly wattsBy: CeilingName | null;
  readonly zeros: number;
}

type Rig = Pick<
  RigState,
  "policy" | "brownOut" | "schedule" | "external" | "override" | "slots" | "underVoltageAt"
>;

/** Every watts ceiling that holds now, in no order. A person's override stands in for the schedules and the number from outside. */
export function wattCeilings(rig: Rig): { readonly name: CeilingName; readonly watts: number }[] {
  const found: { name: CeilingName; watts: number }[] = [];
  const { policy, override, schedule, external } = rig;
  if (policy.ceilingWatts !== null) found.push({ name: "configured", watts: policy.ceilingWatts });
  if (override !== null) {
    if (override.watts !== null) found.push({ name: "override", watts: override.watts });
    return found;
  }
  for (const { watts } of schedule?.ceilings ?? []) found.push({ name: "schedule", watts });
  if (external !== null) found.push({ name: "external", watts: external.watts });
  return found;
}

/** The effective ceiling. */
export function ceilingOf(rig: Rig): Ceiling {
  let watts = Number.POSITIVE_INFINITY;
  let wattsBy: CeilingName | null = null;
  for (const ceiling of wattCeilings(rig)) {
    if (ceiling.watts >= watts) continue;
    watts = ceiling.watts;
    wattsBy = ceiling.name;
  }
  return { watts, wattsBy, zeros: rig.brownOut?.zeros ?? Number.POSITIVE_INFINITY };
}

/** Lets go of what has run out, and says so. Part of a tick. */
export function expireExternal(draft: Draft): void {
  const { rig, now } = draft;
  if (rig.external !== null && now >= rig.external.until) {
    report(draft, "warn", "ceiling.expired", null, "external", { source: rig.external.source });
    rig.external = null;
  }
}

/** How many Zeros have power, or are about to. */
function poweredCount(rig: Pick<RigState, "slots">): number {
  return rig.slots.filter(({ line, phase }) => line === "on" || phase === "PoweringOn").length;
}

/** The supply sags: first no Zero more, then, while it lasts, one less at a time. */
export function onUnderVoltage({ rig, now }: Draft): void {
  rig.underVoltageAt = now;
  const powered = poweredCount(rig);
  if (rig.brownOut === null) rig.brownOut = { zeros: powered, changedAt: now };
  else if (now - rig.brownOut.changedAt >= rig.policy.brownOutShedMs) {
    rig.brownOut = {
      zeros: Math.max(0, Math.min(rig.brownOut.zeros, powered) - 1),
      changedAt: now,
    };
  }
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
