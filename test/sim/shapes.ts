// What the fields of an object may hold V8 learns one by one, and compiles anew each time all that reads them.

/** Tells it at once that each may hold anything, as core/copy.ts does for the core. The object itself is good for nothing after it. */
export function teachShape(spare: object): void {
  const fields = spare as Record<string, unknown>;
  for (const field of Object.keys(fields)) fields[field] = undefined;
}
