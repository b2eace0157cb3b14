// Two keys that cannot both hold what they do, and where such are gathered.

export interface Conflict {
  /** The keys that do not go together, as [section, key], the one to blame first. */
  readonly keys: readonly (readonly [section: string, name: string])[];
  readonly message: string;
}

export function collector() {
  const found: Conflict[] = [];
  const check = (holds: boolean, keys: Conflict["keys"], message: string) => {
    if (!holds) found.push({ keys, message });
  };
  return { found, check };
}
