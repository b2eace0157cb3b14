// The slots that a plug parameter names.

import { isSlotId, type SlotId, slotId, slotIndex } from "../../slots.ts";
import { UsageError } from "../exit.ts";

/**
 * Reads `p3`, `3`, `p1,p3` and `p1-p3` (or `1-3`), each slot once, in the order of the board. Throws a UsageError on anything else:
 * a name that is not understood must never cut a neighbour.
 */
export function parsePlugs(text: string, separator: string): readonly SlotId[] {
  const indexes = new Set(text.split(separator).flatMap((word) => parseWord(word.trim())));
  return [...indexes].sort((left, right) => left - right).map(slotId);
}

function parseWord(word: string): readonly number[] {
  const [first = "", last = first, ...rest] = word.split("-");
  const from = indexOf(first);
  const to = indexOf(last);
  if (from === null || to === null || to < from || rest.length > 0) {
    throw new UsageError(`Failed: "${word}" names no slot: write p3, 3, p1,p3 or p1-p3`);
  }
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function indexOf(word: string): number | null {
  const name = `p${word.replace(/^p/i, "")}`;
  return isSlotId(name) ? slotIndex(name) : null;
}
