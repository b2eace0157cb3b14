// What `npm run images` says to whoever types something wrong, and how it ends.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runImages } from "./testing/run-images.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-main-"));
  writeFileSync(join(dir, "controller.toml"), '[pool]\nuser = "me"\nteir = "LOW"\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("tells its commands", () => {
  const { status, stdout } = runImages("--help");
  const names = [...stdout.matchAll(/^ {2}(\w+) +\S/gm)].map(([, name]) => name);
  expect(names).toEqual(["rig", "build", "customise", "netboot", "natives", "lock"]);
  expect(status).toBe(0);
});

it.each<readonly [readonly string[], RegExp]>([
  [[], /^Usage: npm run images -- COMMAND/],
  [["bild"], /^images: there is no command "bild"\nthere are rig, build, /],
  [["build"], /--role, --arch, --out are missing\n`npm run images -- build --help` shows/],
  [["customise", "x.img", "--rule"], /^images: Unknown option '--rule'\n`npm run/],
])("%j ends with 2 and says why", (args, said) => {
  const { status, stdout, stderr } = runImages(...args);
  expect(stderr).toMatch(said);
  expect([status, stdout]).toEqual([2, ""]);
});

it("ends with 2 for wrong settings, as `zerorig` does, and names file, line and key", () => {
  const { status, stderr } = runImages("rig", "--from", dir, "--out", join(dir, "cards"));
  expect(stderr).toMatch(/^images: \S+\/controller\.toml:3:1: unknown key `teir`/);
  expect(status).toBe(2);
  expect(readdirSync(dir)).toEqual(["controller.toml"]);
});
