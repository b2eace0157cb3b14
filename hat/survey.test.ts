import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pinctrlTree } from "../test/contract/pinctrl-subject.ts";
import { wireTo } from "../test/contract/wire.ts";
import type { OpenCtrlBus } from "./ctrl-find.ts";
import { type I2cBus, openI2cBus } from "./i2c.ts";
import { survey } from "./survey.ts";
import { Chip } from "./virtual/chip.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hat-survey-"));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), text);
}

async function fitHat(version: string): Promise<void> {
  const facts = {
    product: "ZC4:ClusterHAT",
    product_ver: version,
    product_id: "0x0004",
    uuid: "5a2b",
    vendor: "8086 Consultancy",
  };
  for (const [name, text] of Object.entries(facts)) {
    await put(`proc/device-tree/hat/${name}`, `${text}\0`);
  }
}

async function plug(path: string, id: string): Promise<void> {
  const [vendor, product] = id.split(":");
  await put(`sys/bus/usb/devices/${path}/idVendor`, `${vendor}\n`);
  await put(`sys/bus/usb/devices/${path}/idProduct`, `${product}\n`);
}

/** Chips at these addresses, and what was asked of them. */
function busWith(...addresses: number[]) {
  const chips = new Map(addresses.map((address) => [address, new Chip({ model: "PCA9554" })]));
  const wire = wireTo(chips);
  const openBus = (): Promise<I2cBus> => openI2cBus(1, async () => wire.module);
  return { openBus, chips, asked: () => wire.transfers() };
}

it("tells a v2 apart: EEPROM, chip, hub, and what to use", async () => {
  await fitHat("0x0023");
  await plug("1-1.2", "05e3:0608");
  const bus = busWith(0x20);
  const found = await survey({ root, openBus: bus.openBus });
  expect(found).toMatchObject({
    hat: {
      vendor: "8086 Consultancy",
      uuid: "5a2b",
      productId: "0x0004",
      productVersion: "0x0023",
    },
    revision: "v2.3",
    hubs: ["1-1.2"],
    usbBoards: [],
    spec: "v2.3",
    advice: [],
  });
  expect(found.i2c.chips.map(({ direction }) => direction)).toEqual([0xff, null, null, null]);
  expect(new Set(bus.asked().map(({ kind, register }) => `${kind} ${register}`))).toEqual(
    new Set(["read 3"]),
  );
});

it("finds a second HAT, and says what it cannot know of it", async () => {
  await fitHat("0x0031");
  const found = await survey({ root, openBus: busWith(0x20, 0x22).openBus });
  expect(found.spec).toBe("v3.1,v3.1@0x22");
  expect(found.advice).toEqual([
    expect.stringMatching(/revision that is printed/),
    expect.stringMatching(/no USB hub.*hatctl hub on/),
  ]);
});

it("finds a HAT at another address than it is looked for", async () => {
  await fitHat("0x0026");
  await plug("1-1.2", "05e3:0608");
  const found = await survey({ root, openBus: busWith(0x21).openBus });
  expect(found.spec).toBe("v2.6@0x21");
  expect(found.advice).toEqual([]);
  await plug("1-1.3", "05e3:0608");
  const both = await survey({ root, openBus: busWith(0x20, 0x21).openBus });
  expect(both.advice.at(-1)).toMatch(/hubs at 1-1.2, 1-1.3 may be a HAT's/);
});

it("says why no chip answers", async () => {
  await fitHat("0x0023");
  const silent = await survey({ root, openBus: busWith().openBus });
  expect(silent.spec).toBe(null);
  expect(silent.advice[0]).toMatch(/0x20 on \/dev\/i2c-1 did not answer \(EREMOTEIO\)/);
  const openBus = () => Promise.reject(new Error("no such bus"));
  const none = await survey({ root, openBus });
  expect(none.advice).toEqual(["no such bus"]);
  expect(none.i2c.chips.map(({ error }) => error)).toEqual(Array(4).fill("no such bus"));
});

it("names a chip without EEPROM, and nothing at all", async () => {
  const chip = await survey({ root, openBus: busWith(0x23).openBus });
  expect(chip).toMatchObject({ spec: null, revision: null });
  expect(chip.advice[1]).toMatch(/chip answers at 0x23 .* board, such as v2\.3@0x23/);
  const nothing = await survey({ root, openBus: busWith().openBus });
  expect(nothing.advice).toEqual([expect.stringMatching(/no ClusterHAT/)]);
});

it("knows both ways to a v1, or that there is none", async () => {
  await fitHat("0x0013");
  await plug("1-1.2", "05e3:0608");
  const openBus = busWith().openBus;
  const none = await survey({ root, openBus });
  expect(none).toMatchObject({ spec: null, gpio: { way: null, chips: [] } });
  expect(none.advice[0]).toMatch(/raspi-utils/);
  await put("sys/class/gpio/gpiochip512/label", "pinctrl-bcm2835\n");
  await put("sys/class/gpio/gpiochip512/base", "512\n");
  await put("sys/class/gpio/gpiochip100/label", "raspberrypi-exp-gpio\n");
  await put("sys/class/gpio/gpiochip100/base", "100\n");
  await put("sys/class/gpio/gpiochip7/label", "torn\n");
  const sysfs = await survey({ root, openBus });
  expect(sysfs).toMatchObject({ spec: "v1.3", advice: [], gpio: { way: "sysfs" } });
  expect(sysfs.gpio.chips).toEqual([
    { label: "raspberrypi-exp-gpio", base: 100, isHeader: false },
    { label: "pinctrl-bcm2835", base: 512, isHeader: true },
  ]);
  const tree = await pinctrlTree();
  expect(await survey({ root: tree.root, openBus })).toMatchObject({ gpio: { way: "pinctrl" } });
  await rm(tree.root, { recursive: true });
});

it("says that there is no driver for a revision, or that two USB boards are in each other's way", async () => {
  await fitHat("0x0029");
  await plug("1-1.4", "3171:0014");
  const found = await survey({ root, openBus: busWith().openBus });
  expect(found.spec).toBe(null);
  expect(found.advice).toEqual([
    "there is no driver for a v2.9",
    expect.stringMatching(/no driver has taken the USB board at 1-1.4|nothing is plugged in/),
  ]);
});

it("counts USB boards in", async () => {
  await plug("1-1.4", "3171:0014");
  await mkdir(join(root, "sys/bus/usb/devices/1-1.4:1.0/i2c-11"), { recursive: true });
  const usbBus = { readBlock: async () => [20], close: async () => {} };
  const openUsbBus = async () => usbBus as unknown as Awaited<ReturnType<OpenCtrlBus>>;
  const found = await survey({ root, openBus: busWith().openBus, openUsbBus });
  expect(found).toMatchObject({ spec: "usb", usbError: null });
  expect(found.usbBoards).toEqual([{ name: "Triple", usbPath: "1-1.4", order: 20, slots: 3 }]);
});
