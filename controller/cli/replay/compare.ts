// Recorded and derived, side by side: what differs between two lists of decisions, and between two states.

import type { Effect } from "../../core/effect.ts";
import { type Decision, digest, encode } from "../../shell/record-format.ts";

export interface Difference {
  /** Recorded, and not derived now. */
  readonly recorded: readonly Decision[];
  /** Derived now, and not recorded; in full. */
  readonly derived: readonly Effect[];
}

/** Null when the effects are those that were recorded, in that order. */
export function compareDecisions(
  recorded: readonly Decision[],
  derived: readonly Effect[],
): Difference | null {
  const were = recorded.map(encode);
  const are = derived.map((effect) => encode(digest(effect)));
  if (were.length === are.length && were.every((text, index) => text === are[index])) return null;
  const left = [...were];
  const extra = derived.filter((_, index) => {
    const same = left.indexOf(are[index] ?? "");
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  const missing = recorded.filter((_, index) => {
    const same = left.indexOf(were[index] ?? "");
    if (same >= 0) left.splice(same, 1);
    return same >= 0;
  });
  // The same decisions in another order: then all of them are shown.
  return extra.length + missing.length === 0
    ? { recorded, derived }
    : { recorded: missing, derived: extra };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The paths at which a derived value differs from a recorded one, such as `slots.2.epoch`. What only the derived one has is newer than the recording. */
export function differingPaths(recorded: unknown, derived: unknown, path = ""): string[] {
  if (!isObject(recorded) || !isObject(derived)) return Object.is(recorded, derived) ? [] : [path];
  if (Array.isArray(recorded) && Array.isArray(derived) && recorded.length !== derived.length) {
    return [path];
  }
  return Object.entries(recorded).flatMap(([name, value]) =>
    differingPaths(value, derived[name], path === "" ? name : `${path}.${name}`),
  );
}

/** A recorded value with the fields that are newer than the recording taken from `template`. */
export function completed<T>(recorded: T, template: T): T {
  if (!isObject(recorded) || !isObject(template)) return recorded;
  if (Array.isArray(recorded)) {
    const items = Array.isArray(template) ? template : [];
    return recorded.map((item, index) => completed(item, items[index])) as T;
  }
  const fields = Object.entries(recorded).map(([name, value]) => [
    name,
    completed(value, (template as Readonly<Record<string, unknown>>)[name]),
  ]);
  return { ...template, ...Object.fromEntries(fields) };
}
