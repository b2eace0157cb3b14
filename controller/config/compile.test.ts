import { expect, test } from "vitest";
import { compileConfig } from "./compile.ts";
import { SECTIONS, type Settings } from "./keys.ts";
import { readSettings } from "./settings.ts";
import { WINDOW } from "./window-keys.ts";

test("every key of the file goes somewhere", () => {
  const window = 'from = "0 22 * * *"\nto = "0 6 * * *"\nzone = "UTC"\nwatts = 1\n';
  const text = `[pool]\nnodes = ["h:2811"]\ntier = "LOW"\nuser = "u"\n[schedule.w]\n${window}`;
  const { schedule, ...sections } = readSettings({ file: "f", text, env: {}, flags: [] });
  const read = new Set<string>();
  const spied = ([section, table]: [string, object]) => {
    const get = (target: object, name: string) => {
      read.add(`${section}.${name}`);
      return Reflect.get(target, name);
    };
    return [section, new Proxy(table, { get })] as const;
  };
  const all = {
    ...Object.fromEntries(Object.entries(sections).map(spied)),
    schedule: new Map([...schedule].map(spied)),
  };
  compileConfig(all as unknown as Settings, "f");
  const keys = Object.entries({ ...SECTIONS, w: WINDOW }).flatMap(([section, { keys }]) =>
    Object.keys(keys).map((name) => `${section}.${name}`),
  );
  expect([...read].sort()).toEqual(keys.sort());
});
