// The slots that are named on a command line.

import { isSlotId, type SlotId, slotId, slotIndex } from "../slots.ts";
import { UsageError } from "./exit.ts";

/**
 * Reads `p1 p3`, `p1-p3` and `all` (also the meaning of none), each slot once, in the order of the board. Throws a UsageError on
 * anything else. A slot that the board does not have is kept: the board itself refuses it.
 */
export function parseSlots(words: readonly string[], board: readonly SlotId[]): readonly SlotId[] {
  if (words.length === 0) return board;
  const indexes = new Set(words.flatMap((word) => parseWord(word, board)));
  return [...indexes].sort((left, right) => left - right).map(slotId);
}

function parseWord(word: string, board: readonly SlotId[]): readonly number[] {
  if (word === "all") return board.map(slotIndex);
  const [first, last = first, ...rest] = word.split("-");
  if (first === undefined || last === undefined || rest.length > 0) throw unknownSlot(word);
  if (!isSlotId(first) || !isSlotId(last)) throw unknownSlot(word);
  const from = slotIndex(first);
  const count = slotIndex(last) - from + 1;
  if (count < 1) throw unknownSlot(word);
  return Array.from({ length: count }, (_, index) => from + index);
}

function unknownSlot(word: string): UsageError {
  return new UsageError(`"${word}" names no slot: write p1, p1-p3 or all`);
}
