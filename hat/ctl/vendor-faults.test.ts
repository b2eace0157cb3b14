// The faults of the vendor's tool that are known (docs/hatctl.md), each tried on hatctl.

import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import { openExpanderBoard } from "../expander-board.ts";
import { identify } from "../identity.ts";
import { virtualUsbPorts } from "../virtual/usb.ts";
import { type Bundle, bundleHatctl, type TestBoard, testBoard } from "./testing/hatctl.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleHatctl();
});
afterAll(() => bundle.remove());

const OUTPUT = 1;
const HUB = 0x20;

const latch = (board: TestBoard) => board.client.bus().readByte(0x20, OUTPUT);
const powered = async (board: TestBoard) =>
  (await board.client.truth()).flatMap(({ slot, powered }) => (powered ? [slot] : []));

it("takes a delay between power-ons of any form, and switches them all", async () => {
  const board = await testBoard(bundle);
  for (const delay of ["1000", "1s", "1000ms"]) {
    const started = performance.now();
    expect(await board.run("on", "p1", "p2", "--stagger", delay)).toMatchObject({ code: 0 });
    expect(performance.now() - started).toBeGreaterThan(1000);
    expect(await powered(board)).toEqual(["p1", "p2"]);
    await board.run("off", "all");
  }
  // Wrong, and known before the first line is switched.
  expect(await board.run("on", "--stagger", "two")).toMatchObject({ code: 2 });
  expect(await powered(board)).toEqual([]);
});

it("init and getpath take no Zero off USB", async () => {
  const board = await testBoard(bundle);
  const levels: boolean[] = [];
  const bus = board.client.bus();
  let writes = 0;
  const recording = await openExpanderBoard({
    bus: {
      ...bus,
      writeByte: async (address, register, value) => {
        writes += 1;
        if (register === OUTPUT) levels.push((value & HUB) !== 0);
        await bus.writeByte(address, register, value);
      },
    },
    chips: [{ address: 0x20, revision: "v2.3" }],
    usb: virtualUsbPorts(() => board.client.usb(), [{ address: 0x20, revision: "v2.3" }]),
    supply: async () => null,
    lockPath: `${board.socketPath}.lock`,
    hold: false,
    descriptions: [""],
    virtual: true,
  });
  // Out of the power-on state: the hub's reset is never asserted on the way.
  expect(await recording.init()).toEqual([0]);
  expect(levels.length).toBeGreaterThan(0);
  expect(levels).not.toContain(true);
  await recording.setPower("p1", "on");
  const before = writes;
  expect(await recording.init()).toEqual([]);
  expect((await identify(recording))[0]?.path).toBe("1-1.2.4");
  expect(writes).toBe(before);
  // And as a person runs them.
  await eventually(async () => expect((await board.client.truth())[0]?.usb).toBe(true));
  const registers = await latch(board);
  expect(await board.run("init")).toMatchObject({ code: 0 });
  expect(await board.run("getpath")).toMatchObject({ code: 0 });
  expect(await latch(board)).toBe(registers);
  expect((await board.client.truth())[0]).toMatchObject({ usb: true, cuts: 0 });
});

it("many at once switch what each was told, and nothing else", async () => {
  const board = await testBoard(bundle);
  await board.run("init");
  for (let round = 0; round < 5; round += 1) {
    const slots = ["p1", "p2", "p3", "p4"];
    const ended = await Promise.all(slots.map((slot) => board.run("on", slot)));
    const done = slots.filter((_, index) => ended[index]?.code === 0);
    // One that met another's change was told so, and has switched nothing.
    for (const { code } of ended) expect([0, 6]).toContain(code);
    expect(await powered(board)).toEqual(done);
    expect(done.length).toBeGreaterThan(0);
    await board.run("off", "all");
    expect(await powered(board)).toEqual([]);
  }
});

it.each([
  ["2.0", 0],
  ["2.1", HUB],
  ["2.6", HUB],
  ["3.0", HUB],
  ["3.1", HUB],
])("knows the hub's polarity of v%s, to switch and to show", async (revision, off) => {
  const board = await testBoard(bundle, ["--revision", revision]);
  await board.run("init");
  const shown = async () => /hat_hub:(\d)/.exec((await board.runAsVendor("status")).stdout)?.[1];
  expect(await shown()).toBe("1");
  expect((await latch(board)) & HUB).toBe(HUB ^ off);
  await board.run("hub", "off");
  expect(await shown()).toBe("0");
  expect((await latch(board)) & HUB).toBe(off);
  await board.run("hub", "on");
  expect(await shown()).toBe("1");
});

it("never powers a slot that the board has not", async () => {
  const board = await testBoard(bundle, ["--slots", "3"]);
  await board.run("on", "p1");
  expect(await board.run("on", "--stagger", "1s")).toMatchObject({ code: 0 });
  expect((await latch(board)) & 0x0f).toBe(0b0111);
  expect(await board.run("on", "p4")).toMatchObject({ code: 3 });
});

it("a board that lost its supply is shown as such, and the next command says so", async () => {
  const board = await testBoard(bundle);
  await board.run("on", "p1", "p2", "--stagger", "1s");
  // What a reset of the chip leaves: every direction an input, every latch high.
  await board.client.bus().writeByte(0x20, 3, 0xff);
  await board.client.bus().writeByte(0x20, OUTPUT, 0xff);
  const status = await board.run("status", "--json");
  expect(JSON.parse(status.stdout).slots[0]).toMatchObject({ driven: false });
  expect((await board.run("status")).stderr).toContain("lost its supply");
  // Looking has set nothing up, and the one that is named is the one that comes on.
  expect(await board.client.bus().readByte(0x20, 3)).toBe(0xff);
  const on = await board.run("on", "p2");
  expect(on).toMatchObject({ code: 0 });
  expect(on.stderr).toMatch(/is in its power-on state: it lost its supply.*\np2: on, verified\n$/);
  expect(await powered(board)).toEqual(["p2"]);
  expect((await board.run("off", "p2")).stderr).toBe("p2: off, verified\n");
});

it("a command that it does not know, or half of one, is no success", async () => {
  const board = await testBoard(bundle);
  for (const words of [["frobnicate"], ["alert"], ["hub"], ["fan"], [], ["setorder", "1"]]) {
    const ended = await board.run(...words);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toBe("");
  }
});

it("an order that cannot be is no success", async () => {
  const board = await testBoard(bundle);
  for (const words of ["saveorder 999", "savepos 0", "saveusbboot x", "fan on 256", "reset -1"]) {
    const ended = await board.run(...words.split(" "));
    expect([words, ended.code]).toEqual([words, 2]);
    expect(ended.stderr).not.toBe("");
  }
});
