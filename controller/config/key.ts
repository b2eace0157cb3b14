// One key of the file: its kind, its default or that it must be given, and one line of help.

import type { Kind } from "./kind.ts";

export type Presence = "required" | "optional" | "defaulted";

export interface Key<T> {
  readonly kind: Kind<unknown>;
  readonly presence: Presence;
  /** What holds when nothing is given; stands in the example file for a key that must be. */
  readonly fallback: T;
  readonly doc: string;
}

/** A key with a default. */
export function key<T>(kind: Kind<T>, fallback: NoInfer<T>, doc: string): Key<T> {
  return { kind, presence: "defaulted", fallback, doc };
}

/** A key without a default; the example only shows what one looks like. */
export function required<T>(kind: Kind<T>, example: NoInfer<T>, doc: string): Key<T> {
  return { kind, presence: "required", fallback: example, doc };
}

/** A key that may be left out, which means null. */
export function optional<T>(kind: Kind<T>, example: NoInfer<T>, doc: string): OptionalKey<T> {
  return { kind, presence: "optional", fallback: null, example, doc };
}

export interface OptionalKey<T> extends Key<T | null> {
  readonly example: T;
}

export interface Section<K extends Readonly<Record<string, Key<unknown>>>> {
  readonly doc: string;
  readonly keys: K;
}

/** A table of the file. */
export function section<const K extends Readonly<Record<string, Key<unknown>>>>(
  doc: string,
  keys: K,
): Section<K> {
  return { doc, keys };
}

/** What the keys of a table mean once they are checked, by name. */
export type ValuesOf<K> = {
  readonly [N in keyof K]: K[N] extends { readonly fallback: infer T } ? T : never;
};
