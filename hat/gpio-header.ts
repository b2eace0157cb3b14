// The GPIO lines of the Pi's 40-pin header, by the best way that this kernel offers: sysfs, else the vendor's `pinctrl`.

import { join } from "node:path";
import type { Line } from "./board.ts";
import { type HatError, isHatError } from "./error.ts";
import type { GpioFactory } from "./gpio.ts";

export interface Level {
  /** It is an output. */
  readonly driven: boolean;
  /** At the pin, active high. A line that is no output is "off": see gpio-board.ts. */
  readonly line: Line;
}

/** Lines by BCM number. A look prepares a line where that is needed and changes none. Every rejection is a HatError. */
export interface GpioHeader {
  /** For people: "first line 512". */
  readonly description: string;
  levels(bcm: readonly number[]): Promise<readonly Level[]>;
  /** Drives a line: an output by its level alone, any other by direction and level at once. */
  drive(bcm: number, line: Line): Promise<void>;
}

export interface GpioHeaderOptions {
  /** What stands before /sys and /usr: for tests. */
  readonly root?: string | undefined;
  readonly gpio?: GpioFactory | undefined;
}

/** Chooses the way. Rejects with `no-board` if there is none, or with what the chosen one reports. */
export async function openGpioHeader({ root = "/", gpio }: GpioHeaderOptions): Promise<GpioHeader> {
  const { findBase, openSysfsHeader } = await import("./gpio-sysfs.ts");
  const sysfs = join(root, "sys/class/gpio");
  const base = await findBase(sysfs).catch((error: unknown) => {
    if (isHatError(error, "no-board")) return error;
    throw error;
  });
  if (typeof base === "number") return await openSysfsHeader(sysfs, base, gpio);
  return await pinctrlOr(base, root);
}

async function pinctrlOr(noSysfs: HatError, root: string): Promise<GpioHeader> {
  const { findPinctrl, pinctrlHeader } = await import("./gpio-pinctrl.ts");
  const program = await findPinctrl(root);
  if (program === null) throw noSysfs;
  return pinctrlHeader(program);
}
