import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type GpioTree, gpioTree } from "../test/contract/gpio-subject.ts";
import { openFan, ownTempC, wantsFan } from "./fan.ts";

let tree: GpioTree;
const LINE = 512 + 18;
beforeEach(async () => {
  tree = await gpioTree(512, "pinctrl-bcm2835", [18]);
  await mkdir(join(tree.root, "run/lock"), { recursive: true });
});
afterEach(() => rm(tree.root, { recursive: true }));

const open = (options = {}) => openFan({ root: tree.root, gpio: tree.gpio, ...options });

it("starts at the one limit, stops at the other, and stays as it is between them", () => {
  const limits = { onC: 60, offC: 50 };
  const warming = [40, 50, 55, 59.9, 60, 55, 50.1, 50, 55];
  let isOn = false;
  const runs = warming.map((tempC) => {
    isOn = wantsFan(isOn, tempC, limits);
    return isOn;
  });
  expect(runs).toEqual([false, false, false, false, true, true, true, false, false]);
  expect(wantsFan(false, null, limits)).toBe(true);
});

it("switches its line and no other, and leaves it as it is at the end", async () => {
  const fan = await open();
  expect(await fan.isOn()).toBe(false);
  expect(tree.get(LINE, "direction")).toBe("in");
  await fan.set(true);
  expect(await fan.isOn()).toBe(true);
  await fan.set(true);
  await fan.close();
  expect([tree.get(LINE, "direction"), tree.get(LINE, "value")]).toEqual(["out", "1"]);
  const again = await open();
  await again.set(false);
  expect(tree.get(LINE, "value")).toBe("0");
  expect(tree.directionWrites).toEqual(["high"]);
  expect(tree.lines.map((line) => tree.get(line, "direction"))).toEqual(["in", "in", "in", "in"]);
});

it("has one hand at a time", async () => {
  const held = await open({ hold: true });
  await held.set(true);
  const other = await open();
  await expect(other.set(false)).rejects.toMatchObject({ code: "locked" });
  expect(await other.isOn()).toBe(true);
  await held.close();
  await other.set(false);
});

it("says that its line does not follow", async () => {
  const gpio = { open: () => ({ write: async () => {} }) };
  const fan = await open({ gpio });
  await expect(fan.set(true)).rejects.toMatchObject({ code: "not-verified" });
  await expect(fan.set(true)).rejects.toThrow(/GPIO 18/);
});

it.each([6, 2, -1, 28, 4.5])("refuses GPIO %s", async (bcm) => {
  await expect(open({ bcm })).rejects.toMatchObject({ code: "unsupported" });
});

it("reads this computer's temperature, or says that nothing tells", async () => {
  expect(await ownTempC(tree.root)).toBe(null);
  const directory = join(tree.root, "sys/class/thermal/thermal_zone0");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "temp"), "51540\n");
  expect(await ownTempC(tree.root)).toBe(51.54);
  await writeFile(join(directory, "temp"), "hot\n");
  expect(await ownTempC(tree.root)).toBe(null);
});
