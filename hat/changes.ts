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
  | { readonly type: "under-voltage"; readonly low: boolean | null };

/** The changes from one reading to the next of the same board, in the order of the slots. */
export function changesBetween(before: BoardReading, after: BoardReading): readonly BoardChange[] {
  const known = new Map(before.slots.map((reading) => [reading.slot, reading]));
  const changes = after.slots.flatMap((reading) => {
    const last = known.get(reading.slot);
    return last === undefined ? [] : changesOf(last, reading);
  });
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
