import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type PinctrlTree, pinctrlTree } from "../test/contract/pinctrl-subject.ts";
import { openGpioBoard } from "./gpio-board.ts";

let tree: PinctrlTree;
beforeEach(async () => {
  tree = await pinctrlTree();
});
afterEach(() => rm(tree.root, { recursive: true }));

const open = () =>
  openGpioBoard({
    revision: "v1.2",
    hold: false,
    root: tree.root,
    lockPath: join(tree.root, "lock"),
  });
const sets = () => tree.calls().filter((call) => call.startsWith("set"));

it("never writes the function of a line that is an output", async () => {
  for (const bcm of [6, 13, 19, 26]) tree.put(bcm, "op 1");
  const board = await open();
  expect(board.info.description).toBe("ClusterHAT v1.2 (GPIO, pinctrl)");
  expect((await board.read()).slots.map(({ line }) => line)).toEqual(["on", "on", "on", "on"]);
  await board.setPower("p2", "off");
  await board.setPower("p2", "on");
  expect(sets()).toEqual(["set 13 dl", "set 13 dh"]);
});

it("makes an input an output at its level by one call, and leaves the other inputs", async () => {
  const board = await open();
  await board.setPower("p3", "on");
  await board.setSwitch("alert", true);
  expect(sets()).toEqual(["set 19 op dh", "set 5 op dh"]);
  expect(tree.get(6)).toBe("ip 0");
  expect(await board.readSwitches()).toEqual([{ part: 0, name: "alert", on: true }]);
});

it("takes no line away from another duty", async () => {
  tree.put(19, "a5 0");
  const board = await open();
  const set = board.setPower("p3", "on");
  await expect(set).rejects.toMatchObject({ code: "bus" });
  await expect(set).rejects.toThrow(/GPIO 19 does another duty \(pinctrl says a5\).*dtoverlay/);
  expect(sets()).toEqual([]);
});

it("says what to do where it may not, cannot, or is no Pi", async () => {
  const board = await open();
  tree.put("denied", "");
  await expect(board.read()).rejects.toMatchObject({ code: "permission" });
  await expect(board.read()).rejects.toThrow(/gpiomem.*group gpio/);
  await rm(join(tree.root, "lines/denied"));
  tree.put("broken", "");
  await expect(board.setPower("p1", "on")).rejects.toThrow(/Bad address.*pinctrl get 6/);
  await rm(join(tree.root, "lines/broken"));
  tree.put("6.stuck", "--");
  await expect(board.read()).rejects.toThrow(/shows no level of GPIO 6.*is this a Raspberry Pi/);
});

it("knows what it did although the read-back failed", async () => {
  const board = await open();
  await board.setPower("p1", "off");
  tree.put("6.stuck", "--");
  await expect(board.setPower("p1", "on")).rejects.toMatchObject({ code: "bus" });
  await rm(join(tree.root, "lines/6.stuck"));
  await board.setPower("p1", "on");
  expect(tree.get(6)).toBe("op 1");
});

it("does not use a program that it may not run", async () => {
  await rm(join(tree.root, "usr/bin/pinctrl"));
  await expect(open()).rejects.toMatchObject({ code: "no-board" });
  await expect(open()).rejects.toThrow(/apt install raspi-utils/);
});

it("says that the program is gone", async () => {
  const board = await open();
  await rm(join(tree.root, "usr/bin/pinctrl"));
  await expect(board.read()).rejects.toThrow(/ENOENT/);
});
