import fc from "fast-check";
import { expect, test } from "vitest";
import { zoneTime } from "./zone-time.ts";

const utc = (text: string) => Date.parse(`${text}Z`);

test.each([
  // gap: the clock skips what is not there, so its end is the first instant
  ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"],
  ["Australia/Sydney", "2026-10-04T02:30", "2026-10-03T16:00"],
  ["Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"],
  ["America/Santiago", "2026-09-06T00:30", "2026-09-06T04:00"],
  ["Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"],
  // repeat: the first pass
  ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"],
  ["Australia/Sydney", "2026-04-05T02:30", "2026-04-04T15:30"],
  ["Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"],
  ["Antarctica/Troll", "2026-10-25T01:30", "2026-10-24T23:30"],
  // neither
  ["Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"],
  ["Asia/Kathmandu", "2026-06-01T12:00", "2026-06-01T06:15"],
  ["UTC", "2026-06-01T12:00", "2026-06-01T12:00"],
  ["Pacific/Kiritimati", "2026-06-01T12:00", "2026-05-31T22:00"],
])("%s first shows %s or later at %s UTC", (zone, local, instant) => {
  expect(new Date(zoneTime(zone).firstAt(utc(local)))).toEqual(new Date(utc(instant)));
});

test.each([
  ["Europe/Berlin", "2026-10-25T00:59:59.500", "2026-10-25T02:59:59.500"],
  ["Europe/Berlin", "2026-10-25T01:00", "2026-10-25T02:59:59"],
  ["Europe/Berlin", "2026-10-25T01:59", "2026-10-25T02:59:59"],
  ["Europe/Berlin", "2026-10-25T02:00", "2026-10-25T03:00"],
  ["Australia/Lord_Howe", "2026-04-04T15:00", "2026-04-05T01:59:59"],
  ["Australia/Lord_Howe", "2026-04-04T15:29", "2026-04-05T01:59:59"],
  ["Australia/Lord_Howe", "2026-04-04T15:30", "2026-04-05T02:00"],
  ["Europe/Berlin", "2026-03-29T00:59:59", "2026-03-29T01:59:59"],
  ["Europe/Berlin", "2026-03-29T01:00", "2026-03-29T03:00"],
])("%s has by %s UTC come to %s", (zone, instant, local) => {
  expect(new Date(zoneTime(zone).reached(utc(instant)))).toEqual(new Date(utc(local)));
});

test("a zone that is none throws", () => {
  expect(() => zoneTime("Europe/Atlantis")).toThrow(RangeError);
});

test("any instant of any zone: the clock has come as far as it says, and no further, and never goes back", () => {
  const zones = ["Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "Antarctica/Troll"];
  const times = new Map(zones.map((zone) => [zone, zoneTime(zone)]));
  // Half of the instants within a day of a change of 2026, and half anywhere from 1970 to 2037.
  const changes = ["03-29T01:00", "10-25T01:00", "04-04T15:30", "10-03T15:30"];
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -86_400, max: 86_400 }))
    .map(([change, seconds]) => utc(`2026-${change}`) + seconds * 1000);
  const anywhere = fc.integer({ min: 0, max: 2_114_380_800 }).map((seconds) => seconds * 1000);
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.oneof(near, anywhere),
      fc.integer({ min: 0, max: 90_000_000 }),
      (zone, instant, later) => {
        const time = times.get(zone);
        if (time === undefined) throw new Error(zone);
        const local = time.reached(instant);
        expect(time.firstAt(local)).toBeLessThanOrEqual(instant);
        expect(time.firstAt(local + 1000)).toBeGreaterThan(instant);
        expect(time.reached(instant + later)).toBeGreaterThanOrEqual(local);
        expect(time.reached(time.firstAt(local))).toBeGreaterThanOrEqual(local);
      },
    ),
    { numRuns: 500 },
  );
});
