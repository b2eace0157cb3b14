import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { type GpioTree, gpioTree } from "../test/contract/gpio-subject.ts";
import type { PowerBoard } from "./board.ts";
import { openGpioBoard } from "./gpio-board.ts";

const trees: GpioTree[] = [];
afterEach(async () => {
  for (const tree of trees.splice(0)) await rm(tree.root, { recursive: true });
});

async function plant(base?: number, label?: string): Promise<GpioTree> {
  const tree = await gpioTree(base, label);
  trees.push(tree);
  return tree;
}

function open(tree: GpioTree, root = tree.root): Promise<PowerBoard> {
  const lockPath = join(tree.root, "lock");
  return openGpioBoard({ revision: "v1.3", hold: false, root, gpio: tree.gpio, lockPath });
}

it.each([
  [0, "pinctrl-bcm2835"],
  [512, "pinctrl-bcm2835"],
  [399, "pinctrl-bcm2711"],
  [571, "pinctrl-rp1"],
])("finds base %i by the label %s", async (base, label) => {
  const tree = await plant(base, label);
  const board = await open(tree);
  await board.setPower("p4", "on");
  expect(tree.get(base + 26, "value")).toBe("1");
  expect(await board.readSwitches()).toEqual([]);
  await board.setSwitch("alert", true);
  expect(await board.readSwitches()).toEqual([{ part: 0, name: "alert", on: true }]);
  await expect(board.setSwitch("hub", true)).rejects.toMatchObject({ code: "unsupported" });
  expect(tree.get(base + 5, "value")).toBe("1");
});

it("never writes the direction of a line that is an output", async () => {
  const tree = await plant();
  for (const line of tree.lines) {
    tree.put(line, "direction", "out\n");
    tree.put(line, "value", "1\n");
  }
  const board = await open(tree);
  expect((await board.read()).slots.map(({ line }) => line)).toEqual(["on", "on", "on", "on"]);
  await board.setPower("p2", "off");
  await board.setPower("p2", "on");
  await board.close();
  expect(tree.directionWrites).toEqual([]);
});

it("makes an input an output at its level in one step, and leaves the other inputs", async () => {
  const tree = await plant();
  const board = await open(tree);
  tree.put(tree.lines[0] ?? 0, "value", "1\n"); // the Pi's own pull-up on BCM 6
  expect((await board.read()).slots[0]?.line).toBe("off");
  await board.setPower("p3", "on");
  await board.setPower("p2", "off");
  expect(tree.directionWrites).toEqual(["high", "low"]);
  expect(tree.lines.map((line) => tree.get(line, "direction"))).toEqual(["in", "out", "out", "in"]);
});

it("reads an active-low line as it is at the pin", async () => {
  const tree = await plant();
  const line = tree.lines[0] ?? 0;
  tree.put(line, "direction", "out\n");
  tree.put(line, "active_low", "1\n");
  expect((await (await open(tree)).read()).slots[0]?.line).toBe("on");
});

it("says what is missing", async () => {
  const tree = await plant(0, "some-other-chip");
  await expect(open(tree)).rejects.toMatchObject({ code: "no-board" });
  await expect(open(tree)).rejects.toThrow(/pinctrl-bcm2835.*"some-other-chip"/);
  await expect(open(tree, join(tree.root, "none"))).rejects.toThrow(/CONFIG_GPIO_SYSFS_LEGACY/);
});

it("says which line's files never appeared after it was exported", async () => {
  const tree = await plant();
  await rm(join(tree.root, "sys/class/gpio/gpio518"), { recursive: true });
  await expect(open(tree)).rejects.toMatchObject({
    code: "bus",
    message: expect.stringMatching(
      /line 518 was exported, but \S+gpio518\/direction did not appear/,
    ),
  });
  expect(await readFile(join(tree.root, "sys/class/gpio/export"), "utf8")).toBe("518");
});
