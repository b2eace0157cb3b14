// What a slot's port told last: a port that cannot be read now leaves that as it was, and it decides what proves an off.

import { describe, expect, it } from "vitest";
import type { SlotReading, UsbPresence } from "../../hat/board.ts";
import { mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import { onBoardRead, onPowerDone } from "./observe-board.ts";
import type { Slot } from "./slot.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];

type Tell = (changes: Partial<Slot>, reading: SlotReading) => Slot;

const polled: Tell = (changes, reading) => {
  const draft = draftOf({ ...state, slots: [{ ...ready, ...changes }] }, now);
  onBoardRead(draft, {
    type: "board-read",
    now,
    reading: { slots: [reading], underVoltage: null },
  });
  return draft.rig.slots[0] as Slot;
};

const switched: Tell = (changes, reading) => {
  const draft = draftOf({ ...state, slots: [{ ...ready, ...changes, action: 9 }] }, now);
  onPowerDone(draft, { type: "power-done", now, action: 9, reading });
  return draft.rig.slots[0] as Slot;
};

const ways: [string, Tell][] = [
  ["a poll", polled],
  ["the end of a power effect", switched],
];

describe.each(ways)("what the port told last, after %s", (_, tell) => {
  const table: [UsbPresence, UsbPresence, UsbPresence][] = [
    // before, read, then
    ["present", "unknown", "present"],
    ["absent", "unknown", "absent"],
    ["unknown", "unknown", "unknown"],
    ["present", "absent", "absent"],
    ["absent", "present", "present"],
    ["unknown", "present", "present"],
  ];
  it.each(table)("was %s, reads %s: %s", (lastUsb, usb, then) => {
    const reading = { slot: "p1", line: "on", usb, driven: true } as const;
    expect(tell({ lastUsb, usb: lastUsb }, reading)).toMatchObject({ usb, lastUsb: then });
  });

  const proofs: [UsbPresence, UsbPresence, boolean][] = [
    // told last, read with a line that is off, proves it
    ["present", "unknown", false],
    ["absent", "unknown", true],
    ["unknown", "unknown", true],
    ["present", "absent", true],
    ["absent", "present", false],
  ];
  it.each(proofs)(
    "was %s, reads %s with a line that is off: proves it: %s",
    (lastUsb, usb, off) => {
      const cutting = { phase: "PoweringOff", stage: "cut", written: "off" } as const;
      const reading = { slot: "p1", line: "off", usb, driven: true } as const;
      const slot = tell({ ...cutting, lastUsb, usb: lastUsb }, reading);
      expect(slot.phase).toBe(off ? "Off" : "PoweringOff");
    },
  );
});
