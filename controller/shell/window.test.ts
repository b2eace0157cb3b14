import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCron } from "./cron-line.ts";
import { type Window, watchWindow } from "./window.ts";

const utc = (text: string) => Date.parse(`${text}Z`);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

function window(from: string, to: string, zone: string): Window {
  return { name: "w", from, to, zone, watts: 2, outsideWatts: null };
}

/** The state at an instant, with nothing remembered. */
const at = (it: Window, instant: string) => watchWindow(it)(utc(instant));

test.each([
  ["2026-05-05T19:59:59", false, "2026-05-05T04:00", "2026-05-05T20:00"],
  ["2026-05-05T20:00:00", true, "2026-05-05T20:00", "2026-05-06T04:00"],
  ["2026-05-06T03:59:59", true, "2026-05-05T20:00", "2026-05-06T04:00"],
  ["2026-05-06T04:00:00", false, "2026-05-06T04:00", "2026-05-06T20:00"],
])("a night in Berlin, %s UTC: open is %s, from %s to %s UTC", (instant, open, since, until) => {
  const state = at(window("0 22 * * *", "0 6 * * *", "Europe/Berlin"), instant);
  expect([state.open, iso(state.sinceMs), iso(state.untilMs)]).toEqual([open, since, until]);
});

test.each([
  ["a weekend", "0 18 * * fri", "0 7 * * mon", "2026-05-10T12:00", true, "2026-05-11T07:00"],
  ["the first of a month", "0 0 1 * *", "0 0 2 * *", "2026-05-31T12:00", false, "2026-06-01T00:00"],
  [
    "a winter, months later",
    "0 0 1 11 *",
    "0 0 1 3 *",
    "2026-10-31T12:00",
    false,
    "2026-11-01T00:00",
  ],
  ["a leap day", "0 0 29 2 *", "0 0 1 3 *", "2027-06-01T00:00", false, "2028-02-29T00:00"],
  ["every minute's half", "0 * * * * *", "30 * * * * *", "2026-05-05T12:00", true, null],
  [
    "opened again while open",
    "0 20-23 * * *",
    "0 6 * * *",
    "2026-05-05T21:30",
    true,
    "2026-05-06T06:00",
  ],
])("%s (%s to %s) at %s: open is %s until %s", (_, from, to, instant, open, until) => {
  const state = at(window(from, to, "UTC"), instant);
  expect(state.open).toBe(open);
  if (until !== null) expect(iso(state.untilMs)).toBe(until);
});

test("where both come at once it opens, and stays open", () => {
  const saturdays = window("0 0 * * sat", "0 0 * * *", "UTC");
  expect(at(saturdays, "2026-05-08T12:00")).toMatchObject({ open: false });
  const state = at(saturdays, "2026-05-09T00:00");
  expect([state.open, iso(state.untilMs)]).toEqual([true, "2026-05-10T00:00"]);
  const always = window("0 * * * *", "0 0 * * *", "UTC");
  expect(at(always, "2026-05-09T12:00").open).toBe(true);
});

/** The moments at which a window turns over within a time, in UTC, each with what it turns to. */
function turns(it: Window, start: string, end: string): string[] {
  const read = watchWindow(it);
  const found: string[] = [];
  for (let ms = utc(start); ; ) {
    const { open, untilMs } = read(ms);
    if (untilMs > utc(end)) return found;
    found.push(`${iso(untilMs)} ${open ? "closes" : "opens"}`);
    ms = untilMs;
  }
}

describe("summer time", () => {
  test.each([
    ["Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T01:00"],
    ["Australia/Sydney", "2026-10-03T02:00", "2026-10-04T02:00", "2026-10-03T16:00"],
  ])("%s, gap: 02:30 comes at 03:00, the gap's end", (zone, start, end, edge) => {
    const opens = window("30 2 * * *", "0 9 * * *", zone);
    const closes = window("0 1 * * *", "30 2 * * *", zone);
    expect(turns(opens, start, end)[0]).toBe(`${edge} opens`);
    expect(turns(closes, start, end)[1]).toBe(`${edge} closes`);
  });

  test("Lord Howe, gap of half an hour: 02:15 comes at 02:30, once", () => {
    const it = window("15 2 * * *", "0 5 * * *", "Australia/Lord_Howe");
    expect(turns(it, "2026-10-03T02:00", "2026-10-04T12:00")).toEqual([
      "2026-10-03T15:30 opens", // 02:30, summer
      "2026-10-03T18:00 closes",
    ]);
  });

  test.each([
    ["Europe/Berlin", "2026-03-28T12:00", "2026-03-30T12:00", "2026-03-30T00:10"],
    ["Australia/Sydney", "2026-10-03T02:00", "2026-10-05T02:00", "2026-10-04T15:10"],
  ])("%s: a window that lies within the gap does not open that day", (zone, start, end, edge) => {
    expect(turns(window("10 2 * * *", "50 2 * * *", zone), start, end)[0]).toBe(`${edge} opens`);
  });

  test.each([
    ["Europe/Berlin", "2026-10-24T12:00", "2026-10-25T12:00", "2026-10-25T00:30"],
    ["Australia/Sydney", "2026-04-04T02:00", "2026-04-05T02:00", "2026-04-04T15:30"],
  ])("%s, repeat: 02:30 counts once, the first time", (zone, start, end, edge) => {
    const opens = window("30 2 * * *", "0 9 * * *", zone);
    const closes = window("0 1 * * *", "30 2 * * *", zone);
    expect(turns(opens, start, end)).toEqual([`${edge} opens`, expect.stringContaining("closes")]);
    expect(turns(closes, start, end)).toEqual([expect.stringContaining("opens"), `${edge} closes`]);
  });

  test("Lord Howe, repeat of half an hour: 01:45 counts once, the first time", () => {
    const it = window("45 1 * * *", "0 5 * * *", "Australia/Lord_Howe");
    expect(turns(it, "2026-04-04T02:00", "2026-04-05T02:00")).toEqual([
      "2026-04-04T14:45 opens", // 01:45, summer
      "2026-04-04T18:30 closes",
    ]);
  });

  test("Berlin: a window within the repeated hour opens in the first pass only", () => {
    const it = window("15 2 * * *", "45 2 * * *", "Europe/Berlin");
    expect(turns(it, "2026-10-24T12:00", "2026-10-25T12:00")).toEqual([
      "2026-10-25T00:15 opens",
      "2026-10-25T00:45 closes",
    ]);
  });

  test("Berlin: every half hour goes on as usual but for the second pass", () => {
    const it = window("0 * * * *", "30 * * * *", "Europe/Berlin");
    expect(turns(it, "2026-10-24T23:59", "2026-10-25T02:30")).toEqual([
      "2026-10-25T00:00 opens",
      "2026-10-25T00:30 closes",
      "2026-10-25T02:00 opens", // 03:00, winter
      "2026-10-25T02:30 closes",
    ]);
  });
});

