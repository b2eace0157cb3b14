// A controller that records what it decides on, and `zerorig replay` that decides it again.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

const RECORDING = (toml: string) => `${toml}\n[log]\nrecord = true\n`;

function recordings(rig: Rig): string[] {
  const dir = join(rig.paths.stateDir, "record");
  return readdirSync(dir)
    .sort()
    .map((name) => join(dir, name));
}

it("replays a fence without a difference, and shows what somebody changed", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 3, edit: RECORDING });
  await rig.mining();
  await rig.hat.fault({ kind: "hang", slot: "p2" });
  await until("p2 was fenced", async () => {
    const { state, fences } = await rig.slot("p2");
    return fences === 1 && state === "Ready";
  });
  await rig.stop();

  const [file = "", ...others] = recordings(rig);
  expect(others).toEqual([]);
  const replayed = await run(ZERORIG, ["replay", file, "--slot", "p2"]);
  expect(replayed).toMatchObject({ code: 0, stderr: "" });
  expect(replayed.stdout).toMatch(/decisions; all the same\n$/);
  const words = replayed.stdout.replaceAll(/ +/g, " ");
  expect(words).toMatch(/p2 slot\.state silent warn: Ready -> Suspect \(on tick\)/);
  expect(words).toMatch(/p2 write-intent power-cycle intent=\d+ kind=cycle by=automation/);
  expect(words).toMatch(/p2 power - action=\d+ to=off by=automation/);
  expect(words).toMatch(/p2 slot\.state off-proved PoweringOff -> Off/);

  // All that the controller did stands in it, and no secret does.
  const whole = await run(ZERORIG, ["replay", file, "--all", "--json"]);
  const steps: { effects?: { type: string; ev: string; slot: string }[] }[] = whole.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const told = steps
    .flatMap(({ effects }) => effects ?? [])
    .filter(({ type }) => type === "report");
  const states = told.filter(({ ev }) => ev === "slot.state").map(({ slot }) => slot);
  const logged = rig.events().filter(({ ev }) => ev === "slot.state");
  expect(states).toEqual(logged.map(({ slot }) => slot));
  const text = readFileSync(file, "utf8");
  for (const name of readdirSync(rig.paths.keysDir)) {
    expect(text).not.toContain(readFileSync(join(rig.paths.keysDir, name), "utf8").trim());
  }

  const tampered = join(tempDir(), "tampered.jsonl");
  const cut = text.split("\n").findIndex((line) => line.includes('"to":"off"'));
  writeFileSync(
    tampered,
    text.replace('"to":"off","by":"automation"', '"to":"off","by":"operator"'),
  );
  const differs = await run(ZERORIG, ["replay", tampered]);
  expect(differs.code).toBe(1);
  expect(differs.stdout).toContain(`tampered.jsonl:${cut + 1}, on tick`);
  expect(differs.stdout).toMatch(/recorded {2}p2 {2}power {2}action=\d+ to=off by=operator/);
  expect(differs.stdout).toMatch(/derived {3}p2 {2}power {2}action=\d+ to=off by=automation/);
  expect(differs.stdout).toMatch(/; 1 difference\n$/);
});

it("replays what a killed controller had written, and the run after it", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2, edit: RECORDING });
  await rig.mining();
  await until("something was written", () => readFileSync(recordings(rig)[0] ?? "").length > 0);
  await rig.kill();
  await rig.restart();
  await rig.mining();
  await rig.stop();
  expect(recordings(rig)).toHaveLength(2);
  for (const path of [...recordings(rig), join(rig.paths.stateDir, "record")]) {
    const replayed = await run(ZERORIG, ["replay", path]);
    expect(replayed).toMatchObject({ code: 0, stderr: "" });
  }
});

it("mines on where it cannot record, and says so once", { timeout: 120_000 }, async () => {
  const edit = (toml: string) => {
    const [, stateDir = ""] = /\[state\]\ndir = "(.*)"/.exec(toml) ?? [];
    writeFileSync(join(stateDir, "record"), "in the way");
    return RECORDING(toml);
  };
  const rig = await Rig.start({ zeros: 1, edit });
  await rig.mining();
  expect(rig.events().filter(({ ev }) => ev === "record.failed")).toHaveLength(1);
  await rig.stop();
});
