import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CtrlModel } from "../test/contract/ctrl-model.ts";
import type { CtrlBus } from "./ctrl-bus.ts";
import { findCtrlBoards } from "./ctrl-find.ts";
import { CTRL_KINDS } from "./ctrl-kinds.ts";
import { openCtrl } from "./ctrl-real.ts";
import { openBoard } from "./detect.ts";
import { HatError } from "./error.ts";

let root = "";
const plugged = new Map<number, CtrlModel>();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hat-find-"));
  await mkdir(join(root, "run/lock"), { recursive: true });
  plugged.clear();
});
afterEach(() => rm(root, { recursive: true }));

async function device(path: string, vendor: string, product: string): Promise<string> {
  const directory = join(root, "sys/bus/usb/devices", path);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "idVendor"), `${vendor}\n`);
  await writeFile(join(directory, "idProduct"), `${product}\n`);
  await writeFile(join(directory, "devnum"), "7\n");
  return directory;
}

async function plug(path: string, busNumber: number, model: CtrlModel): Promise<void> {
  const directory = await device(path, "3171", model.kind.productId);
  await mkdir(join(`${directory}:1.0`, `i2c-${busNumber}`), { recursive: true });
  plugged.set(busNumber, model);
}

async function openUsbBus(busNumber: number): Promise<CtrlBus> {
  const model = plugged.get(busNumber);
  if (model === undefined) throw new HatError("no-board", `no /dev/i2c-${busNumber}`);
  return {
    readBlock: async (register, length) => model.read(register, length),
    writeBlock: async (register, bytes) => model.write(register, bytes),
    close: async () => {},
  };
}

const find = () => findCtrlBoards(root, openUsbBus);
const triple = (order: number) => new CtrlModel({ kind: CTRL_KINDS.triple, order });

describe("finding USB boards", () => {
  it("finds each by its USB ids, sorted by the orders", async () => {
    await device("1-1", "0424", "9514");
    await device("1-1.4", "3171", "0021");
    await plug("1-1.2.1", 11, triple(21));
    await plug("1-1.3", 12, new CtrlModel({ kind: CTRL_KINDS.stack }));
    const found = await find();
    expect(found.map(({ kind, ...rest }) => ({ kind: kind.name, ...rest }))).toEqual([
      { kind: "Stack", usbPath: "1-1.3", order: 20 },
      { kind: "Triple", usbPath: "1-1.2.1", order: 21 },
    ]);
  });

  it("finds none where there is none, or no USB at all", async () => {
    expect(await find()).toEqual([]);
    await device("1-1", "0424", "9514");
    expect(await find()).toEqual([]);
  });

  it("says what to do about two boards with one order", async () => {
    await plug("1-1.2.1", 11, triple(20));
    await plug("1-1.3", 12, triple(20));
    await plug("1-1.4", 13, triple(21));
    await expect(find()).rejects.toMatchObject({ code: "unknown-board" });
    await expect(find()).rejects.toThrow(
      /order 20, .*1-1.2.1 and 1-1.3.*unplug one.*setorder 20 22.*saveorder 22/,
    );
  });

  it("says how to bind a board that no driver took", async () => {
    await device("1-1.3", "3171", "0016");
    await mkdir(join(root, "sys/bus/usb/devices/1-1.3:1.0"));
    await writeFile(join(root, "sys/bus/usb/devices/1-1.3:1.0/bInterfaceClass"), "ff\n");
    await expect(find()).rejects.toMatchObject({ code: "no-board" });
    await expect(find()).rejects.toThrow(/modprobe i2c-tiny-usb.*3171 0016.*new_id/);
  });
});

