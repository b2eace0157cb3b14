import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { exampleConfig } from "./example.ts";
import { SECTIONS } from "./keys.ts";
import { loadConfig } from "./load.ts";
import { WINDOW } from "./window-keys.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerorig-config-"));
});
afterAll(() => rm(dir, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = join(dir, "controller.toml");
  await writeFile(file, text);
  return file;
}

test("the example file is valid and means the defaults", async () => {
  const config = await loadConfig(await fileWith(exampleConfig()), {});
  expect(config.policy).toEqual(DEFAULT_POLICY);
  expect(config.schedules).toEqual([]);
  expect(config.pool.user).toBe("your-name");
  expect(config.source).toBe(join(dir, "controller.toml"));
});

test("the example file stays valid with every key uncommented", async () => {
  const text = exampleConfig().replace(/^#(?=[a-z_]+ = |\[)/gm, "");
  const config = await loadConfig(await fileWith(text), {});
  expect(config.policy).toEqual({
    ...DEFAULT_POLICY,
    ceilingWatts: 4,
    idleOffMs: 600_000,
    tariffPerKwh: 0.3,
  });
  expect(config.pool.keyFile).toBe("/etc/zerorig/mining.key");
  expect(config.schedules).toEqual([
    {
      name: "night",
      from: "0 22 * * *",
      to: "0 6 * * *",
      zone: "Europe/Berlin",
      watts: 2,
      outsideWatts: 4,
    },
  ]);
});

test("the example file shows every key once", () => {
  for (const { keys } of [...Object.values(SECTIONS), WINDOW]) {
    for (const name of Object.keys(keys)) {
      expect(exampleConfig()).toMatch(new RegExp(`^#?${name} = `, "m"));
    }
  }
});

test("the configuration is frozen through and through", async () => {
  const config = await loadConfig(await fileWith(exampleConfig()), {});
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.policy)).toBe(true);
  expect(Object.isFrozen(config.link.allow)).toBe(true);
});

test.each([
  ["missing.toml", "no such file"],
  ["", "it is a directory"],
])("a file that cannot be read says why: %j", async (name, why) => {
  const loading = loadConfig(join(dir, name), {});
  await expect(loading).rejects.toMatchObject({
    code: "unreadable",
    message: expect.stringContaining(why),
  });
});
