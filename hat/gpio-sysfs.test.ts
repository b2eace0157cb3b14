// What the kernel and udev do to the GPIO files while they are used: rights that come late, lines that others export and unexport.

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type GpioTree, gpioTree } from "../test/contract/gpio-subject.ts";
import type { PowerBoard } from "./board.ts";
import type { GpioFactory } from "./gpio.ts";
import { openGpioBoard } from "./gpio-board.ts";

const LINE = 518;

/** What the kernel makes of a write to `export`, and how often the right to write is still missing. */
const kernel = vi.hoisted(() => ({ onExport: (_line: number) => {}, denials: 0, asked: 0 }));
vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof import("node:fs/promises")>();
  const access: typeof real.access = async (path, mode) => {
    if (kernel.asked++ < kernel.denials) {
      throw Object.assign(new Error("EACCES"), { code: "EACCES" });
    }
    await real.access(path, mode);
  };
  const writeFile: typeof real.writeFile = async (path, ...rest) => {
    if (basename(String(path)) === "export") kernel.onExport(Number(rest[0]));
    await real.writeFile(path, ...rest);
  };
  return { ...real, access, writeFile };
});
vi.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

let tree: GpioTree;
/** Lines as onoff opened them; `void` when the file behind one is gone. */
let opened: string[];

beforeEach(async () => {
  tree = await gpioTree();
  opened = [];
  Object.assign(kernel, { onExport: () => {}, denials: 0, asked: 0 });
});
afterEach(async () => {
  await rm(tree.root, { recursive: true });
});

async function open(gpio: GpioFactory = tree.gpio): Promise<PowerBoard> {
  const noted: GpioFactory = {
    open(number, mode) {
      opened.push(`${number} ${mode}`);
      return gpio.open(number, mode);
    },
  };
  const { root } = tree;
  const lockPath = join(root, "lock");
  return await openGpioBoard({ revision: "v1.3", hold: false, root, gpio: noted, lockPath });
}

/** Another program unexports the line; the kernel makes it an input again. */
const unexport = () => rm(join(tree.root, `sys/class/gpio/gpio${LINE}`), { recursive: true });

/** The kernel exports it: its files are there at once. */
function exported(): void {
  tree.make(LINE);
}

it("waits for udev to give it the right to write a line that was just exported", async () => {
  const board = await open();
  kernel.denials = 7;
  await board.setPower("p1", "on");
  expect(kernel.asked).toBeGreaterThan(7);
  expect(opened).toEqual([`${LINE} high`]);
  expect(tree.get(LINE, "value")).toBe("1");
});

it("says permission when the right does not come, and opened nothing", async () => {
  const board = await open();
  kernel.denials = Number.POSITIVE_INFINITY;
  await expect(board.setPower("p1", "on")).rejects.toMatchObject({
    code: "permission",
    message: expect.stringContaining("group gpio"),
  });
  // For a second, as often as the machine gets to it: pauses take no time here.
  expect(kernel.asked).toBeGreaterThan(1);
  expect(opened).toEqual([]);
});

it("takes a line that another program exported at the same moment", async () => {
  await unexport();
  kernel.onExport = () => {
    exported();
    throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
  };
  const board = await open();
  await board.setPower("p1", "on");
  expect(tree.get(LINE, "value")).toBe("1");
});

it("says that another driver holds a line that cannot be exported", async () => {
  await unexport();
  kernel.onExport = () => {
    throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
  };
  await expect(open()).rejects.toMatchObject({
    code: "bus",
    message: expect.stringContaining("gpioinfo"),
  });
});

it("exports a line again that another program has unexported, and reports it as undriven", async () => {
  const board = await open();
  await board.setPower("p1", "on");
  await unexport();
  kernel.onExport = exported;
  expect((await board.read()).slots[0]).toMatchObject({ line: "off", driven: false });
  await board.setPower("p1", "on");
  expect(opened).toEqual([`${LINE} high`, `${LINE} high`]);
  expect(tree.get(LINE, "value")).toBe("1");
});

it("reports that as a foreign change where a line was to be switched", async () => {
  const board = await open();
  await board.setPower("p1", "on");
  await unexport();
  kernel.onExport = exported;
  await expect(board.setPower("p2", "on")).rejects.toMatchObject({
    code: "foreign-change",
    slots: ["p1"],
  });
});

it("opens a line anew whose file was made anew behind its back", async () => {
  let isVoid = false;
  const board = await open({
    open(number, mode) {
      const line = tree.gpio.open(number, mode);
      const mine = opened.length;
      return {
        write: async (level) => {
          if (isVoid && mine === 1) throw Object.assign(new Error("ENODEV"), { code: "ENODEV" });
          await line.write(level);
        },
      };
    },
  });
  await board.setPower("p1", "on");
  isVoid = true;
  await board.setPower("p1", "off");
  expect(opened).toEqual([`${LINE} high`, `${LINE} out`]);
  expect(tree.get(LINE, "value")).toBe("0");
});
