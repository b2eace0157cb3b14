import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClockSigns, isClockSet } from "./clock-set.ts";

const today = new Date("2026-12-01T12:00:00Z");
let dir = "";
let signs: ClockSigns;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zerorig-clock-"));
  signs = { files: [join(dir, "a"), join(dir, "b")], rtcDir: join(dir, "rtc") };
});
afterEach(() => rmSync(dir, { recursive: true }));

function plantRtc(name: string, flag: string): void {
  mkdirSync(join(signs.rtcDir, name), { recursive: true });
  writeFileSync(join(signs.rtcDir, name, "hctosys"), flag);
}

test("without a sign it is not set", () => {
  expect(isClockSet(today, signs)).toBe(false);
  mkdirSync(join(signs.rtcDir, "rtc0"), { recursive: true });
  plantRtc("rtc1", "0\n");
  expect(isClockSet(today, signs)).toBe(false);
});

test("either file is a sign", () => {
  writeFileSync(join(dir, "b"), "");
  expect(isClockSet(today, signs)).toBe(true);
});

test("so is a battery-backed clock that the kernel took the time from", () => {
  plantRtc("rtc0", "0\n");
  plantRtc("rtc1", "1\n");
  expect(isClockSet(today, signs)).toBe(true);
});

test("a time that has been cannot be now, whatever the signs", () => {
  writeFileSync(join(dir, "a"), "");
  expect(isClockSet(new Date(0), signs)).toBe(false);
  expect(isClockSet(new Date("2026-10-31T23:59:59Z"), signs)).toBe(false);
});
