// The sysfs driver over a tree of plain files, with a GPIO library that keeps to onoff's rules.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Line } from "../../hat/board.ts";
import type { GpioFactory } from "../../hat/gpio.ts";
import { openGpioBoard } from "../../hat/gpio-board.ts";
import type { Subject } from "./subject.ts";

export interface GpioTree {
  readonly root: string;
  readonly lines: readonly number[];
  readonly gpio: GpioFactory;
  /** Each write of a direction file: "out" is the glitch. */
  readonly directionWrites: string[];
  get(line: number, file: string): string;
  put(line: number, file: string, text: string): void;
  /** The files of a line that was just exported: an input. */
  make(line: number): void;
}

/** A tree as kernel 6.6 makes it on a Pi 3: the header's controller at base 512, and one that is not it. */
export async function gpioTree(
  base = 512,
  label = "pinctrl-bcm2835",
  moreBcm: readonly number[] = [],
): Promise<GpioTree> {
  const root = await mkdtemp(join(tmpdir(), "hat-gpio-"));
  const sysfs = join(root, "sys/class/gpio");
  const chips: readonly [string, number, string][] = [
    ["gpiochip100", 100, "raspberrypi-exp-gpio"],
    [`gpiochip${base}`, base, label],
  ];
  for (const [name, first, chipLabel] of chips) {
    await mkdir(join(sysfs, name), { recursive: true });
    await writeFile(join(sysfs, name, "label"), `${chipLabel}\n`);
    await writeFile(join(sysfs, name, "base"), `${first}\n`);
  }
  const file = (line: number, name: string) => join(sysfs, `gpio${line}`, name);
  const put = (line: number, name: string, text: string) => writeFileSync(file(line, name), text);
  const get = (line: number, name: string) => readFileSync(file(line, name), "utf8").trim();
  const lines = [6, 13, 19, 26].map((bcm) => base + bcm);
  const make = (line: number) => {
    mkdirSync(join(sysfs, `gpio${line}`), { recursive: true });
    put(line, "direction", "in\n");
    put(line, "value", "0\n");
    put(line, "active_low", "0\n");
  };
  for (const line of [...lines, ...[5, ...moreBcm].map((bcm) => base + bcm)]) make(line);
  const directionWrites: string[] = [];
  const gpio: GpioFactory = {
    open(line, mode) {
      // reconfigureDirection: false
      if (get(line, "direction") !== "out") {
        directionWrites.push(mode);
        put(line, "direction", "out\n");
        put(line, "value", mode === "high" ? "1\n" : "0\n");
      }
      return { write: async (level) => put(line, "value", `${level}\n`) };
    },
  };
  return { root, lines, gpio, directionWrites, get, put, make };
}

export async function gpioSubject(): Promise<Subject> {
  const tree = await gpioTree();
  const stuck = new Set<number>();
  const gpio: GpioFactory = {
    open(line, mode) {
      const opened = tree.gpio.open(line, mode);
      return { write: async (level) => (stuck.has(line) ? undefined : opened.write(level)) };
    },
  };
  const lineOf = (index: number) => tree.lines[index] ?? 0;
  return {
    open: (options) =>
      openGpioBoard({
        revision: "v1.3",
        root: tree.root,
        gpio,
        lockPath: join(tree.root, "lock"),
        hold: options?.hold ?? false,
      }),
    pins: async () =>
      tree.lines.map((line): Line => (tree.get(line, "value") === "1" ? "on" : "off")),
    foreign: async (index, line) => {
      tree.put(lineOf(index), "direction", "out\n");
      tree.put(lineOf(index), "value", line === "on" ? "1\n" : "0\n");
    },
    losePower: async () => {
      for (const line of tree.lines) {
        tree.put(line, "direction", "in\n");
        tree.put(line, "value", "0\n");
      }
    },
    stick: async (index) => {
      stuck.add(lineOf(index));
    },
    dispose: () => rm(tree.root, { recursive: true }),
  };
}
