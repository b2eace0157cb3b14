// The slots that are named on a command line.

import type { PowerBoard } from "../board.ts";
import { HatError } from "../error.ts";
import { isSlotId, type SlotId, slotId, slotIndex } from "../slots.ts";
import { UsageError } from "./exit.ts";

/**
 * Reads `p1 p3`, `p1-p3` and `all` (also the meaning of none), each slot once, in the order of the board. Throws a UsageError on
 * anything else. A slot that the board does not have is kept: `namedSlots` refuses it.
 */
export function parseSlots(words: readonly string[], board: readonly SlotId[]): readonly SlotId[] {
  if (words.length === 0) return board;
  const indexes = new Set(words.flatMap((word) => parseWord(word, board)));
  return [...indexes].sort((left, right) => left - right).map(slotId);
}

/** The same, for a board: throws `no-slot` where it has not all of them, so that a list with one wrong name does nothing. */
export function namedSlots(words: readonly string[], { info }: PowerBoard): readonly SlotId[] {
  const wanted = parseSlots(words, info.slots);
  const missing = wanted.filter((slot) => !info.slots.includes(slot));
  if (missing.length === 0) return wanted;
  throw new HatError(
    "no-slot",
    `there is no slot ${missing.join(", ")}: this board has ${info.slots[0]} to ${info.slots.at(-1)}`,
  );
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
