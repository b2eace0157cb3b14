// docs/troubleshooting.md quotes what the power side says when something is wrong: each quote is what is said, and nothing is missing.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { PowerBoard } from "../../hat/board.ts";
import { openBoard } from "../../hat/detect.ts";
import { REGISTER } from "../../hat/expander.ts";
import { openFan } from "../../hat/fan.ts";
import { openGpioBoard } from "../../hat/gpio-board.ts";
import { resetHub } from "../../hat/hub.ts";
import { openI2cBus } from "../../hat/i2c.ts";
import { identityOf } from "../../hat/identity.ts";
import { acquireLock, lockPathOf } from "../../hat/lock.ts";
import { survey } from "../../hat/survey.ts";
import { gpioTree } from "./gpio-subject.ts";
import { pinctrlTree } from "./pinctrl-subject.ts";
import { foreignHand, type WiredHats, wiredHats } from "./wire-subject.ts";

/** Files that may not be replaced, as another user's in a directory with the sticky bit. */
const kept = vi.hoisted(() => new Set<string>());
vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof import("node:fs/promises")>();
  const rename: typeof real.rename = async (from, to) => {
    if (kept.has(String(to))) throw Object.assign(new Error("EPERM"), { code: "EPERM" });
    await real.rename(from, to);
  };
  return { ...real, rename };
});

const DOC = resolve(import.meta.dirname, "../../docs/troubleshooting.md");

let root = "";
const roots: string[] = [];
beforeAll(async () => {
  root = await plainRoot();
});
afterAll(async () => {
  for (const each of roots) await rm(each, { recursive: true });
});

async function plainRoot(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "hat-trouble-"));
  roots.push(made);
  await mkdir(join(made, "run/lock"), { recursive: true });
  return made;
}

async function rootWithHat(product: string, version: string): Promise<string> {
  const made = await plainRoot();
  const directory = join(made, "proc/device-tree/hat");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "product"), `${product}\0`);
  await writeFile(join(directory, "product_ver"), `${version}\0`);
  return made;
}

/** What a call that must fail says, with this run's own paths and numbers put as the page has them. */
async function said(call: Promise<unknown>): Promise<string> {
  const message = await call.then(
    () => "nothing: it went well",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return plain(message);
}

function plain(message: string): string {
  let text = message;
  for (const each of roots) text = text.replaceAll(each, "");
  return text.replaceAll(/process \d+/g, "process 4711");
}

async function onWire(act: (board: PowerBoard, hats: WiredHats) => Promise<unknown>) {
  const hats = await wiredHats(["v2.3"], "XRA1200P");
  const board = await hats.open();
  const text = await said(act(board, hats));
  await hats.dispose();
  return text;
}

async function transfer(errno: string, address = 0x20): Promise<string> {
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error(errno), { code: errno });
  };
  const device = { readByte: fail, writeByte: fail, close: async () => {} };
  const bus = await openI2cBus(1, async () => ({ openPromisified: async () => device }));
  return await said(bus.readByte(address, 3));
}

async function v1(label: string | null, denied: boolean): Promise<string> {
  const tree = await gpioTree(512, label ?? "");
  roots.push(tree.root);
  if (label === null) await rm(join(tree.root, "sys"), { recursive: true });
  const gpio = {
    open: () => {
      throw Object.assign(new Error("EACCES"), { code: denied ? "EACCES" : "EBUSY" });
    },
  };
  const open = { revision: "v1.3", hold: false, root: tree.root, lockPath: join(tree.root, "l") };
  return await said(openGpioBoard({ ...open, gpio }).then((board) => board.setPower("p1", "on")));
}

async function pinctrlSays(file: string): Promise<string> {
  const tree = await pinctrlTree();
  roots.push(tree.root);
  tree.put(file, "");
  const options = { revision: "v1.3", hold: false, root: tree.root };
  return await said(openGpioBoard({ ...options, lockPath: join(tree.root, "l") }));
}

async function contended(): Promise<string> {
  const path = lockPathOf(root, "i2c-1");
  const held = await acquireLock(path);
  const text = await said(acquireLock(path));
  await held.release();
  return text;
}

