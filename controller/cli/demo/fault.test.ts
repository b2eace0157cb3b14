import { expect, test } from "vitest";
import { FAULT_KINDS } from "../../../hat/virtual/fault.ts";
import { checkFaultSlots, parseFault } from "./fault.ts";

test.each([
  ["p3=hang@20s", { slot: "p3", kind: "hang", atMs: 20_000, durationMs: null }],
  ["p12=link-loss@1m30s+500ms", { slot: "p12", kind: "link-loss", atMs: 90_000, durationMs: 500 }],
  ["hub-loss", { slot: null, kind: "hub-loss", atMs: 20_000, durationMs: null }],
  ["p2=hub-loss@5s", { slot: null, kind: "hub-loss", atMs: 5000, durationMs: null }],
  ["p1=slow+5s", { slot: "p1", kind: "slow", atMs: 20_000, durationMs: 5000 }],
])("%s", (text, fault) => {
  expect(parseFault(text)).toEqual(fault);
});

test.each(FAULT_KINDS)("%s is a kind", (kind) => {
  expect(parseFault(`p1=${kind}`).kind).toBe(kind);
});

test.each([
  ["p3=hag", 'There is no fault "hag". Did you mean hang?'],
  ["p3=zzzzzz", "The kinds are hang, kill, crash"],
  ["x=hang", '"x" is no slot'],
  ["x=hub-loss", '"x" is no slot'],
  ["hang@20s", "hang strikes one Zero; name its slot: p1=hang."],
  ["p3=hang@soon", '"soon", the time after @, is no duration'],
  ["p3=hang@20", '"20", the time after @, is no duration'],
  ["p3=hang@20s+", '"", the duration after +, is no duration'],
  ["p3=hang@1000h", '"1000h" is too long'],
  ["p3=hang@1s+1000h", '"1000h" is too long'],
  ["p3=kill+5s", "kill has no duration; leave +5s out."],
  ["p3=crash@1s+5s", "crash has no duration"],
  ["p3=no-boot+5s", "no-boot has no duration"],
  ["p3=brownout+5s", "brownout has no duration"],
  ["p3=hang@1s@2s", "Expected [SLOT=]KIND[@TIME][+DURATION]"],
  ["", 'There is no fault ""'],
])("%j is refused: %s", (text, message) => {
  expect(() => parseFault(text)).toThrow(message);
});

test("a fault of a slot that the rig lacks is refused", () => {
  const faults = [parseFault("p5=hang"), parseFault("hub-loss")];
  expect(() => checkFaultSlots(faults, 5)).not.toThrow();
  expect(() => checkFaultSlots(faults, 4)).toThrow("names p5, but this rig has p1 to p4");
  expect(() => checkFaultSlots(faults, 1)).toThrow("this rig has p1 alone");
});
