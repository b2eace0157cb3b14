// A card that is not in order must be seen to be so: all of the power cuts' worth hangs on it.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BOOT_AT, makeImage, ROOT_AT } from "../../images/testing/synthetic-image.ts";
import { faultsOf, sha256Of } from "./look.ts";

const SECTOR = 512;
/** Where mkfs.fat puts the first table of a FAT32. */
const FAT_AT = BOOT_AT + 32 * SECTOR;
const folder = mkdtempSync(join(tmpdir(), "zr-look-"));
const card = join(folder, "card.img");
let stock = "";

beforeAll(() => {
  stock = makeImage(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function damaged(at: number, bytes: number): string {
  copyFileSync(stock, card);
  const descriptor = openSync(card, "r+");
  writeSync(descriptor, Buffer.alloc(bytes, 0xa5), 0, bytes, at);
  closeSync(descriptor);
  return card;
}

it("finds nothing wrong with a good card, and leaves it as it is", async () => {
  const before = await sha256Of(stock);
  expect(await faultsOf(stock)).toEqual([]);
  expect(await sha256Of(stock)).toBe(before);
  expect(readdirSync(folder)).toEqual(["stock.img"]);
});

it("finds a damaged FAT", async () => {
  const faults = await faultsOf(damaged(FAT_AT + SECTOR / 2, SECTOR / 2));
  expect(faults).toEqual([expect.stringMatching(/^fsck\.fat -n ended with 1:/)]);
});

it("finds a damaged ext4", async () => {
  // Behind the superblock, where the groups are described.
  const faults = await faultsOf(damaged(ROOT_AT + 4096, 2048));
  expect(faults[0]).toMatch(/^e2fsck -fn ended with \d+:/);
});

it("finds a journal that waits to be played back, of which e2fsck says nothing", async () => {
  copyFileSync(stock, card);
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  const request = "feature +needs_recovery";
  const args = ["-w", "-R", request, `${card}?offset=${ROOT_AT}`];
  execFileSync("debugfs", args, { env, stdio: "ignore" });
  expect(await faultsOf(card)).toEqual(["its journal is to be played back"]);
});
