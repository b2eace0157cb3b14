import { expect, test } from "vitest";
import type { ControllerConfig } from "../config/config.ts";
import type { Settings } from "../config/keys.ts";
import { readSettings } from "../config/settings.ts";
import { Reload } from "./reload.ts";

const read = (text: string): Settings =>
  readSettings({ file: "f.toml", text: `[pool]\nuser = "me"\n${text}`, env: {}, flags: [] });

function reloading(...texts: readonly string[]) {
  const left = [...texts];
  const applied: ControllerConfig[] = [];
  const reports: unknown[] = [];
  const reload = new Reload({
    file: "f.toml",
    settings: read(""),
    load: async () => read(left.shift() ?? ""),
    apply: (config) => applied.push(config),
    report: (level, ev, detail) => reports.push([level, ev, detail]),
  });
  return { reload, applied, reports };
}

test("applies what it may, and says by name what needs a restart", async () => {
  const { reload, applied, reports } = reloading(
    'rig = "x"\n[energy]\ntariff_per_kwh = 0.4\n',
    "[energy]\ntariff_per_kwh = 0.4\n",
  );
  expect(await reload.run()).toEqual({
    ok: true,
    reload: {
      file: "f.toml",
      applied: ["energy.tariff_per_kwh"],
      needs_restart: ["pool.rig"],
    },
  });
  expect(applied[0]?.policy.tariffPerKwh).toBe(0.4);
  expect(applied[0]?.pool.rig).toBe("zerorig");
  expect(await reload.run()).toMatchObject({ reload: { applied: [], needs_restart: [] } });
  expect(applied).toHaveLength(1);
  const detail = { file: "f.toml", applied: "nothing", needs_restart: "nothing" };
  expect(reports).toEqual([
    [
      "warn",
      "config.reloaded",
      { ...detail, applied: "energy.tariff_per_kwh", needs_restart: "pool.rig" },
    ],
    ["info", "config.reloaded", detail],
  ]);
});

test("a bad file leaves everything as it was, and the next one is measured against that", async () => {
  const { reload, applied, reports } = reloading(
    "[power]\nceiling_wats = 3\n",
    "[idle]\nkeep_up = 1\n",
  );
  const both = await Promise.all([reload.run(), reload.run()]);
  expect(both[0]).toMatchObject({
    ok: false,
    code: "config",
    error: expect.stringContaining("f.toml:4:1: unknown key `ceiling_wats`"),
  });
  expect(reports[0]).toMatchObject(["error", "config.reload-failed", {}]);
  expect(both[1]).toMatchObject({ ok: true, reload: { applied: ["idle.keep_up"] } });
  expect(applied).toHaveLength(1);
});

test("who cannot read the file says so", async () => {
  const { reload } = reloading();
  const broken = new Reload({
    file: "f.toml",
    settings: read(""),
    load: () => Promise.reject(new Error("no disk")),
    apply: () => {},
    report: () => {},
  });
  expect(await broken.run()).toEqual({ ok: false, code: "failed", error: "no disk" });
  expect(await reload.run()).toMatchObject({ ok: true });
});
