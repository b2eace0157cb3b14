import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { CtrlModel } from "../../test/contract/ctrl-model.ts";
import { ctrlRig } from "../../test/contract/ctrl-subject.ts";
import type { BoardInfo, SlotReading, SwitchReading } from "../board.ts";
import { CTRL_KINDS } from "../ctrl-kinds.ts";
import { slotId } from "../slots.ts";
import { vendorFacts } from "./vendor-facts.ts";
import { vendorStatus } from "./vendor-status.ts";

async function root(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "vendor-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

function board(...descriptions: readonly string[]): BoardInfo {
  const slots = descriptions.flatMap((_, part) =>
    [0, 1, 2, 3].map((index) => slotId(part * 4 + index)),
  );
  return {
    description: descriptions.join(" + "),
    slots,
    parts: descriptions.map((description, part) => ({
      description,
      slots: slots.slice(part * 4, part * 4 + 4),
      switches: [],
      revision: /v\d\.\d/.exec(description)?.[0],
      ...(description.includes("i2c") ? { chip: "XRA1200P" as const } : {}),
    })),
    virtual: false,
  };
}

function seen(info: BoardInfo, on: readonly string[], switches: readonly SwitchReading[] = []) {
  const slots = info.slots.map(
    (slot): SlotReading => ({
      slot,
      line: on.includes(slot) ? "on" : "off",
      usb: "unknown",
      driven: true,
    }),
  );
  return { reading: { slots, underVoltage: null }, switches };
}

const noUsb = () => Promise.reject(new Error("there is no USB board"));

const PI = {
  "proc/device-tree/system/linux,revision": Buffer.from([0x00, 0xa0, 0x20, 0x82]),
  "proc/device-tree/hat/uuid": "e9c2a4ab-5a1a-4dc9-ac1b-e3a4a9ba3b0b\0",
  "proc/device-tree/hat/vendor": "8086 Consultancy\0",
  "proc/device-tree/hat/product_id": "0x0004\0",
  "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
};

it("prints the vendor's keys in the vendor's order for a HAT that its EEPROM names", async () => {
  const info = board("ClusterHAT v2.3 (i2c-1 0x20)");
  const found = seen(
    info,
    ["p2"],
    [
      { part: 0, name: "alert", on: false },
      { part: 0, name: "hub", on: true },
      { part: 0, name: "protect", on: true },
      { part: 0, name: "led", on: true },
    ],
  );
  const facts = await vendorFacts(info, "auto", found, noUsb, await root(PI));
  expect(vendorStatus(facts).split("\n")).toEqual([
    "clusterhat:1",
    "clusterctrl:False",
    "maxpi:4",
    "pirevision:0x00a02082",
    "throttled:0x50005",
    "hat_version:2.3",
    "hat_version_major:2",
    "hat_version_minor:3",
    "hat_size:4",
    "hat_uuid:e9c2a4ab-5a1a-4dc9-ac1b-e3a4a9ba3b0b",
    "hat_vendor:8086 Consultancy",
    "hat_product_id:0x0004",
    "is_pi5:False",
    "hat_alert:0",
    "hat_hub:1",
    "hat_wp:1",
    "hat_led:1",
    "hat_xra1200p:True",
    ...["p1:0", "p2:1", "p3:0", "p4:0"],
    "",
  ]);
});

it("says which version a board was said to be, and what it cannot know", async () => {
  const info = board("ClusterHAT v1.4 (GPIO, first line 512)");
  const found = seen(info, ["p4"], [{ part: 0, name: "alert", on: true }]);
  const facts = await vendorFacts(info, "v1.4", found, noUsb, await root({}));
  const lines = vendorStatus(facts).split("\n");
  expect(lines[0]).toBe("clusterhat:1.4");
  expect(lines.slice(3, 5)).toEqual(["pirevision:Unknown", "throttled:NA"]);
  expect(lines.slice(9)).toEqual([
    ...["hat_uuid:NA", "hat_vendor:NA", "hat_pid:NA", "hat_force:1.4", "is_pi5:False"],
    ...["hat_alert:1", "p1:0", "p2:0", "p3:0", "p4:1", ""],
  ]);
});

it("says what a PCA9554 cannot tell", async () => {
  const { parts, ...info } = board("ClusterHAT v2.3 (i2c-1 0x20)");
  const pca = { ...info, parts: parts.map((part) => ({ ...part, chip: "PCA9554" as const })) };
  const facts = await vendorFacts(pca, "v2.3", seen(pca, []), noUsb, await root({}));
  expect(vendorStatus(facts)).toContain("is_pi5:False\nhat_wplink:-1\nhat_xra1200p:False\np1:0\n");
});

it("knows a Pi 5, and several HATs", async () => {
  const info = board("ClusterHAT v2.5 (i2c-1 0x20)", "ClusterHAT v2.5 (i2c-1 0x21)");
  const revision = Buffer.from([0x00, 0xc0, 0x41, 0x70]);
  const tree = await root({ ...PI, "proc/device-tree/system/linux,revision": revision });
  const text = vendorStatus(
    await vendorFacts(info, "auto,v2.5@0x21", seen(info, ["p8"]), noUsb, tree),
  );
  expect(text).toContain("is_pi5:True\n");
  expect(text).toContain("maxpi:8\n");
  expect(text).toContain("hat_size:8\n");
  expect(text).toMatch(/p7:0\np8:1\n$/);
});

it("shows USB boards after the HAT, with what they tell of themselves", async () => {
  const stack = await ctrlRig(new CtrlModel({ kind: CTRL_KINDS.stack }));
  onTestFinished(() => stack.dispose());
  const hat = board("ClusterHAT v2.3 (i2c-1 0x20)");
  const slots = ["p5", "p6", "p7", "p8", "p9"] as const;
  const part = { description: "ClusterCTRL Stack, order 20 (usb 1-1.3)", slots, switches: [] };
  const info = { ...hat, slots: [...hat.slots, ...slots], parts: [...hat.parts, part] };
  const tree = await root({ ...PI, "sys/bus/usb/devices/1-1.3:1.0/i2c-11/name": "" });
  const facts = await vendorFacts(info, "auto", seen(info, ["p2", "p6"]), () => stack.open(), tree);
  const lines = vendorStatus(facts).split("\n");
  expect(lines.slice(1, 6)).toEqual([
    ...["clusterctrl:1", "maxpi:9", "pirevision:0x00a02082", "throttled:0x50005"],
    "ctrl_bus:20:11:5 ",
  ]);
  expect(lines.slice(-12)).toEqual([
    ...["hat_xra1200p:True", "p1:0", "p2:1", "p3:0", "p4:0"],
    "ctrl20:FW:1.8 ADC1:5014mV ADC2:25939mV T1:18.85C FAN:00001000",
    ...["p5:0", "p6:1", "p7:0", "p8:0", "p9:0", ""],
  ]);
});

it("shows the USB boot pins where there are any", async () => {
  const triple = await ctrlRig(new CtrlModel({ kind: CTRL_KINDS.triple }));
  onTestFinished(() => triple.dispose());
  const slots = ["p1", "p2", "p3"] as const;
  const description = "ClusterCTRL Triple, order 7 (usb 1-1.3)";
  const parts = [{ description, slots, switches: [] }];
  const info = { description, slots, parts, virtual: false };
  await triple.open().then(({ tools }) => tools.usbBoot("p3", true));
  const seenNow = seen(info, ["p1"]);
  const facts = await vendorFacts(info, "usb", seenNow, () => triple.open(), await root({}));
  const lines = vendorStatus(facts).split("\n");
  expect(lines.slice(0, 3)).toEqual(["clusterhat:False", "clusterctrl:1", "maxpi:3"]);
  expect(lines.slice(-7)).toEqual([...["p1:1", "u1:0", "p2:0", "u2:0", "p3:0", "u3:1", ""]]);
});
