// GPIO controllers of the kernel's simulator, made and taken away while the guest runs, and their lines read from outside.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SysfsFile } from "./sysfs-file.ts";

const CONFIG = "/sys/kernel/config/gpio-sim";
const FIRST_LINE = "/sys/module/gpio_sim/parameters/first_line";
const GPIO = "/sys/class/gpio";

/** The header of a Pi 0 to 3. */
export const HEADER_LABEL = "pinctrl-bcm2835";
export const HEADER_LINES = 54;
/** BCM numbers of ClusterHAT v1. */
export const BCM = { alert: 5, p1: 6, p2: 13, p3: 19, p4: 26 } as const;
export const POWER_BCM = [BCM.p1, BCM.p2, BCM.p3, BCM.p4] as const;

export interface SimulatedChip {
  /** The global number of its first line. */
  readonly base: number;
  /** The level that a line has for whoever is wired to it. */
  level(line: number): 0 | 1;
  remove(): void;
}

export interface ChipOptions {
  readonly label: string;
  readonly lines: number;
  /** -1: the kernel chooses. */
  readonly firstLine: number;
  /** A line that a driver of the kernel holds. */
  readonly hogged?: number;
}

let made = 0;

export function addChip({ label, lines, firstLine, hogged }: ChipOptions): SimulatedChip {
  made += 1;
  const device = join(CONFIG, `chip${made}`);
  const bank = join(device, "bank0");
  const hogLine = join(bank, `line${hogged}`);
  mkdirSync(bank, { recursive: true });
  writeFileSync(join(bank, "num_lines"), String(lines));
  writeFileSync(join(bank, "label"), label);
  if (hogged !== undefined) {
    mkdirSync(join(hogLine, "hog"), { recursive: true });
    writeFileSync(join(hogLine, "hog/name"), "a driver");
    writeFileSync(join(hogLine, "hog/direction"), "input");
  }
  writeFileSync(FIRST_LINE, String(firstLine));
  writeFileSync(join(device, "live"), "1");
  const platform = readFileSync(join(device, "dev_name"), "utf8").trim();
  const chip = readFileSync(join(bank, "chip_name"), "utf8").trim();
  const outside = join("/sys/devices/platform", platform, chip);
  const files = new Map<number, SysfsFile>();
  const levelOf = (line: number): SysfsFile => {
    const file = files.get(line) ?? new SysfsFile(join(outside, `sim_gpio${line}`, "value"));
    files.set(line, file);
    return file;
  };
  return {
    base: baseOf(label),
    level: (line) => (levelOf(line).read() === "1" ? 1 : 0),
    remove: () => {
      for (const file of files.values()) file.close();
      files.clear();
      writeFileSync(join(device, "live"), "0");
      if (hogged !== undefined) {
        rmdirSync(join(hogLine, "hog"));
        rmdirSync(hogLine);
      }
      rmdirSync(bank);
      rmdirSync(device);
    },
  };
}

function baseOf(label: string): number {
  for (const name of readdirSync(GPIO).filter((entry) => entry.startsWith("gpiochip"))) {
    if (readFileSync(join(GPIO, name, "label"), "utf8").trim() === label) {
      return Number(readFileSync(join(GPIO, name, "base"), "utf8"));
    }
  }
  throw new Error(`no GPIO controller "${label}" appeared`);
}
