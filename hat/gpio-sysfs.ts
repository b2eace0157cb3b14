// The GPIO files of the kernel: where the header's lines are, what each one is now, and what an error of theirs means.

import { constants } from "node:fs";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HatError } from "./error.ts";
import { type GpioFactory, type GpioLine, onoffFactory } from "./gpio.ts";
import type { GpioHeader, Level } from "./gpio-header.ts";

/** The controllers of the 40-pin header: Pi 0 to 3, Pi 4, Pi 5. Their first number differs from kernel to kernel. */
const CHIP_LABELS = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"];
/** udev sets the rights of a fresh line's files after the kernel made them. By time, not by count: a slow machine looks less often. */
const EXPORT_WAIT_MS = 1000;
const EXPORT_PAUSE_MS = 10;

/** The lines of the controller whose first line is `base`. Rejects with `no-driver`. */
export async function openSysfsHeader(
  sysfs: string,
  base: number,
  given?: GpioFactory,
): Promise<GpioHeader> {
  const gpio = given ?? (await onoffFactory());
  /** Those that were exported or found so; opened at the first write, until then only files are read. */
  const lines = new Map<number, GpioLine | null>();
  const level = async (number: number): Promise<Level> => {
    // Each time: another program may have unexported it meanwhile, and what was open of it then is void.
    if ((await adoptLine(sysfs, number)) || !lines.has(number)) lines.set(number, null);
    return await readLevel(sysfs, number);
  };
  return {
    description: `first line ${base}`,
    async levels(bcm) {
      const found: Level[] = [];
      for (const each of bcm) found.push(await level(base + each));
      return found;
    },
    async drive(bcm, line) {
      const number = base + bcm;
      const { driven } = await level(number);
      try {
        // onoff would wait for the right itself, for seconds and with the whole process.
        if (!lines.get(number)) await untilWritable(sysfs, number);
        if (driven) {
          const open = lines.get(number) ?? gpio.open(number, "out");
          lines.set(number, open);
          await open.write(line === "on" ? 1 : 0);
        } else {
          // Direction and level in one step: "out" alone would pass through low.
          lines.set(number, gpio.open(number, line === "on" ? "high" : "low"));
        }
      } catch (error) {
        // It may have been exported anew behind our back.
        lines.set(number, null);
        throw fileError(error, `GPIO line ${number}`);
      }
    },
  };
}

export interface GpioChip {
  readonly label: string;
  /** The global number of its first line. */
  readonly base: number;
  /** It is the Pi's 40-pin header. */
  readonly isHeader: boolean;
}

/** The GPIO controllers that have files; none where the kernel has no such files. Never rejects. */
export async function listGpioChips(root: string): Promise<readonly GpioChip[]> {
  return (await readChips(join(root, "sys/class/gpio"))) ?? [];
}

/** The global number of the header's first line: fixed numbers broke with Linux 6.6. */
export async function findBase(sysfs: string): Promise<number> {
  const chips = await readChips(sysfs);
  if (chips === null) {
    throw new HatError(
      "no-board",
      `${sysfs} does not exist: this kernel has no GPIO files (CONFIG_GPIO_SYSFS, and from Linux 6.17 on CONFIG_GPIO_SYSFS_LEGACY), nor is there /usr/bin/pinctrl, and one of them a ClusterHAT v1 needs: \`sudo apt install raspi-utils\`, or use a kernel that has the files`,
    );
  }
  const header = chips.find(({ isHeader }) => isHeader);
  if (header !== undefined) return header.base;
  const seen = chips.map(({ label }) => `"${label}"`);
  throw new HatError(
    "no-board",
    `no GPIO controller of a Raspberry Pi in ${sysfs}: looked for ${CHIP_LABELS.join(", ")}, found ${seen.join(", ") || "none"}. A kernel from 6.17 on may lack CONFIG_GPIO_SYSFS_LEGACY: there \`sudo apt install raspi-utils\` brings /usr/bin/pinctrl, which will do`,
  );
}

/** Null where there is no such directory. A controller that cannot be read is left out. */
async function readChips(sysfs: string): Promise<readonly GpioChip[] | null> {
  const entries = await readdir(sysfs).catch(() => null);
  if (entries === null) return null;
  const chips: GpioChip[] = [];
  for (const entry of entries.filter((name) => name.startsWith("gpiochip")).sort()) {
    const read = async (name: string) =>
      (await readFile(join(sysfs, entry, name), "utf8").catch(() => "")).trim();
    const [label, base] = [await read("label"), await read("base")];
    if (/^\d+$/.test(base)) {
      chips.push({ label, base: Number(base), isHeader: CHIP_LABELS.includes(label) });
    }
  }
  return chips;
}

/** Whether it had to be exported. That changes neither its direction nor its level. */
async function adoptLine(sysfs: string, number: number): Promise<boolean> {
  const direction = join(sysfs, `gpio${number}`, "direction");
  const isThere = async () => (await readFile(direction, "utf8").catch(() => null)) !== null;
  if (await isThere()) return false;
  try {
    await writeFile(join(sysfs, "export"), String(number));
  } catch (error) {
    // EBUSY also where another program was quicker with the very same.
    if (!(await isThere())) throw fileError(error, `GPIO line ${number}`);
  }
  await untilReadable(direction, number);
  return true;
}

async function untilReadable(path: string, number: number): Promise<void> {
  const failure = await untilDone(() => readFile(path, "utf8"));
  if (failure === null) return;
  const error = fileError(failure, path);
  if (error.code === "permission") throw error;
  throw new HatError(
    "bus",
    `GPIO line ${number} was exported, but ${path} did not appear within ${EXPORT_WAIT_MS} ms: see \`dmesg\`, and whether udev runs and lets this user read it`,
    failure,
  );
}

/** Rejects as the kernel does when the right to write has not come after a second. */
async function untilWritable(sysfs: string, number: number): Promise<void> {
  const failure = await untilDone(async () => {
    for (const file of ["value", "direction"]) {
      await access(join(sysfs, `gpio${number}`, file), constants.R_OK | constants.W_OK);
    }
  });
  if (failure !== null) throw failure;
}

/** What still went wrong when the time for a fresh line's files was over; null as soon as nothing does. */
async function untilDone(attempt: () => Promise<unknown>): Promise<unknown> {
  const until = performance.now() + EXPORT_WAIT_MS;
  for (;;) {
    const failure = await attempt().then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null || performance.now() >= until) return failure;
    await sleep(EXPORT_PAUSE_MS);
  }
}

async function readLevel(sysfs: string, number: number): Promise<Level> {
  const directory = join(sysfs, `gpio${number}`);
  const driven = (await readText(join(directory, "direction"))).trim() === "out";
  const value = (await readText(join(directory, "value"))).trim() === "1";
  const inverted = (await readText(join(directory, "active_low"))).trim() === "1";
  // Assumed, see gpio-board.ts: an undriven line powers nothing, whatever the Pi's own pull makes of it.
  return { driven, line: driven && value !== inverted ? "on" : "off" };
}

async function readText(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(error, path);
  });
}

function fileError(error: unknown, what: string): HatError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  if (code === "EACCES" || code === "EPERM") {
    return new HatError(
      "permission",
      `${what} may not be opened: add this user to the group gpio (\`sudo usermod -aG gpio $USER\`, then log in again) or run as root`,
      error,
    );
  }
  const advice = code === "EBUSY" ? "another driver holds the line: see `gpioinfo`" : "see `dmesg`";
  return new HatError("bus", `${what} cannot be used (${code}): ${advice}`, error);
}
