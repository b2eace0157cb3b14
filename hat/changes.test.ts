import { expect, it } from "vitest";
import type { BoardReading, SlotReading } from "./board.ts";
import { changesBetween } from "./changes.ts";

const P1: SlotReading = { slot: "p1", line: "on", usb: "present", driven: true };
const P2: SlotReading = { slot: "p2", line: "off", usb: "unknown", driven: true };
const BEFORE: BoardReading = { slots: [P1, P2], underVoltage: false };

it("is silent where nothing changed", () => {
  expect(changesBetween(BEFORE, structuredClone(BEFORE))).toEqual([]);
});

it("tells each change of each slot, and why the line is off first", () => {
  const after: BoardReading = {
    slots: [
      { slot: "p1", line: "off", usb: "absent", driven: false },
      { ...P2, line: "on" },
    ],
    underVoltage: true,
  };
  expect(changesBetween(BEFORE, after)).toEqual([
    { type: "driven", slot: "p1", driven: false },
    { type: "line", slot: "p1", before: "on", after: "off" },
    { type: "usb", slot: "p1", before: "present", after: "absent" },
    { type: "line", slot: "p2", before: "off", after: "on" },
    { type: "under-voltage", low: true },
  ]);
});

it("tells that nothing tells of the supply any more, and nothing of a slot that is new", () => {
  const after: BoardReading = {
    slots: [P1, P2, { ...P1, slot: "p3" }],
    underVoltage: null,
  };
  expect(changesBetween(BEFORE, after)).toEqual([{ type: "under-voltage", low: null }]);
});

it("tells once that a slot can be read no more, and what it is when it can again", () => {
  const unread = [{ slots: ["p2"], code: "bus", message: "gone" }] as const;
  const half: BoardReading = { slots: [P1], unread, underVoltage: false };
  expect(changesBetween(BEFORE, half)).toEqual([{ type: "unread", slot: "p2", message: "gone" }]);
  expect(changesBetween(half, half)).toEqual([]);
  expect(changesBetween(half, BEFORE)).toEqual([{ type: "read", slot: "p2", reading: P2 }]);
});
