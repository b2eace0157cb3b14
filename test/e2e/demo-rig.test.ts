import { expect, test } from "vitest";
import { eventsOf } from "./demo-rig.ts";

test("the summary that a demo ends with is no event, nor is half a line", () => {
  const event = { at: "2026-03-01T12:00:00.000Z", at_ms: 0, ev: "demo.stop", detail: {} };
  const printed = `${JSON.stringify(event)}\n{"summary":{"slots":[]}}\n{"at":"20`;
  expect(eventsOf(printed)).toEqual([event]);
});
