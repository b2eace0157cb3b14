import { expect, it } from "vitest";
import type { SlotId } from "../slots.ts";
import { UsageError } from "./exit.ts";
import { parseSlots } from "./slot-args.ts";
import { table } from "./table.ts";

const BOARD: readonly SlotId[] = ["p1", "p2", "p3", "p4"];

it.each([
  [[], BOARD],
  [["all"], BOARD],
  [
    ["p3", "p1"],
    ["p1", "p3"],
  ],
  [["p1-p3"], ["p1", "p2", "p3"]],
  [["p2-p2", "p2"], ["p2"]],
  [["p4", "all"], BOARD],
  [["p9"], ["p9"]],
])("reads %j", (words, slots) => {
  expect(parseSlots(words, BOARD)).toEqual(slots);
});

it.each(["p0", "3", "p3-p1", "p1-", "-p1", "p1-p2-p3", "P1", "p100", ""])("refuses %j", (word) => {
  expect(() => parseSlots([word], BOARD)).toThrow(UsageError);
});

it("sets columns", () => {
  const text = table([
    ["A", "LONG", "C"],
    ["wide", "x", ""],
  ]);
  expect(text).toBe("A     LONG  C\nwide  x\n");
});
