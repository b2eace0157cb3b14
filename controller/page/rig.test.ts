import { expect, it } from "vitest";
import { rigStatus, slotStatus } from "../cli/demo/testing.ts";
import { ageNow, rigOf, withDelta } from "./rig.ts";

const before = rigOf(rigStatus([slotStatus("p1"), slotStatus("p2")]), 1000);

it("takes over what changed, and leaves the rest as the same objects", () => {
  const p2 = slotStatus("p2", { state: "Suspect" });
  const after = withDelta(before, { watts: 9, slots: [p2] }, 5000);
  expect(after.status.is.watts).toBe(9);
  expect(after.slots[0]).toBe(before.slots[0]);
  expect(after.slots[1]).toEqual({ is: p2, at: 5000 });
  expect(after.status.is.slots.map(({ state }) => state)).toEqual(["Ready", "Suspect"]);
});

it("counts an uptime on from when it was told", () => {
  expect(withDelta(before, { watts: 9 }, 5000).status.at).toBe(1000);
  expect(withDelta(before, { uptime_ms: 7 }, 5000).status.at).toBe(5000);
  expect(ageNow(200, 1000, 4000)).toBe(3200);
  // Of a clock that was set back.
  expect(ageNow(200, 4000, 1000)).toBe(200);
});
