// Ceilings: the most power that each policy allows now. The effective one is the least of all.

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

export function isUnlimited({ watts, zeros }: Ceiling): boolean {
  return watts === Number.POSITIVE_INFINITY && zeros === Number.POSITIVE_INFINITY;
}