test("a boot in 1970 has an answer, and a step to the right time another", () => {
  const read = watchWindow(window("0 22 * * *", "0 6 * * *", "Europe/Berlin"));
  expect(read(0).open).toBe(true); // 01:00 in Berlin
  expect(read(utc("2026-05-05T12:00")).open).toBe(false);
  expect(read(utc("2026-05-05T21:58")).open).toBe(true); // forward over an edge
  expect(read(utc("2026-05-05T19:58")).open).toBe(false); // and back over it
});

test("asking again costs nothing until the state's end", () => {
  const read = watchWindow(window("0 22 * * *", "0 6 * * *", "Europe/Berlin"));
  const state = read(utc("2026-05-05T21:00"));
  expect(read(utc("2026-05-05T20:00"))).toBe(state);
  expect(read(utc("2026-05-06T03:59:59"))).toBe(state);
  expect(read(utc("2026-05-06T04:00"))).not.toBe(state);
});

const zones = ["Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago"];
const minuteHour = fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }));
const daily = minuteHour.map(([minute, hour]) => `${minute} ${hour} * * *`);
const weekly = fc
  .tuple(minuteHour, fc.integer({ min: 0, max: 6 }))
  .map(([[minute, hour], day]) => `${minute} ${hour} * * ${day}`);
const monthly = fc
  .tuple(minuteHour, fc.integer({ min: 1, max: 31 }))
  .map(([[minute, hour], day]) => `${minute} ${hour} ${day} * *`);
const often = fc.integer({ min: 7, max: 31 }).map((step) => `*/${step} * * * *`);
/** Each time of `to` is one of `from` too, as far as these expressions go. */
const neverCloses = (from: string, to: string) => {
  const [a, b] = [parseCron(from), parseCron(to)];
  let time = utc("2026-01-01");
  for (let looked = 0; looked < 12; looked++) {
    time = b.next(time);
    if (a.next(time - 1000) !== time) return false;
  }
  return true;
};
const expression = fc.oneof(daily, weekly, monthly, often);
const windows = fc
  .tuple(expression, expression, fc.constantFrom(...zones))
  .filter(([from, to]) => !neverCloses(from, to))
  .map(([from, to, zone]) => window(from, to, zone));
/** Around the changes of summer time in 2026, and anywhere in that year. */
const instants = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("03-29T01:00", "10-25T01:00", "04-04T15:30", "10-03T15:30", "09-06T04:00"),
      fc.integer({ min: -1500, max: 1500 }),
    )
    .map(([change, minutes]) => utc(`2026-${change}`) + minutes * 60_000),
  fc.integer({ min: utc("2026-01-01"), max: utc("2027-01-01") }),
);

test("any window, asked in any order: what is remembered and what is worked out anew agree", () => {
  fc.assert(
    fc.property(windows, fc.array(instants, { minLength: 2, maxLength: 4 }), (it, asked) => {
      const read = watchWindow(it);
      for (const ms of asked) expect(read(ms).open).toBe(watchWindow(it)(ms).open);
    }),
    { numRuns: 30 },
  );
});

test("any window: turns rise, each turns it over, and none hides between two", () => {
  fc.assert(
    fc.property(windows, instants, fc.double({ min: 0, max: 1, noNaN: true }), (it, start, way) => {
      const read = watchWindow(it);
      let state = read(start);
      for (let turn = 0; turn < 4; turn++) {
        expect(state.sinceMs).toBeLessThan(state.untilMs);
        const between = state.sinceMs + Math.floor((state.untilMs - 1 - state.sinceMs) * way);
        expect(watchWindow(it)(between).open).toBe(state.open);
        const following = read(state.untilMs);
        expect(following.open).toBe(!state.open);
        expect(following.sinceMs).toBe(state.untilMs);
        state = following;
      }
    }),
    { numRuns: 30 },
  );
});
