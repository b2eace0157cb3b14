import { describe, expect, it, test } from "vitest";
import { slotStatus } from "../cli/demo/testing.ts";
import type { SlotStatus } from "../core/status.ts";
import type { LogLine } from "../shell/log-line.ts";
import { isWanted, lineText } from "./log-line.ts";
import { perHashText, rateText, spanText, waitText } from "./text.ts";
import {
  heardText,
  isStale,
  lineOf,
  nextWords,
  stateWords,
  throttling,
  whyWords,
} from "./words.ts";

const slot = (more: Partial<SlotStatus>) => slotStatus("p1", more);

it.each([
  [{}, "Mining", "good"],
  [{ hashrate_hs: 0 }, "Ready", "good"],
  [{ state: "Remediating", next: "power cycle, waits for paused" }, "Being fenced", "bad"],
  [{ state: "Remediating", next: "restart-worker ends in 3.0 s" }, "Being restarted", "warn"],
  [{ state: "Cordoned" }, "Paused", "idle"],
] as const)("%o is %s", (more, label, tone) => {
  expect(stateWords(slot(more))).toEqual({ label, tone });
});

it.each([
  ["Booting", "due in 12.0 s", "must dial in within 12.0 s"],
  ["Off", "on, waits for ceiling", "on, but the ceiling leaves no room for it"],
  ["Remediating", "power cycle, waits for paused", "power cycle, but automation is paused"],
  ["Ready", "off (ceiling), after p3", "off (ceiling), after p3"],
  ["Degraded", "due in 3.0 s", "a deadline in 3.0 s"],
] as const)("%s, next: %s", (state, next, words) => {
  expect(nextWords(slot({ state, next }))).toBe(words);
});

test("the evidence is read for what stands in it", () => {
  const silent = slot({
    class: "zero-dead",
    evidence: "heard 14.3 s ago, line on, USB present, read 0.2 s ago",
  });
  expect([lineOf(silent), heardText(silent), isStale(silent)]).toEqual(["on", "14.3 s ago", true]);
  expect(isStale(slot({ class: "heard" }))).toBe(false);
  expect(isStale(slot({ class: "off", state: "Off" }))).toBe(false);
  expect(lineOf(slot({ evidence: "heard never, line unread" }))).toBe("unread");
});

test("a reason stands in words, one that is not known as its code", () => {
  expect(whyWords(slot({ why: "silent; cordon: dust" }))).toBe("nothing was heard of it");
  expect(whyWords(slot({ why: "of-tomorrow" }))).toBe("of-tomorrow");
  const off = { state: "Off", why: "off-proved" } as const;
  expect(whyWords(slot({ ...off, wanted: "off" }))).toMatch(/^it is wanted off/);
  expect(whyWords(slot({ ...off, wanted: "on" }))).toBe("that it is off was proved");
});

test("the firmware's throttle word, now and earlier", () => {
  expect(throttling(0)).toEqual({ now: [], earlier: [] });
  expect(throttling(0x50005)).toEqual({ now: ["under-voltage", "throttled"], earlier: [] });
  expect(throttling(0xe0001)).toEqual({
    now: ["under-voltage"],
    earlier: ["frequency capped", "throttled", "soft temperature limit"],
  });
});

describe("figures", () => {
  it("have the unit that suits them", () => {
    expect([0, 999, 242_113, 1_234_567].map(rateText)).toEqual([
      "0 H/s",
      "999 H/s",
      "242.1 kH/s",
      "1.23 MH/s",
    ]);
    expect([42_000, 187_000, 3_725_000, 200_000_000].map(spanText)).toEqual([
      "42 s",
      "3 m 07 s",
      "1 h 02 m",
      "2 d 07 h",
    ]);
    expect([null, 12.4, 1234].map(waitText)).toEqual(["–", "12 ms", "1.23 s"]);
    expect([null, 0.00000539, 0.0012].map(perHashText)).toEqual(["–", "5.39 J/MH", "1200 J/MH"]);
  });
});

test("a line of the log says what its writer said, or what stands in it", () => {
  const line: LogLine = {
    n: 1,
    at: "",
    level: "info",
    ev: "slot.state",
    slot: "p1",
    why: "silent",
    msg: null,
    detail: { from: "Ready", times: 2 },
  };
  expect(lineText(line)).toBe("slot.state  silent  from=Ready times=2");
  expect(lineText({ ...line, ev: null, why: null, msg: "open http://..." })).toBe(
    "open http://...",
  );
  const all = { text: "", level: "all", slot: "" };
  expect(isWanted(line, all)).toBe(true);
  expect(isWanted(line, { ...all, text: "SILENT" })).toBe(true);
  expect(isWanted(line, { ...all, text: "loud" })).toBe(false);
  expect(isWanted(line, { ...all, slot: "p2" })).toBe(false);
  expect(isWanted(line, { ...all, level: "warn" })).toBe(false);
  expect(isWanted({ ...line, level: "fatal" }, { ...all, level: "warn" })).toBe(true);
  expect(isWanted({ ...line, level: "warn" }, { ...all, level: "error" })).toBe(false);
});
