import { expect, it } from "vitest";
import { slotStatus } from "../cli/demo/testing.ts";
import type { SlotStatus } from "../core/status.ts";
import { actsOf, BULK_ACTS, titleOf, type Verb } from "./acts.ts";

function act(verb: Verb, slot: SlotStatus = slotStatus("p1")) {
  const found = [...actsOf(slot), ...BULK_ACTS].find((one) => one.verb === verb);
  if (found === undefined) throw new Error(`no ${verb}`);
  return found;
}

const held = (kind: "cordon" | "drain" | "maintenance" | "foreign") =>
  slotStatus("p1", { hold: { kind, reason: "dust", left_ms: null } });

it.each([
  [slotStatus("p1"), "on off cycle drain cordon identify"],
  [held("cordon"), "on off cycle drain uncordon identify"],
  [held("foreign"), "on off cycle drain cordon identify"],
  [slotStatus("p1", { state: "Quarantined" }), "on off cycle drain cordon identify release"],
])("offers what can be done", (slot, verbs) => {
  expect(
    actsOf(slot)
      .map(({ verb }) => verb)
      .join(" "),
  ).toBe(verbs);
});

it("names who is meant, and what the rig loses", () => {
  const slots = ["p1", "p2", "p3"].map((id) =>
    slotStatus(id as SlotStatus["slot"], { hashrate_hs: 240_000 }),
  );
  expect(titleOf(act("off"), slots)).toBe("Switch p1, p2 and p3 off?");
  expect(titleOf(act("off"), [...slots, ...slots])).toBe("Switch 6 Zeros off?");
  expect(act("off").says(slots)).toContain("The rig hashes 720.0 kH/s less until they mine again.");
  expect(
    act("off")
      .says([slotStatus("p1", { hashrate_hs: 0 })])
      .join(),
  ).not.toContain("less");
  expect(act("on").says(slots)).toContain("p1, p2 and p3 are on already.");
});

it.each([
  ["on", slotStatus("p1"), true],
  ["on", slotStatus("p1", { state: "Booting" }), false],
  ["off", slotStatus("p1", { state: "Off" }), true],
  ["off", slotStatus("p1", { state: "PoweringOff" }), false],
  ["cycle", slotStatus("p1", { boots: 1 }), false],
  ["cycle", slotStatus("p1", { boots: 2 }), true],
  ["drain", held("drain"), false],
  ["drain", { ...held("cordon"), state: "Cordoned" as const }, true],
  ["cordon", held("maintenance"), false],
  ["cordon", held("cordon"), true],
] as const)("%s is confirmed by the state alone", (verb, slot, done) => {
  expect(act(verb).isDone(slot, 1)).toBe(done);
});
