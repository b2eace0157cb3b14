// What differs between two readings of a board, as events.

import type { BoardReading, Line, SlotReading, UsbPresence } from "./board.ts";
import type { SlotId } from "./slots.ts";

export type BoardChange =
  | { readonly type: "line"; readonly slot: SlotId; readonly before: Line; readonly after: Line }
  | {
      readonly type: "usb";
      readonly slot: SlotId;
      readonly before: UsbPresence;
      readonly after: UsbPresence;
    }
  /** `driven: false`: the slot's board lost its supply, and each Zero of it with that. */
  | { readonly type: "driven"; readonly slot: SlotId; readonly driven: boolean }
  /** The slot's board does not answer; told once. */
  | { readonly type: "unread"; readonly slot: SlotId; readonly message: string }
  /** It answers again. */
  | { readonly type: "read"; readonly slot: SlotId; readonly reading: SlotReading }
  | { readonly type: "under-voltage"; readonly low: boolean | null };

/** The changes from one reading to the next of the same board, in the order of the slots; those that can be read no more last. */
export function changesBetween(before: BoardReading, after: BoardReading): readonly BoardChange[] {
  const known = new Map(before.slots.map((reading) => [reading.slot, reading]));
  const wasUnread = new Set(before.unread?.flatMap(({ slots }) => slots));
  const lost = (after.unread ?? []).flatMap(({ slots, message }) =>
    slots
      .filter((slot) => !wasUnread.has(slot))
      .map((slot): BoardChange => ({ type: "unread", slot, message })),
  );
  const changes = after.slots.flatMap((reading): readonly BoardChange[] => {
    const { slot } = reading;
    if (wasUnread.has(slot)) return [{ type: "read", slot, reading }];
    const last = known.get(slot);
    return last === undefined ? [] : changesOf(last, reading);
  });
  changes.push(...lost);
  const { underVoltage: low } = after;
  if (low === before.underVoltage) return changes;
  return [...changes, { type: "under-voltage", low }];
}

function changesOf(before: SlotReading, after: SlotReading): readonly BoardChange[] {
  const { slot } = after;
  const changes: BoardChange[] = [];
  // First: it says why the line is off.
  if (before.driven !== after.driven) {
    changes.push({ type: "driven", slot, driven: after.driven });
  }
  if (before.line !== after.line) {
    changes.push({ type: "line", slot, before: before.line, after: after.line });
  }
  if (before.usb !== after.usb) {
    changes.push({ type: "usb", slot, before: before.usb, after: after.usb });
  }
  return changes;
}
