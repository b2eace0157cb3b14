import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comingCeilings } from "./coming-week.ts";
import { type Window, watchWindow } from "./window.ts";

const DAY_MS = 86_400_000;
const noPause = () => Promise.resolve();

const night: Window = {
  name: "night",
  from: "0 22 * * *",
  to: "0 6 * * *",
  zone: "Europe/Berlin",
  watts: 2,
  outsideWatts: null,
};
const noon: Window = {
  ...night,
  name: "noon",
  from: "0 12 * * *",
  to: "0 13 * * *",
  outsideWatts: 6,
  watts: null,
};

function coming(windows: readonly Window[], from: string, days: number, configured: number | null) {
  const fromMs = Date.parse(from);
  return comingCeilings(windows, configured, { fromMs, untilMs: fromMs + days * DAY_MS }, noPause);
}

describe("the coming ceilings", () => {
  it("are intervals, each with the rule that sets it", async () => {
    expect(await coming([night, noon], "2026-12-01T12:00:00Z", 1, 8)).toEqual(
      [
        ["12:00", "21:00", 6, "noon", []],
        ["21:00", "05:00", 2, "night", ["night"]],
        ["05:00", "11:00", 6, "noon", []],
        ["11:00", "12:00", 8, "configured", ["noon"]],
      ].map(([from, until, watts, rule, open]) => ({
        from: `2026-12-0${from === "12:00" || from === "21:00" ? 1 : 2}T${from}:00.000Z`,
        until: `2026-12-0${until === "21:00" ? 1 : 2}T${until}:00.000Z`,
        watts,
        rule,
        zone: rule === "configured" ? null : "Europe/Berlin",
        open,
      })),
    );
  });

  it("are one interval where nothing turns, with no rule or the configured one", async () => {
    const whole = { from: "2026-12-01T12:00:00.000Z", until: "2026-12-08T12:00:00.000Z" };
    const none = { watts: null, rule: null, zone: null, open: [] };
    expect(await coming([], "2026-12-01T12:00:00Z", 7, null)).toEqual([{ ...whole, ...none }]);
    expect(await coming([], "2026-12-01T12:00:00Z", 7, 3)).toEqual([
      { ...whole, watts: 3, rule: "configured", zone: null, open: [] },
    ]);
  });

  it("take an hour less and an hour more when summer time begins and ends", async () => {
    const nights = async (from: string) =>
      (await coming([night], from, 3, null))
        .filter(({ rule }) => rule === "night")
        .map(({ from, until }) => (Date.parse(until) - Date.parse(from)) / 3_600_000);
    expect(await nights("2026-03-27T12:00:00Z")).toEqual([8, 7, 8]);
    expect(await nights("2026-10-23T12:00:00Z")).toEqual([8, 9, 8]);
  });

  it("end early where there are too many, and let others have their turn between two edges", async () => {
    const busy = { ...night, from: "* * * * *", to: "30 * * * * *" };
    let pauses = 0;
    const fromMs = Date.parse("2026-12-01T00:00:00Z");
    const span = { fromMs, untilMs: fromMs + 7 * DAY_MS };
    const found = await comingCeilings([busy], null, span, async () => {
      pauses++;
    });
    expect(found).toHaveLength(500);
    expect(found.at(-1)?.until).toBe("2026-12-01T04:10:00.000Z");
    expect(pauses).toBeGreaterThanOrEqual(500);
  });

  it("are at each moment what the windows say then", async () => {
    const hour = fc.integer({ min: 0, max: 23 });
    const minute = fc.constantFrom(0, 15, 30, 59);
    const day = fc.constantFrom("*", "*", "1", "sat", "mon-fri");
    const line = fc
      .tuple(minute, hour, day)
      .map(([m, h, d]) => (d === "1" ? `${m} ${h} 1 * *` : `${m} ${h} * * ${d}`));
    const watts = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null });
    const zone = fc.constantFrom("Europe/Berlin", "UTC", "Australia/Lord_Howe", "America/New_York");
    const window = fc
      .record({ from: line, to: line, zone, watts, outsideWatts: watts })
      // One that never closes is refused before it gets here.
      .filter(({ from, to }) => from !== to);
    const windows = fc.array(window, { minLength: 1, maxLength: 3 });
    const starts = fc.integer({ min: 0, max: 364 }).map((d) => Date.UTC(2026, 0, 1) + d * DAY_MS);
    await fc.assert(
      fc.asyncProperty(
        windows,
        starts,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (drawn, fromMs, at) => {
          const named = drawn.map((each, index): Window => ({ ...each, name: `w${index}` }));
          const watches = named.map((each) => watchWindow(each));
          const span = { fromMs, untilMs: fromMs + 8 * DAY_MS };
          const found = await comingCeilings(named, 5, span, noPause);
          expect(found[0]?.from).toBe(new Date(fromMs).toISOString());
          expect(found.at(-1)?.until).toBe(new Date(span.untilMs).toISOString());
          for (const [index, { until }] of found.slice(0, -1).entries()) {
            expect(found[index + 1]?.from).toBe(until);
          }
          for (const part of at) {
            const wallMs = fromMs + Math.floor(part * (span.untilMs - fromMs - 1));
            const open = named.filter((_, index) => watches[index]?.(wallMs).open);
            const least = Math.min(
              5,
              ...named.flatMap(
                (each) => (open.includes(each) ? each.watts : each.outsideWatts) ?? [],
              ),
            );
            const then = found.find(({ until }) => Date.parse(until) > wallMs);
            expect(then).toMatchObject({ watts: least, open: open.map(({ name }) => name) });
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
