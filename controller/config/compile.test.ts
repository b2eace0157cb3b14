import { expect, test } from "vitest";
import { compileConfig } from "./compile.ts";
import { SECTIONS, type Settings } from "./keys.ts";
import { readSettings } from "./settings.ts";

test("every key of the file goes somewhere", () => {
  const text = '[pool]\nhost = "h"\nport = 2811\nuser = "u"\n';
  const settings = readSettings({ file: "f", text, env: {}, flags: [] });
  const read = new Set<string>();
  const spied = Object.entries(settings).map(([section, table]) => {
    const get = (target: object, name: string) => {
      read.add(`${section}.${name}`);
      return Reflect.get(target, name);
    };
    return [section, new Proxy(table, { get })] as const;
  });
  compileConfig(Object.fromEntries(spied) as unknown as Settings, "f");
  const keys = Object.entries(SECTIONS).flatMap(([section, { keys }]) =>
    Object.keys(keys).map((name) => `${section}.${name}`),
  );
  expect([...read].sort()).toEqual(keys.sort());
});
