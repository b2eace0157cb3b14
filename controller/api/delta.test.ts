import { expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { initialState } from "../core/state.ts";
import type { RigStatus } from "../core/status.ts";
import { view } from "../core/view.ts";
import { deltaOf } from "./delta.ts";

const shape = { slots: ["p1", "p2"] as const, hostWorkers: 0 };
const STATE = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
const at = (now: number): RigStatus => view(STATE, { version: "1", board: "b" }, now);

it("is nothing when only ages grew", () => {
  const before = at(1000);
  const slots = before.slots.map((slot) => ({ ...slot, for_ms: slot.for_ms + 5000 }));
  expect(deltaOf(before, { ...before, uptime_ms: 6000, slots })).toBe(null);
});

it("has what changed, and of the slots those that did, whole", () => {
  const before = at(1000);
  const [first, second] = before.slots;
  if (first === undefined || second === undefined) throw new Error("no slots");
  const after = { ...before, watts: 9, slots: [first, { ...second, accepted: 3 }] };
  expect(deltaOf(before, after)).toEqual({ watts: 9, slots: [{ ...second, accepted: 3 }] });
  expect(deltaOf(before, { ...before, storm: "storm" })).toEqual({ storm: "storm" });
});
