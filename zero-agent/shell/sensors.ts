// What the Zero tells about itself, read from the kernel's files under a root directory (another one for virtual Zeros).

import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, freemem, loadavg, uptime } from "node:os";
import { join } from "node:path";
import type { Beat, Hello } from "../protocol/messages.ts";

const BOOT_ID = "proc/sys/kernel/random/boot_id";
const MODEL = "proc/device-tree/model";
const TEMPERATURE = "sys/class/thermal/thermal_zone0/temp";
/** The same bits as `vcgencmd get_throttled`, in hex without 0x (raspberrypi/linux drivers/firmware/raspberrypi.c). */
const THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";
const LOAD = "proc/loadavg";
const MEMORY = "proc/meminfo";
const UPTIME = "proc/uptime";

const TEXT_MAX = 64;

export type Telemetry = Pick<Beat, "tempC" | "throttled" | "load" | "memoryFreeBytes" | "uptimeMs">;
export type Machine = Pick<Hello, "model" | "cpu">;

/** The file's text without trailing NUL and white space, or null if it cannot be read. */
function read(sysroot: string, path: string): string | null {
  try {
    return readFileSync(join(sysroot, path), "latin1").replaceAll("\0", "").trim();
  } catch {
    return null;
  }
}

/** A finite number, or null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A number that is at least 0, or else the fallback. */
function amount(value: number, fallback: number): number {
  return Number.isFinite(value) && value >= 0 ? value : fallback;
}

/** The random id of this boot, or null where the kernel gives none. */
export function readBootId(sysroot: string): string | null {
  const text = read(sysroot, BOOT_ID);
  return text !== null && /^[A-Za-z0-9._:-]{1,64}$/.test(text) ? text : null;
}

export function readMachine(sysroot: string): Machine {
  return {
    model: (read(sysroot, MODEL) ?? "unknown").slice(0, TEXT_MAX),
    cpu: {
      model: (cpus()[0]?.model ?? "unknown").trim().slice(0, TEXT_MAX),
      cores: availableParallelism(),
      arch: arch(),
    },
  };
}

export function readTelemetry(sysroot: string): Telemetry {
  const [load1] = loadavg();
  const memoryKib = /^MemAvailable:\s+(\d+) kB/m.exec(read(sysroot, MEMORY) ?? "")?.[1];
  const throttled = Number.parseInt(read(sysroot, THROTTLED) ?? "", 16);
  return {
    tempC: finite(Number.parseInt(read(sysroot, TEMPERATURE) ?? "", 10) / 1000),
    throttled: throttled >= 0 ? throttled : null,
    load: amount(Number.parseFloat(read(sysroot, LOAD) ?? ""), load1 ?? 0),
    memoryFreeBytes: memoryKib === undefined ? freemem() : Number(memoryKib) * 1024,
    uptimeMs: Math.round(1000 * amount(Number.parseFloat(read(sysroot, UPTIME) ?? ""), uptime())),
  };
}
