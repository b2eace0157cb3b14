import { expect, test } from "vitest";
import { compileConfig } from "./compile.ts";
import { ConfigError } from "./error.ts";
import { readSettings } from "./settings.ts";

const pool = '[pool]\nnodes = ["h:2811"]\ntier = "LOW"\nuser = "u"\n';
const night =
  '[schedule.night]\nfrom = "0 22 * * *"\nto = "0 6 * * *"\nzone = "Europe/Berlin"\nwatts = 0\n';
const file = "controller.toml";

const windows = (text: string) =>
  compileConfig(readSettings({ file, text, env: {}, flags: [] }), file).schedules;

function failure(text: string): string {
  try {
    windows(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

test("windows come in the order of the file, whatever stands between them", () => {
  const weekend =
    'schedule.we-ekend = { from = "0 0 * * sat", to = "0 0 0 * * mon", zone = "utc", outside_watts = 2.5 }\n';
  expect(windows(`${weekend}${night}${pool}`)).toEqual([
    {
      name: "we-ekend",
      from: "0 0 * * sat",
      to: "0 0 0 * * mon",
      zone: "utc",
      watts: null,
      outsideWatts: 2.5,
    },
    {
      name: "night",
      from: "0 22 * * *",
      to: "0 6 * * *",
      zone: "Europe/Berlin",
      watts: 0,
      outsideWatts: null,
    },
  ]);
});

const cron =
  'expected a cron expression of five or six fields such as "0 22 * * *", whose time comes';

test.each([
  [
    night.replace("0 22", "0 24"),
    `controller.toml:6:1: \`from\` in [schedule.night]: ${cron}, got "0 24 * * *"`,
  ],
  [
    night.replace("0 6 * * *", "0 6 30 2 *"),
    `controller.toml:7:1: \`to\` in [schedule.night]: ${cron}, got "0 6 30 2 *"`,
  ],
  [
    night.replace("0 6 * * *", "@daily"),
    `controller.toml:7:1: \`to\` in [schedule.night]: ${cron}, got "@daily"`,
  ],
  [
    night.replace("Berlin", "Atlantis"),
    'controller.toml:8:1: `zone` in [schedule.night]: expected an IANA time zone such as "Europe/Berlin", got "Europe/Atlantis"',
  ],
  [
    night.replace("= 0", "= -1"),
    "controller.toml:9:1: `watts` in [schedule.night]: expected a number of watts from 0 to 1000, got -1",
  ],
  [
    night.replace("watts", "wats"),
    "controller.toml:9:1: unknown key `wats` in [schedule.night]; did you mean `watts`?",
  ],
  [
    night.replace("watts = 0", ""),
    "controller.toml:5:11: [schedule.night] sets no ceiling: give it `watts`, `outside_watts` or both",
  ],
  [night.replace(/zone.*/, ""), "controller.toml:5:11: `zone` in [schedule.night] is required"],
  [
    night.replace("0 6 * * *", "0 22 * * 1-5"),
    "controller.toml:7:1: `to` (0 22 * * 1-5) in [schedule.night] comes only when `from` (0 22 * * *) does, so the window never closes",
  ],
  [
    night.replace("night", '"the night"'),
    "controller.toml:5:11: [schedule.the night]: expected a name of 1 to 32 letters, digits, '_' or '-'",
  ],
  [
    "[schedule]\nwatts = 2\n",
    "controller.toml:6:1: unknown key `watts` in [schedule]; each window has a table of its own, [schedule.NAME]",
  ],
  [
    night.replace("schedule", "scheduel"),
    "controller.toml:5:2: unknown section [scheduel]; did you mean [schedule.NAME]?",
  ],
])("%j", (text, message) => {
  expect(failure(pool + text)).toBe(message);
});

test("a window is set in the file only", () => {
  const read = (env: Readonly<Record<string, string>>, flags: readonly string[]) =>
    readSettings({ file, text: pool + night, env, flags });
  expect(() => read({ ZERORIG_SCHEDULE_NIGHT_WATTS: "2" }, [])).toThrow("no such variable");
  expect(() => read({}, ["schedule.night.watts=2"])).toThrow("expected section.key=value");
});
