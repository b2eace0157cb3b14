// What the commands that build say to options that make no sense, before anything is downloaded.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { buildCommand } from "./commands/build.ts";
import { customiseCommand } from "./commands/customise.ts";
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

it.each([
  ["build", buildCommand, "--role, --arch, --out are missing"],
  ["customise", (args: string[]) => customiseCommand(["x.img", ...args]), "no image x.img"],
  ["natives", nativesCommand, "--out is missing"],
  ["netboot", netbootCommand, "--arch, --slots, --keys, --out are missing"],
  ["rig", rigCommand, "--from, --out are missing"],
])("%s says what it needs", async (_, command, why) => {
  await expect(command([])).rejects.toThrow(why);
});

it.each([
  ["build", buildCommand],
  ["customise", customiseCommand],
  ["lock", lockCommand],
  ["natives", nativesCommand],
  ["netboot", netbootCommand],
  ["rig", rigCommand],
])("%s tells its options", async (name, command) => {
  const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => said.mockRestore());
  expect(await command(["--help"])).toBe(0);
  expect(said.mock.calls.join("")).toContain(`Usage: npm run images -- ${name} `);
});

it("build reads settings as the machine will", async () => {
  const file = join(dir, "settings.toml");
  onTestFinished(() => rmSync(file));
  const build = (role: string, text: string) => {
    writeFileSync(file, text);
    const args = ["--role", role, "--arch", "arm64", "--out", join(dir, "out.img")];
    return buildCommand([...args, "--config", file]);
  };
  await expect(build("controller", "[pool]\nteir = 1\n")).rejects.toThrow(/toml:2:1: unknown key/);
  const placeholder = '[pool]\nuser = "your-name"\n';
  await expect(build("controller", placeholder)).rejects.toThrow(
    /toml:2:1: \[pool\] user is still/,
  );
  await expect(build("p1", 'slot = "p2"\n')).rejects.toThrow(/settings\.toml: slot is p2/);
  await expect(build("p1", "slto = 1\n")).rejects.toThrow(/settings\.toml:1:1: unknown key/);
});

it.each([
  [["--role", "controller", "--arch", "armel"], /no controller-armel/],
  [["--role", "p1", "--arch", "armhf"], /no architecture "armhf"/],
  [["--role", "p0", "--arch", "arm64"], /no role "p0"/],
  [["--role", "p1", "--arch", "arm64", "--size", "big"], /--size big/],
  [["--role", "p1", "--arch", "arm64", "--size", "255"], /--size 255/],
  [["--role", "p1", "--arch", "arm64", "--size", "9000000"], /--size 9000000/],
  [["--role", "p1", "--arch", "arm64", "--size", ""], /--size /],
  [["--role", "p1", "--arch", "arm64", "--nat"], /--nat is the controller's/],
  [["--role", "controller", "--arch", "arm64", "--writable"], /--writable is a Zero's/],
  [["--role", "controller", "--arch", "arm64", "--key", "/nowhere"], /--key is a Zero's/],
  [
    ["--role", "p1", "--arch", "arm64", "--config", "/nowhere"],
    /--config \/nowhere .* no such file/,
  ],
  [
    ["--role", "p1", "--arch", "arm64", "--ssh-key", "/nowhere"],
    /--ssh-key \/nowhere cannot be read/,
  ],
  [["--role", "p1", "--arch", "arm64", "--ssh-key", "/etc"], /--ssh-key \/etc .* EISDIR/],
  [["--role", "p1", "--arch", "arm64", "--versions", "/nowhere"], /--versions \/nowhere cannot/],
  [["--role", "p1", "--arch", "arm64", "--versions", "README.md"], /README\.md: .* JSON/],
  [["--role", "p1", "--arch", "arm64", "--versions", "package.json"], /package\.json: .* no suite/],
  [["--role", "controller", "--arch", "arm64", "--natives", "/nowhere"], /no native packages/],
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
  await expect(netboot("p1,p1", join(dir, "boot"))).rejects.toThrow(/names p1 twice/);
  await expect(netboot("p1, p2", join(dir, "boot"))).rejects.toThrow(/p2\.key/);
  await expect(netboot("p1", join(dir, "p1.key/boot"))).rejects.toThrow(/cannot write into/);
});

it("customise looks at all that it is given before it looks into the image", async () => {
  const image = join(dir, "p1.key");
  const customise = (...more: string[]) =>
    customiseCommand([image, "--role", "p1", "--out", join(dir, "out.img"), ...more]);
  await expect(customise("other.img")).rejects.toThrow(/one image at a time, not other\.img/);
  await expect(customise("--out", image)).rejects.toThrow(/is the image itself/);
  await expect(customise("--grow", "1.5")).rejects.toThrow(/--grow 1\.5/);
  await expect(customise("--sha256", "abc")).rejects.toThrow(/--sha256 abc is no SHA-256/);
  await expect(customise("--node", dir)).rejects.toThrow(/--node \S+ is no file/);
  await expect(customiseCommand([dir, "--role", "p1", "--out", "x"])).rejects.toThrow(/no file/);
  writeFileSync(`${image}.sha256`, "nothing\n");
  await expect(customise()).rejects.toThrow(/p1\.key\.sha256 is no SHA-256/);
});
