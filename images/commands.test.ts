// What the commands that build say to options that make no sense, before anything is downloaded.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildCommand } from "./commands/build.ts";
import { lockCommand } from "./commands/lock.ts";
import { nativesCommand } from "./commands/natives.ts";
import { netbootCommand } from "./commands/netboot.ts";
import { rigCommand } from "./commands/rig.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-commands-"));
  writeFileSync(join(dir, "p1.key"), `${"5a".repeat(32)}\n`);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("without what they need they end with 2, and with 0 when asked for help", async () => {
  for (const command of [buildCommand, nativesCommand, netbootCommand, rigCommand]) {
    expect(await command([])).toBe(2);
  }
  for (const command of [
    ...[buildCommand, nativesCommand, netbootCommand, lockCommand, rigCommand],
  ]) {
    expect(await command(["--help"])).toBe(0);
  }
});

it.each([
  [["--role", "controller", "--arch", "armel"], /no controller-armel/],
  [["--role", "p1", "--arch", "armhf"], /no architecture "armhf"/],
  [["--role", "p0", "--arch", "arm64"], /no role "p0"/],
  [["--role", "p1", "--arch", "arm64", "--size", "big"], /--size big/],
  [["--role", "p1", "--arch", "arm64", "--hostname", "a b"], /no host name/],
  [["--role", "p1", "--arch", "arm64", "--keys", "/nowhere"], /are the controller's/],
  [["--role", "controller", "--arch", "arm64", "--keys", "/nowhere"], /no link key in \/nowhere/],
  [["--role", "controller", "--arch", "arm64", "--token", "/nowhere"], /read the token \/nowhere/],
  [["--role", "p1", "--arch", "arm64", "--key", "/nowhere"], /no link key \/nowhere/],
])("build refuses %j, and leaves nothing behind", async (args, why) => {
  await expect(buildCommand([...args, "--out", join(dir, "out.img")])).rejects.toThrow(why);
  expect(readdirSync(dir)).toEqual(["p1.key"]);
});

it("netboot is for Zeros, whose keys are there, and replaces no folder of others", async () => {
  const netboot = (slots: string, out: string) =>
    netbootCommand(["--arch", "armel", "--slots", slots, "--keys", dir, "--out", out]);
  writeFileSync(join(dir, "controller.key"), `${"5a".repeat(32)}\n`);
  await expect(netboot("controller", join(dir, "boot"))).rejects.toThrow(/from its card/);
  await expect(netboot("p2", join(dir, "boot"))).rejects.toThrow(/p2\.key/);
  await expect(netboot("p1", dir)).rejects.toThrow(/no netboot folder/);
});
