import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCron } from "./cron-line.ts";

const utc = (text: string) => Date.parse(`${text}Z`);

test.each([
  ["0 22 * * *", "2026-05-05T21:59:59.900", "2026-05-04T22:00", "2026-05-05T22:00"],
  ["0 22 * * *", "2026-05-05T22:00:00", "2026-05-05T22:00", "2026-05-06T22:00"],
  ["0 22 * * *", "2026-05-05T22:00:00.900", "2026-05-05T22:00", "2026-05-06T22:00"],
  ["*/20 30 6 * * *", "2026-05-05T06:30:25", "2026-05-05T06:30:20", "2026-05-05T06:30:40"],
  ["* * * * *", "2026-05-05T06:30:25", "2026-05-05T06:30", "2026-05-05T06:31"],
  ["* * 3 1 *", "2026-12-31T00:00", "2026-01-03T23:59", "2027-01-03T00:00"],
  ["0 7 * * mon-fri", "2026-05-03T12:00", "2026-05-01T07:00", "2026-05-04T07:00"],
  ["0 0 1 * *", "2026-05-31T12:00", "2026-05-01T00:00", "2026-06-01T00:00"],
  ["0 0 31 * *", "2026-05-30T12:00", "2026-03-31T00:00", "2026-05-31T00:00"],
  ["0 0 29 feb *", "2026-05-05T12:00", "2024-02-29T00:00", "2028-02-29T00:00"],
  // day of month or day of week, as cron has it
  ["0 0 13 * 5", "2026-05-14T00:00", "2026-05-13T00:00", "2026-05-15T00:00"],
])("%s: about %s lie %s and %s", (expression, at, latest, next) => {
  const line = parseCron(expression);
  expect(new Date(line.latest(utc(at)))).toEqual(new Date(utc(latest)));
  expect(new Date(line.next(utc(at)))).toEqual(new Date(utc(next)));
});

test.each(["", "@daily", "0 22 * *", "0 22 * * * * *", "0 24 * * *", "x * * * *", "0 0 L * *"])(
  "%j is refused",
  (expression) => {
    expect(() => parseCron(expression)).toThrow(Error);
  },
);

test("a date that never comes throws when it is looked for", () => {
  expect(() => parseCron("0 0 30 2 *").next(Date.now())).toThrow(/No execution date/);
});

test("a line's own times are all there is: the latest is followed by the next, and walking finds the same", () => {
  const part = (min: number, max: number) =>
    fc.oneof(
      fc.constant("*"),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
    );
  const expressions = fc
    .tuple(part(0, 59), part(0, 23), fc.constantFrom("*", "*/9", "28"), part(0, 6))
    .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`);
  const instants = fc
    .integer({ min: utc("2024-01-01"), max: utc("2029-01-01") })
    .map((at) => Math.floor(at / 1000) * 1000);
  fc.assert(
    fc.property(expressions, instants, (expression, at) => {
      const line = parseCron(expression);
      const latest = line.latest(at);
      const next = line.next(at);
      expect(latest).toBeLessThanOrEqual(at);
      expect(next).toBeGreaterThan(at);
      expect(line.next(latest)).toBe(next);
      expect(line.latest(next - 1000)).toBe(latest);
      expect(line.latest(latest)).toBe(latest);
      expect(line.next(latest - 1000)).toBe(latest);
    }),
  );
});
