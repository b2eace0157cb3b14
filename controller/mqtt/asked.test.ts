import { expect, it } from "vitest";
import { askedBy } from "./asked.ts";
import { Naming } from "./naming.ts";

const naming = new Naming({ topicPrefix: "home/zerorig", discoveryPrefix: "ha", id: "attic" });
const ask = (topic: string, payload: string) =>
  askedBy(naming, `home/zerorig/attic/${topic}`, payload, 60_000);
const REASON = { reason: "asked over MQTT" };

it.each([
  ["p2/power/set", "ON", { verb: "on", slots: ["p2"], ...REASON }],
  ["p2/power/set", "OFF", { verb: "off", slots: ["p2"], hard: false, ...REASON }],
  ["p1/restart/set", "PRESS", { verb: "cycle", slots: ["p1"], hard: false, ...REASON }],
  ["p1/identify/set", "PRESS", { verb: "identify", slots: ["p1"], forMs: 10_000 }],
  ["p1/mode/set", "active", { verb: "uncordon", slots: ["p1"], ...REASON }],
  ["p1/mode/set", "cordoned", { verb: "cordon", slots: ["p1"], forMs: null, ...REASON }],
  ["p1/mode/set", "draining", { verb: "drain", slots: ["p1"], forMs: null, ...REASON }],
  ["p1/mode/set", "maintenance", { verb: "maintenance", slots: ["p1"], forMs: null, ...REASON }],
  ["mode/set", "paused", { verb: "pause", forMs: null, ...REASON }],
  ["mode/set", "auto", { verb: "resume", ...REASON }],
  ["ceiling/set", "2.5", { verb: "ceiling", watts: 2.5, source: "mqtt", forMs: 60_000 }],
])("%s %s is a request", (topic, payload, request) => {
  expect(ask(topic, payload)).toEqual({ ok: true, request });
});

it.each([
  ["p2/power/set", "on"],
  ["p2/power/set", ""],
  ["p2/power/set", "constructor"],
  ["p2/mode/set", "foreign"],
  ["mode/set", "stopped"],
  ["ceiling/set", "-1"],
  ["ceiling/set", "1e2"],
  ["ceiling/set", "1001"],
  ["ceiling/set", "NaN"],
  ["ceiling/set", ""],
])("%s %j is refused", (topic, payload) => {
  expect(ask(topic, payload)).toMatchObject({ ok: false, code: "bad-request" });
});

it.each([
  "p2/state",
  "p2/power",
  "p0/power/set",
  "p2/other/set",
  "set",
  "other/set",
  "p2/power/set/x",
])("nothing is asked on %s", (topic) => {
  expect(ask(topic, "ON")).toBeNull();
});

it("nothing is asked on a stranger's topic", () => {
  expect(askedBy(naming, "home/zerorig/cellar/p2/power/set", "ON", 1)).toBeNull();
  expect(askedBy(naming, "home/zerorig/atticus/p2/power/set", "ON", 1)).toBeNull();
});
