import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { controlRequest, type EventRequest } from "./control-protocol.ts";
import { eventOf, namedSlots } from "./request-event.ts";

const DAY_MS = 86_400_000;

/** The event that a line over the socket ends in. */
function told(request: object): unknown {
  return eventOf(v.parse(controlRequest, request) as EventRequest);
}

const OPERATOR = { type: "operator", slots: ["p1", "p3"], reason: "fan", hard: false };
const NAMED = { slots: ["p1", "p3"], reason: "fan" };

describe("a request becomes the core's event", () => {
  it.each([
    [
      { verb: "on", ...NAMED },
      { ...OPERATOR, verb: "on" },
    ],
    [
      { verb: "off", ...NAMED, hard: true },
      { ...OPERATOR, verb: "off", hard: true },
    ],
    [
      { verb: "cycle", slots: ["p1"] },
      { ...OPERATOR, verb: "cycle", slots: ["p1"], reason: "" },
    ],
    [
      { verb: "cordon", ...NAMED },
      { ...OPERATOR, verb: "cordon", forMs: null },
    ],
    [
      { verb: "uncordon", ...NAMED },
      { ...OPERATOR, verb: "uncordon" },
    ],
    [
      { verb: "drain", ...NAMED, forMs: 9 },
      { ...OPERATOR, verb: "drain", forMs: 9 },
    ],
    [
      { verb: "maintenance", ...NAMED, forMs: 9 },
      { ...OPERATOR, verb: "maintenance", forMs: 9 },
    ],
    [
      { verb: "release", ...NAMED },
      { ...OPERATOR, verb: "release" },
    ],
    [
      { verb: "pause", reason: " fan " },
      { type: "pause", reason: "fan", forMs: null },
    ],
    [{ verb: "resume" }, { type: "resume", reason: "" }],
    [
      { verb: "override", watts: 0, reason: "fan", forMs: 30 * DAY_MS },
      { type: "override", watts: 0, reason: "fan", forMs: 30 * DAY_MS },
    ],
    [
      { verb: "override", watts: null, reason: "fan" },
      { type: "override", watts: null, reason: "fan", forMs: null },
    ],
    [{ verb: "end-override" }, { type: "end-override", reason: "" }],
    [
      { verb: "ceiling", watts: 2.5, source: "solar", forMs: 60_000 },
      { type: "external-ceiling", watts: 2.5, source: "solar", forMs: 60_000 },
    ],
    [
      { verb: "wake", slots: ["p2"], forMs: 5 },
      { type: "demand", slots: ["p2"], forMs: 5 },
    ],
    [
      { verb: "metered", slot: "p2", watts: 1.1, forMs: 5 },
      { type: "metered", slot: "p2", watts: 1.1, forMs: 5 },
    ],
    [{ verb: "quiesce", timeoutMs: 5 }, { type: "quiesce" }],
    [{ verb: "status" }, null],
    [{ verb: "plan" }, null],
    [{ verb: "pool-node", node: "192.0.2.1:2811" }, null],
    [{ verb: "pool-node", node: null }, null],
    [{ verb: "why", slots: ["p1"] }, null],
  ])("%j", (request, event) => {
    expect(told(request)).toEqual(event);
  });

  it("names the slots that must be of this rig", () => {
    expect(namedSlots({ verb: "metered", slot: "p2", watts: 1, forMs: 5 })).toEqual(["p2"]);
    expect(namedSlots({ verb: "why", slots: ["p2", "p9"] })).toEqual(["p2", "p9"]);
    expect(namedSlots({ verb: "plan" })).toEqual([]);
  });
});

describe("what is out of bounds is no request", () => {
  it.each([
    [{ verb: "cordon", slots: ["p1"] }],
    [{ verb: "cordon", slots: ["p1"], reason: "  " }],
    [{ verb: "cordon", slots: ["p1"], reason: "x".repeat(201) }],
    [{ verb: "cordon", slots: ["p1"], reason: "\u001b[2J" }],
    [{ verb: "cordon", slots: ["p1"], reason: "two\nlines" }],
    [{ verb: "cordon", slots: [], reason: "fan" }],
    [{ verb: "cordon", slots: ["p100"], reason: "fan" }],
    [{ verb: "drain", slots: ["p1"], reason: "fan", forMs: 0 }],
    [{ verb: "drain", slots: ["p1"], reason: "fan", forMs: 30 * DAY_MS + 1 }],
    [{ verb: "drain", slots: ["p1"], reason: "fan", forMs: Number.POSITIVE_INFINITY }],
    [{ verb: "maintenance", slots: ["p1"], reason: "fan", forMs: "1h" }],
    [{ verb: "pause", reason: "" }],
    [{ verb: "pause", reason: "fan", forMs: Number.NaN }],
    [{ verb: "override", watts: -1, reason: "fan" }],
    [{ verb: "override", watts: 1001, reason: "fan" }],
    [{ verb: "override", reason: "fan" }],
    [{ verb: "override", watts: 1 }],
    [{ verb: "ceiling", watts: 1, source: "solar" }],
    [{ verb: "ceiling", watts: 1, source: "", forMs: 5 }],
    [{ verb: "ceiling", watts: null, source: "solar", forMs: 5 }],
    [{ verb: "wake", slots: ["p1"] }],
    [{ verb: "pool-node", node: "http://192.0.2.1" }],
    [{ verb: "pool-node" }],
    [{ verb: "metered", slot: "p1", watts: Number.POSITIVE_INFINITY, forMs: 5 }],
    [{ verb: "quiesce", timeoutMs: 600_001 }],
    [{ verb: "uncordon", slots: ["p1"], forMs: 5 }],
  ])("%j", (request) => {
    expect(v.safeParse(controlRequest, request).success).toBe(false);
  });
});
