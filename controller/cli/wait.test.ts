import { describe, expect, test } from "vitest";
import type { SlotStatus } from "../core/status.ts";
import { rigEvent, rigStatus, slotStatus } from "./demo/testing.ts";
import { Waiting, type WaitVerb } from "./wait.ts";

const ASKED_AT = 100_000;

/** Asks at 100 s of a rig whose p1 is as given. */
function waiting(verb: WaitVerb, before: Partial<SlotStatus> = {}): Waiting {
  const asked = new Waiting(verb, ["p1"]);
  asked.asked(status(before, 0));
  return asked;
}

function status(p1: Partial<SlotStatus>, afterMs: number) {
  const slots = [slotStatus("p1", p1), slotStatus("p2", { state: "Fault", for_ms: 0 })];
  return rigStatus(slots, { uptime_ms: ASKED_AT + afterMs });
}

const hold = (kind: "cordon" | "drain" | "maintenance") => ({
  hold: { kind, reason: "fan", left_ms: null },
});

describe("a wait", () => {
  test.each<[WaitVerb, Partial<SlotStatus>, string]>([
    ["on", { state: "Booting" }, "pending"],
    ["on", { state: "Ready" }, "reached"],
    ["on", { state: "Degraded" }, "reached"],
    ["on", { state: "Cordoned" }, "reached"],
    ["on", { state: "Suspect" }, "pending"],
    ["on", { state: "Fault", for_ms: 400 }, "failed"],
    ["on", { state: "Fault", for_ms: 61_000 }, "pending"],
    ["release", { state: "Quarantined", for_ms: 61_000 }, "pending"],
    ["release", { state: "Quarantined", for_ms: 400 }, "failed"],
    ["release", { state: "Ready" }, "reached"],
    ["off", { state: "PoweringOff" }, "pending"],
    ["off", { state: "Off" }, "reached"],
    ["off", { state: "Quarantined" }, "reached"],
    ["off", { state: "Fault", for_ms: 400 }, "failed"],
    ["cycle", { state: "Ready", boots: 1 }, "pending"],
    ["cycle", { state: "Booting", boots: 2 }, "pending"],
    ["cycle", { state: "Ready", boots: 2 }, "reached"],
    ["drain", { state: "Draining", ...hold("drain") }, "pending"],
    ["drain", { state: "Cordoned", ...hold("cordon") }, "reached"],
    ["drain", { state: "Off", ...hold("cordon") }, "reached"],
    ["drain", { state: "Ready" }, "failed"],
    ["drain", { state: "Maintenance", ...hold("maintenance") }, "failed"],
  ])("for %s at %j is %s", (verb, now, progress) => {
    const asked = waiting(verb);
    asked.sawStatus(status(now, 1000));
    expect(asked.progressOf("p1")).toBe(progress);
    expect(asked.isOver).toBe(progress !== "pending");
  });

  test("takes no status from before it was asked for an answer", () => {
    const early = new Waiting("on", ["p1"]);
    early.sawStatus(status({}, 0));
    expect(early.isOver).toBe(false);
    const asked = waiting("drain");
    asked.sawStatus(status({}, -5));
    expect(asked.isOver).toBe(false);
  });

  test("knows a drain that ran out of time by its event, and the cordon after it for no success", () => {
    const asked = waiting("drain");
    asked.sawEvent(rigEvent(5, "slot.drained", "p1"));
    asked.sawEvent(rigEvent(5, "slot.drain-timeout", "p2"));
    expect(asked.isOver).toBe(false);
    asked.sawEvent(rigEvent(5, "slot.drain-timeout", "p1"));
    asked.sawStatus(status({ state: "Cordoned", ...hold("cordon") }, 1000));
    expect(asked.progressOf("p1")).toBe("late");
    expect(asked.isOver).toBe(true);
  });

  test("is over when every slot has ended, well or not", () => {
    const asked = new Waiting("on", ["p1", "p2"]);
    asked.asked(status({}, 0));
    asked.sawStatus(status({ state: "Booting" }, 1000));
    expect([asked.progressOf("p1"), asked.progressOf("p2")]).toEqual(["pending", "failed"]);
    expect(asked.isOver).toBe(false);
    asked.sawStatus(status({ state: "Ready" }, 2000));
    expect(asked.isOver).toBe(true);
  });
});
