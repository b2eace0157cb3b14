import { expect, it } from "vitest";
import { listed, parseWindows } from "./window-list.ts";

const NIGHT = {
  name: "night",
  from: "0 22 * * *",
  to: "0 6 * * *",
  zone: "Europe/Berlin",
  watts: 2,
  outside_watts: null,
};
const NOW = Date.UTC(2026, 11, 1);

it("takes what it gives", () => {
  const noon = { ...NIGHT, name: "noon", to: "0 23 * * *", watts: null, outside_watts: 4.5 };
  const parsed = parseWindows([NIGHT, noon], NOW);
  expect(parsed.ok && parsed.windows.map(listed)).toEqual([NIGHT, noon]);
  const { outside_watts: _, ...short } = NIGHT;
  expect(parseWindows([short], NOW)).toEqual(parseWindows([NIGHT], NOW));
  expect(parseWindows([], NOW)).toEqual({ ok: true, windows: [] });
});

it.each([
  [{ ...NIGHT, from: "99 * * * *" }, /^windows\[0\]\.from: expected a cron expression/],
  [{ ...NIGHT, to: "0 0 30 2 *" }, /^windows\[0\]\.to: expected a cron expression/],
  [{ ...NIGHT, zone: "Mars/Base" }, /^windows\[0\]\.zone: expected an IANA time zone/],
  [{ ...NIGHT, watts: -1 }, /^windows\[0\]\.watts: expected a number of watts/],
  [{ ...NIGHT, watts: "2" }, /^windows\[0\]\.watts: /],
  [{ ...NIGHT, watts: null }, /^windows\[0\]\.watts: give it watts/],
  [{ ...NIGHT, to: NIGHT.from }, /^windows\[0\]\.to: comes only when from does/],
  [{ ...NIGHT, name: "a b" }, /^windows\[0\]\.name: expected a name/],
  [{ ...NIGHT, name: undefined }, /^windows\[0\]\.name: expected a name/],
  [{ ...NIGHT, from: undefined }, /^windows\[0\]\.from: expected/],
  [
    { ...NIGHT, outside_wats: 1 },
    /^windows\[0\]\.outside_wats: no such field; did you mean outside_watts\?/,
  ],
  [{ ...NIGHT, colour: "red" }, /^windows\[0\]\.colour: no such field; its fields are name, from/],
  [7, /^windows\[0\]: expected an object/],
  [null, /^windows\[0\]: expected an object/],
])("says which field of %j is wrong", (window, error) => {
  expect(parseWindows([window], NOW)).toEqual({ ok: false, error: expect.stringMatching(error) });
});

it("refuses two of a name, too many, and what is no list", () => {
  expect(parseWindows([NIGHT, NIGHT], NOW)).toMatchObject({
    error: 'windows[1].name: there is another window "night"',
  });
  expect(parseWindows(Array(65).fill(NIGHT), NOW)).toMatchObject({ error: "windows: 64 at most" });
  expect(parseWindows({}, NOW)).toMatchObject({
    error: "windows: expected a list of windows, or null",
  });
});
