// What must not be changed, made so that a change throws.

/** Freezes it and all that it holds; what is frozen already is taken to be frozen through. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
