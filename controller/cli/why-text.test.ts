import { expect, test } from "vitest";
import type { Explanation } from "../core/explain.ts";
import { planText, whyText } from "./why-text.ts";

const EXPLANATION: Explanation = {
  slot: "p3",
  state: "Remediating",
  why: "silent",
  for_ms: 12_300,
  wanted: "on",
  evidence: "heard 25.1 s ago, line on, USB present, read 0.2 s ago",
  class: "zero-dead",
  next: "power cycle, waits for paused",
  cut_waits_for: "paused",
  on_waits_for: null,
  notes: ["boot grace 90.0 s (1 boots known)", "healthy 3 of 4 meant up, floor 3, storm normal"],
};

test("why, in words", () => {
  expect(whyText(EXPLANATION)).toMatchInlineSnapshot(`
    "p3 is Remediating for 12s
      why       nothing was heard of it (silent)
      evidence  heard 25.1 s ago, line on, USB present, read 0.2 s ago
      signs     nothing of it answers (zero-dead)
      next      power cycle, waits for paused
      power     an automatic cut waits for paused: automation is paused
      notes     boot grace 90.0 s (1 boots known)
                healthy 3 of 4 meant up, floor 3, storm normal
    "
  `);
});

test.each<[Partial<Explanation>, string]>([
  [{ cut_waits_for: null }, "nothing stands in the way of an automatic cut, once it is due"],
  [{ class: "heard", cut_waits_for: null }, "is not cut by itself while it is heard\n"],
  [{ class: "booting", cut_waits_for: null }, "is not cut by itself within its boot grace\n"],
  [{ class: "heard", cut_waits_for: "hold" }, "were it silent, a cut would wait for hold"],
  [{ state: "PoweringOff", class: "heard" }, "power     is on its way off"],
  [{ state: "Off", wanted: "off" }, "stays off: it is wanted off"],
  [{ state: "Off" }, "may be switched on now"],
  [{ state: "Off", on_waits_for: "ceiling" }, "waits for ceiling: the ceiling leaves no room"],
  [{ next: null }, "no timer runs"],
])("what %j allows", (changes, text) => {
  expect(whyText({ ...EXPLANATION, ...changes })).toContain(text);
});

test("the plan as a table", () => {
  const intentions = [
    { slot: "p1", does: "cycle (power-cycle)", next: null },
    { slot: "p2", does: null, next: "on, waits for stagger" },
  ] as const;
  expect(planText(["a rig"], intentions)).toMatchInlineSnapshot(`
    "a rig

    SLOT  WOULD DO NOW         THEN
    p1    cycle (power-cycle)  -
    p2    -                    on, waits for stagger
    "
  `);
  expect(planText([], intentions.slice(1))).toContain("Automation would switch nothing now.");
});
