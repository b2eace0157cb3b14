import { describe, expect, it } from "vitest";
import { changeOf } from "./change.ts";
import { compileConfig } from "./compile.ts";
import type { Settings } from "./keys.ts";
import { everyKey, isLive } from "./live-keys.ts";
import { readSettings } from "./settings.ts";
import { another } from "./testing.ts";

const read = (text: string): Settings =>
  readSettings({ file: "f.toml", text: `[pool]\nuser = "me"\n${text}`, env: {}, flags: [] });
const window = (watts: number) =>
  `[schedule.night]\nfrom = "0 22 * * *"\nto = "0 6 * * *"\nzone = "UTC"\nwatts = ${watts}\n`;

/** What a controller that runs can be told, as it is told it (apply-config.ts). */
function told(settings: Settings): unknown {
  const { policy, schedules, pool, jobs, logLevel } = compileConfig(settings, "f.toml");
  const { algorithm: _, poolMode, connectionsPerZero, goals, powerRestore, ...numbers } = policy;
  return [numbers, schedules, pool.nodes, pool.picker, pool.showTemperature, jobs, logLevel];
}

describe("a key", () => {
  const base = read("");
  it.each(everyKey().map((key) => [key.join("."), ...key] as const))(
    "%s is live where a running controller can be told of it, and nowhere else",
    (_, section, name) => {
      const tables = base as unknown as Record<string, Record<string, unknown>>;
      const table = { ...tables[section], [name]: another(section, name, tables[section]?.[name]) };
      const changed = { ...tables, [section]: table } as unknown as Settings;
      const isTold = JSON.stringify(told(changed)) !== JSON.stringify(told(base));
      expect(isTold).toBe(isLive(section, name));
    },
  );
});

describe("a change", () => {
  it("is applied where it is live, and named where it is not", () => {
    const next = read(
      `rig = "other"\n[power]\nceiling_watts = 3\nrestore = "restore"\n[log]\nlevel = "debug"\n`,
    );
    const { settings, applied, needsRestart } = changeOf(read(""), next, "f.toml");
    expect(applied).toEqual(["power.ceiling_watts", "log.level"]);
    expect(needsRestart).toEqual(["pool.rig", "power.restore"]);
    expect(settings.power).toMatchObject({ ceiling_watts: 3, restore: "adopt" });
    expect(settings.pool.rig).toBe("zerorig");
    // The next one goes by what runs: what waits is named again, until it is taken back.
    expect(changeOf(settings, next, "f.toml")).toMatchObject({
      applied: [],
      needsRestart: ["pool.rig", "power.restore"],
    });
    expect(changeOf(settings, settings, "f.toml")).toMatchObject({ applied: [], needsRestart: [] });
  });

  it("of windows is told by their names", () => {
    const names = (old: string, next: string) => changeOf(read(old), read(next), "f").applied;
    expect(names("", window(2))).toEqual(["schedule.night"]);
    expect(names(window(2), window(3))).toEqual(["schedule.night"]);
    expect(names(window(2), "")).toEqual(["schedule.night"]);
    expect(names(window(2), window(2))).toEqual([]);
  });

  it("is refused where what is live does not go with what waits", () => {
    const faster = "[link]\nbeat_interval_ms = 500\n[health]\nliveness_ms = 3000\n";
    expect(() => changeOf(read(""), read(faster), "f.toml")).toThrow(
      /^f\.toml: `liveness_ms` \(3000\) must be at least twice .*until a restart link\.beat_interval_ms stays/,
    );
  });
});
