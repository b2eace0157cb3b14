import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openBoard } from "./detect.ts";
import { readHatFacts, revisionOf } from "./device-tree.ts";
import { firmwareSupply } from "./supply.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hat-detect-"));
});
afterEach(() => rm(root, { recursive: true }));

async function fitHat(product: string, version: string): Promise<void> {
  const directory = join(root, "proc/device-tree/hat");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "product"), `${product}\0`);
  await writeFile(join(directory, "product_ver"), `${version}\0`);
}

it("says what it looked for when there is no HAT, and pretends nothing", async () => {
  const open = openBoard({ board: "auto", root });
  await expect(open).rejects.toMatchObject({ code: "no-board" });
  await expect(open).rejects.toThrow(/ZC4:ClusterHAT.*device-tree\/hat.*nothing is there/);
});

it("names a HAT that is another", async () => {
  await fitHat("Sense HAT", "0x0001");
  await expect(openBoard({ board: "auto", root })).rejects.toThrow(/"Sense HAT"/);
});

it.each([
  ["0x0013", "v1.3"],
  ["0x0020", "v2.0"],
  ["0x0023", "v2.3"],
  ["0x0031", "v3.1"],
])("reads product_ver %s as %s", async (version, revision) => {
  await fitHat("ZC4:ClusterHAT", version);
  expect(revisionOf(await readHatFacts(root))).toBe(revision);
});

it.each(["0x0040", "0x0009", "what"])("refuses product_ver %s", async (version) => {
  await fitHat("ZC4:ClusterHAT", version);
  const open = openBoard({ board: "auto", root });
  await expect(open).rejects.toMatchObject({ code: "unknown-board" });
  await expect(open).rejects.toThrow(version);
});

it("refuses boards that no driver is for", async () => {
  for (const board of ["v2.9", "v4.0", "", "virtual", "virtual:", "v1.", "2.3"]) {
    await expect(openBoard({ board, root })).rejects.toMatchObject({ code: "unknown-board" });
  }
  await fitHat("ZC4:ClusterHAT", "0x0029");
  await expect(openBoard({ board: "auto", root })).rejects.toThrow(/"v2.9"/);
});

it("takes one driver: GPIO for v1, I2C for v2", async () => {
  await fitHat("ZC4:ClusterHAT", "0x0013");
  await expect(openBoard({ board: "auto", root })).rejects.toThrow(/sys\/class\/gpio/);
  await expect(openBoard({ board: "v2.3", root })).rejects.toThrow(/\/dev\/i2c-1/);
});

it("says how to start a virtual board where none listens", async () => {
  const open = openBoard({ board: `virtual:${root}/none` });
  await expect(open).rejects.toMatchObject({ code: "no-board" });
  await expect(open).rejects.toThrow(/hatctl virtual --socket/);
});

it("reads the firmware's under-voltage bit, or says that nothing tells", async () => {
  expect(await firmwareSupply(root)()).toBe(null);
  const directory = join(root, "sys/devices/platform/soc/soc:firmware");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "get_throttled"), "50005\n");
  expect(await firmwareSupply(root)()).toBe(true);
  await writeFile(join(directory, "get_throttled"), "50000\n");
  expect(await firmwareSupply(root)()).toBe(false);
});
