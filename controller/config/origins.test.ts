import { describe, expect, it } from "vitest";
import { SECTIONS } from "./keys.ts";
import { envName } from "./layers.ts";
import { everyKey } from "./live-keys.ts";
import { originText, valuesOf } from "./origins.ts";
import { readEffective } from "./settings.ts";
import { another } from "./testing.ts";

const FILE = `[pool]
user = "me"
[log]
level = "warn"
[schedule.night]
from = "0 22 * * *"
to = "0 6 * * *"
zone = "UTC"
watts = 2
`;

function values(env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []) {
  return valuesOf(readEffective({ file: "c.toml", text: FILE, env, flags }));
}

const find = (all: ReturnType<typeof values>, key: string) => {
  const found = all.find(({ section, name }) => `${section}.${name}` === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};

describe("where a value comes from", () => {
  it("is told of every key there is, and of every window", () => {
    const keys = values().map(({ section, name }) => `${section}.${name}`);
    const windows = ["from", "to", "zone", "watts", "outside_watts"];
    expect(keys).toEqual([
      ...everyKey().map((key) => key.join(".")),
      ...windows.map((name) => `schedule.night.${name}`),
    ]);
    expect(everyKey()).toHaveLength(
      Object.values(SECTIONS).reduce((sum, { keys }) => sum + Object.keys(keys).length, 0),
    );
  });

  it("is the default, the file's line, the variable or the flag, the strongest that says something", () => {
    const text = (env: Readonly<Record<string, string>>, ...flags: string[]) => {
      const found = find(values(env, flags), "log.level");
      return [found.value, found.from, originText(found)];
    };
    const env = { ZERORIG_LOG_LEVEL: "error" };
    expect(text({})).toEqual(["warn", "file", "c.toml:4"]);
    expect(text(env)).toEqual(["error", "env", "ZERORIG_LOG_LEVEL"]);
    expect(text(env, "log.level=debug")).toEqual(["debug", "flag", "--set log.level=debug"]);
    expect(find(values(), "pool.rig")).toMatchObject({
      from: "default",
      source: null,
      toml: '"zerorig"',
    });
    expect(originText(find(values(), "pool.rig"))).toBe("default");
  });

  it("has the column too, and says of what is not set that it is not", () => {
    expect(find(values(), "schedule.night.watts")).toMatchObject({ value: 2, line: 9, column: 1 });
    expect(find(values(), "http.listen")).toMatchObject({
      value: null,
      toml: null,
      from: "default",
    });
  });
});

describe("the environment", () => {
  it.each(everyKey().map((key) => [envName(...key), ...key] as const))(
    "has %s for it",
    (variable, section, name) => {
      const now = find(values(), `${section}.${name}`).value;
      const other = another(section, name, now);
      const isList = Array.isArray(other) && typeof other[0] !== "object";
      const isTables = Array.isArray(other) && !isList;
      const text = isList ? other.join(",") : isTables ? JSON.stringify(other) : String(other);
      try {
        const found = find(values({ [variable]: text }), `${section}.${name}`);
        expect(found).toMatchObject({ value: other, from: "env", source: variable });
      } catch (error) {
        // It was understood, and does not go with the defaults of others: the variable is blamed.
        expect(error).toMatchObject({ code: "conflict", file: variable });
      }
    },
  );
});