describe("opening USB boards", () => {
  const open = (board: string) => openBoard({ board, root, openUsbBus });

  it("opens all by order with `usb`, and counts the slots through", async () => {
    await plug("1-1.2.1", 11, triple(21));
    await plug("1-1.3", 12, new CtrlModel({ kind: CTRL_KINDS.stack }));
    const board = await open("usb");
    expect(board.info.slots).toEqual(["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
    expect(board.info.description).toBe(
      "ClusterCTRL Stack, order 20 (usb 1-1.3) + ClusterCTRL Triple, order 21 (usb 1-1.2.1)",
    );
    await board.setPower("p7", "on");
    expect(plugged.get(11)?.lines()).toEqual(["off", "on", "off"]);
    await board.close();
  });

  it("opens one by its order, and names those that there are otherwise", async () => {
    await plug("1-1.2.1", 11, triple(21));
    await plug("1-1.3", 12, triple(30));
    const board = await open("usb:30");
    await board.setPower("p1", "on");
    expect(plugged.get(12)?.lines()).toEqual(["on", "off", "off"]);
    expect((await board.readPorts()).map(({ path }) => path)).toEqual([null, null, null]);
    await board.close();
    await expect(open("usb:22")).rejects.toThrow(/no .*order 22: there are 21 \(Triple\), 30/);
  });

  it("keeps the numbers of an adapter's missing HATs free", async () => {
    await plug("1-1.3", 12, new CtrlModel({ kind: CTRL_KINDS.da, hats: 2 }));
    await plug("1-1.4", 13, triple(21));
    const board = await open("usb");
    expect(board.info.slots).toEqual(["p5", "p6", "p7", "p8", "p33", "p34", "p35"]);
    await board.setPower("p34", "on");
    expect(plugged.get(13)?.lines()).toEqual(["off", "on", "off"]);
    await board.close();
  });

  it("takes USB boards for `auto` where there is no HAT, and both for the HAT's", async () => {
    await expect(open("auto")).rejects.toThrow(/device-tree\/hat.*and there is no USB board/);
    await plug("1-1.3", 12, triple(20));
    const board = await open("auto");
    expect(board.info.slots).toEqual(["p1", "p2", "p3"]);
    await board.close();
    const hat = join(root, "proc/device-tree/hat");
    await mkdir(hat, { recursive: true });
    await writeFile(join(hat, "product"), "ZC4:ClusterHAT\0");
    await writeFile(join(hat, "product_ver"), "0x0099\0");
    await expect(open("auto")).rejects.toMatchObject({ code: "unknown-board" });
    await writeFile(join(hat, "product_ver"), "0x0013\0");
    await expect(open("auto")).rejects.toThrow(/sys\/class\/gpio/);
  });

  it("opens none with `usb` where there is none", async () => {
    await expect(open("usb")).rejects.toThrow(/3171:0011 to 3171:0016, and none is plugged in/);
    await expect(open("usb:20")).rejects.toThrow(/none is plugged in/);
  });

  it("finds its board again by another bus number, and says that it is gone", async () => {
    await plug("1-1.3", 12, triple(20));
    const board = await open("usb");
    await rm(join(root, "sys/bus/usb/devices/1-1.3:1.0/i2c-12"), { recursive: true });
    const model = plugged.get(12) as CtrlModel;
    plugged.clear();
    await plug("1-1.3", 14, model);
    await board.setPower("p2", "on");
    expect(model.lines()).toEqual(["off", "on", "off"]);
    await rm(join(root, "sys/bus/usb/devices/1-1.3:1.0"), { recursive: true });
    await expect(board.read()).rejects.toThrow(/nothing is plugged in at 1-1.3 any more/);
    await board.close();
  });

  it("gives hatctl one board by itself, which knows the orders of the others", async () => {
    await plug("1-1.2.1", 11, triple(21));
    await plug("1-1.3", 12, new CtrlModel({ kind: CTRL_KINDS.phat, order: 30 }));
    const board = await openCtrl(30, { root, openBus: openUsbBus, firstSlot: 3 });
    expect(board.info.slots).toEqual(["p4", "p5"]);
    await expect(board.tools.setOrder(21)).rejects.toThrow(/another USB board/);
    await board.tools.setOrder(30);
    await board.tools.cycleHub(100);
    expect(plugged.get(12)?.hubCutMs).toBe(100);
    await board.close();
  });

  it("holds its lock until close, where it is asked to", async () => {
    await plug("1-1.3", 12, triple(20));
    const holder = await openBoard({ board: "usb", root, openUsbBus, hold: true });
    const other = await open("usb");
    await expect(other.setPower("p1", "on")).rejects.toMatchObject({ code: "locked" });
    await holder.close();
    await other.setPower("p1", "on");
  });
});
