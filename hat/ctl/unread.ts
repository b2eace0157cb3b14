// Slots that cannot be read now: what a command that is about them says.

import type { BoardReading } from "../board.ts";
import { HatError } from "../error.ts";
import type { SlotId } from "../slots.ts";

/** The error of a slot whose board does not answer; null for one that was read. */
export function unreadError({ unread = [] }: BoardReading, slot: SlotId): HatError | null {
  const found = unread.find(({ slots }) => slots.includes(slot));
  return found === undefined ? null : new HatError(found.code, found.message);
}

/** The reading, for what makes no sense by half. Throws what the board that does not answer says. */
export function whole(reading: BoardReading): BoardReading {
  const [first] = reading.unread ?? [];
  if (first === undefined) return reading;
  throw new HatError(first.code, `${first.slots.join(", ")} cannot be read: ${first.message}`);
}
