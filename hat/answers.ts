// Several physical boards asked one after the other, of which some may be gone.

import type { UnreadSlots } from "./board.ts";
import { type HatError, isHatError } from "./error.ts";
import type { SlotId } from "./slots.ts";

/** What each of them said, in order. */
export interface Answers<T> {
  /** Null for one that did not answer. */
  readonly values: readonly (T | null)[];
  readonly errors: readonly (HatError | null)[];
}

/** Asks all. Rejects with the first error if none answers, and with what is no HatError. */
export async function answersOf<T>(asks: readonly (() => Promise<T>)[]): Promise<Answers<T>> {
  const values: (T | null)[] = [];
  const errors: (HatError | null)[] = [];
  for (const ask of asks) {
    try {
      values.push(await ask());
      errors.push(null);
    } catch (error) {
      if (!isHatError(error)) throw error;
      values.push(null);
      errors.push(error);
    }
  }
  const [first = null] = errors;
  if (first !== null && !errors.includes(null)) throw first;
  return { values, errors };
}

/** How a reading tells of slots that share an error; nothing where there are none. */
export function withUnread(unread: readonly UnreadSlots[]): {
  readonly unread?: readonly UnreadSlots[];
} {
  return unread.length === 0 ? {} : { unread };
}

/** The slots that belong to those that did not answer. */
export function unreadOf(
  errors: readonly (HatError | null)[],
  slotsOf: (index: number) => readonly SlotId[],
): readonly UnreadSlots[] {
  return errors.flatMap((error, index) => {
    const slots = slotsOf(index);
    if (error === null || slots.length === 0) return [];
    return [{ slots, code: error.code, message: error.message }];
  });
}