async function leftByAnother(): Promise<string> {
  const path = `${lockPathOf(root, "usb-1-1.2")}.talk`;
  await writeFile(path, JSON.stringify({ pid: 4711, startTime: "0", bootId: "", id: "4711-0a" }));
  kept.add(path);
  return await said(acquireLock(path));
}

async function wrongSlot(): Promise<string> {
  const device = {
    id: "3171:0021",
    serial: "2",
    product: "ClusterCTRL",
    interface: "ethpi2",
    mac: "00:22:82:ff:fe:02",
  };
  const { mismatch } = identityOf("p1", { path: "1-1.2.4", usb: "present", device });
  return mismatch ?? "";
}

async function chipWithoutEeprom(): Promise<string> {
  const hats = await wiredHats(["v2.3", "v2.3"], "XRA1200P");
  const { advice } = await survey({
    root,
    openBus: () => openI2cBus(1, async () => hats.wire.module),
  });
  await hats.dispose();
  return advice[1] ?? "";
}

/** Everything that the page is about, each brought about. */
async function everything(): Promise<readonly string[]> {
  return [
    await contended(),
    await leftByAnother(),
    await said(acquireLock(join(root, "gone/zerorig-hat-i2c-1.lock"))),
    await said(openBoard({ board: "auto", root })),
    await said(openBoard({ board: "auto", root: await rootWithHat("Sense HAT", "0x0001") })),
    await said(openBoard({ board: "auto", root: await rootWithHat("ZC4:ClusterHAT", "0x0040") })),
    await said(openBoard({ board: "v2.9", root })),
    await said(openBoard({ board: "usb", root })),
    await said(openBoard({ board: "virtual:/tmp/hat.sock" })),
    await chipWithoutEeprom(),
    await transfer("ENOENT"),
    await transfer("EACCES"),
    await transfer("EBUSY"),
    await transfer("EREMOTEIO", 0x21),
    await onWire(async (board, { wire }) => {
      wire.touch({ before: (number) => (number % 8 === 3 ? "garbled" : undefined) });
      await board.read();
    }),
    await onWire(async (board, { chips }) => {
      chips[0]?.write(REGISTER.inversion, 0xff);
      chips[0]?.write(REGISTER.output, 0xff);
      await board.read();
    }),
    await onWire(async (board, { chips }) => {
      await board.setPower("p1", "on");
      foreignHand(chips, 1, "on");
      await board.setPower("p3", "on");
    }),
    await onWire(async (board, { chips }) => {
      await board.setPower("p1", "on");
      chips[0]?.reset();
      await board.setPower("p1", "off");
    }),
    await onWire(async (board, { chips, wire }) => {
      let writes = 0;
      wire.touch({
        before: (_, { kind, register }) => {
          if (kind === "write" && register === REGISTER.direction && writes++ === 0) {
            chips[0]?.reset();
          }
          return undefined;
        },
      });
      await board.setPower("p1", "on");
    }),
    await onWire(async (board, { chips }) => {
      await board.setPower("p1", "on");
      chips[0]?.stick(1, "high");
      await board.setPower("p1", "off");
    }),
    await onWire((board) => board.setSwitch("alert", true)),
    await onWire((board) => board.setPower("p5", "on")),
    await onWire((board) => board.setSwitch("led", true, 3)),
    await onWire(async (board, { wire }) => {
      await board.setPower("p1", "on");
      const sleep = async () => wire.touch({ before: () => "nak" });
      await resetHub(board, { sleep });
    }),
    await v1(null, false),
    await v1("some-other-chip", false),
    await v1("pinctrl-bcm2835", true),
    await v1("pinctrl-bcm2835", false),
    await pinctrlSays("denied"),
    await pinctrlSays("broken"),
    await said(openFan({ bcm: 6, root })),
    await wrongSlot(),
  ];
}

it("quotes every message, and no other", async () => {
  const text = await readFile(DOC, "utf8");
  const quoted = text
    .split("\n")
    .filter((line) => /^ {4}\S/.test(line))
    .map((line) => line.trim());
  const messages = await everything();
  expect(new Set(messages).size).toBe(messages.length);
  expect([...quoted].sort()).toEqual([...messages].sort());
});
