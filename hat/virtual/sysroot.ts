// The files of /proc and /sys that a Zero's agent reads, in a directory of its own for each virtual Zero.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const BOOT_ID = "proc/sys/kernel/random/boot_id";
const TEMPERATURE = "sys/class/thermal/thermal_zone0/temp";
const THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";
const UPTIME = "proc/uptime";
const MODEL = "proc/device-tree/model";

/** What `get_throttled` says: bit 0 under-voltage now, bit 16 since boot; bit 2 throttled now, bit 18 since boot. */
export const THROTTLED_NOW = 0x4;
export const THROTTLED_SINCE_BOOT = 0x40000;
export const UNDER_VOLTAGE_NOW = 0x1;
export const UNDER_VOLTAGE_SINCE_BOOT = 0x10000;

export interface Sysroot {
  readonly path: string;
  boot(bootId: string): void;
  temperature(tempC: number): void;
  throttled(word: number): void;
  uptime(ms: number): void;
}

/**
 * Makes the tree. Values are replaced by rename, so that no reader sees half of one. Once it stands, a value that cannot be
 * written (full disk, tree removed) is left as it was and told to `onFault`, the first of a row only: timers write here, and
 * the Zeros must live on.
 */
export function makeSysroot(path: string, onFault: (why: string) => void): Sysroot {
  let isFaulty = false;
  const write = (name: string, text: string) => {
    const target = join(path, name);
    writeFileSync(`${target}.new`, text);
    renameSync(`${target}.new`, target);
  };
  const put = (name: string, text: string) => {
    try {
      write(name, text);
      isFaulty = false;
    } catch (error) {
      if (!isFaulty) onFault(error instanceof Error ? error.message : String(error));
      isFaulty = true;
    }
  };
  for (const name of [BOOT_ID, TEMPERATURE, THROTTLED, UPTIME, MODEL]) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
  }
  write(MODEL, "Raspberry Pi Zero W Rev 1.1\0");
  return {
    path,
    boot: (bootId) => put(BOOT_ID, `${bootId}\n`),
    temperature: (tempC) => put(TEMPERATURE, `${Math.round(tempC * 1000)}\n`),
    // The kernel's driver prints plain hex, without 0x.
    throttled: (word) => put(THROTTLED, `${word.toString(16)}\n`),
    // The second figure, the idle time, is nobody's business here.
    uptime: (ms) => put(UPTIME, `${(ms / 1000).toFixed(2)} 0.00\n`),
  };
}
