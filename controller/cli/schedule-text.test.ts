import { expect, test } from "vitest";
import { scheduleText, windowsText } from "./schedule-text.ts";

const at = { at: "2026-10-24T20:00:00.000Z", until: "2026-10-25T05:00:00.000Z" };

test("the coming days are told in the time of their zone, with its offset", () => {
  const night = { watts: 2, rule: "night", zone: "Europe/Berlin", open: ["night"] };
  const none = { watts: null, rule: null, zone: null, open: [] };
  const intervals = [
    { from: at.at, until: "2026-10-25T00:30:00.000Z", ...none },
    { from: "2026-10-25T00:30:00.000Z", until: "2026-10-25T01:30:00.000Z", ...night },
    { from: "2026-10-25T01:30:00.000Z", until: at.until, ...none },
  ];
  expect(scheduleText({ source: "file", clock_set: true, ...at, intervals })).toBe(
    `windows: the configuration's

FROM                    UNTIL                   CEILING  BY     OPEN
Sat 24 Oct 22:00 GMT+2  Sun 25 Oct 02:30 GMT+2  none     -      -
Sun 25 Oct 02:30 GMT+2  Sun 25 Oct 02:30 GMT+1  2 W      night  night
Sun 25 Oct 02:30 GMT+1  Sun 25 Oct 06:00 GMT+1  none     -      -
`,
  );
});

test("rules of several zones name theirs", () => {
  const each = (zone: string, rule: string) => ({
    from: at.at,
    until: at.until,
    watts: 1,
    rule,
    zone,
    open: [],
  });
  const intervals = [each("UTC", "a"), each("Asia/Tokyo", "b")];
  const text = scheduleText({ source: "stored", clock_set: true, ...at, intervals });
  expect(text).toContain("windows: set by hand; `zerorig schedule set --reset`");
  expect(text).toContain("Sat 24 Oct 20:00 UTC    Sun 25 Oct 05:00 UTC    1 W      a (UTC)");
  expect(text).toContain("Sun 25 Oct 05:00 GMT+9  Sun 25 Oct 14:00 GMT+9  1 W      b (Asia/Tokyo)");
});

test("without a clock nobody knows, and without windows there is nothing to list", () => {
  const unset = scheduleText({ source: "file", clock_set: false, ...at, intervals: [] });
  expect(unset).toContain("The clock is not set, so nobody knows");
  const only = { from: at.at, until: at.until, zone: null, open: [] };
  const free = { ...only, watts: null, rule: null };
  const capped = { ...only, watts: 4, rule: "configured" };
  const without = (interval: typeof free | typeof capped) =>
    scheduleText({ source: "file", clock_set: false, ...at, intervals: [interval] });
  expect(without(free)).toContain("There are none, so there is no ceiling at any time.");
  expect(without(capped)).toContain("There are none, so the ceiling is 4 W at any time.");
  expect(windowsText({ source: "file", windows: [], file: [] })).toBe(
    "no windows (the configuration's)\n",
  );
  const window = {
    name: "n",
    from: "0 1 * * *",
    to: "0 2 * * *",
    zone: "UTC",
    watts: null,
    outside_watts: 3,
  };
  expect(windowsText({ source: "file", windows: [window], file: [] })).toContain(
    "n       0 1 * * *  0 2 * * *  UTC   -     3 W",
  );
});
