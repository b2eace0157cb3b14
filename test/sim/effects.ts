// Looks at what a step asked for: the effects of one kind, the reports without their kind.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";

export function ofType<T extends Effect["type"]>(
  effects: readonly Effect[],
  type: T,
): EffectOf<T>[] {
  return effects.filter((effect): effect is EffectOf<T> => effect.type === type);
}

export function reportsOf(effects: readonly Effect[]): Omit<EffectOf<"report">, "type">[] {
  return ofType(effects, "report").map(({ level, ev, slot, why, detail }) => ({
    level,
    ev,
    slot,
    why,
    detail,
  }));
}
