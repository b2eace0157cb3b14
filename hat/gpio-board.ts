// The PowerBoard of ClusterHAT v1: GPIO lines of the Pi itself, through the kernel's sysfs files and onoff.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  BoardInfo,
  BoardReading,
  Line,
  PowerBoard,
  SlotReading,
  SwitchName,
  SwitchReading,
} from "./board.ts";
import { HatError, isHatError } from "./error.ts";
import { type GpioFactory, type GpioLine, onoffFactory } from "./gpio.ts";
import { noSuchSlot, partsWith } from "./refusal.ts";
import { type SlotId, slotId } from "./slots.ts";
import { firmwareSupply } from "./supply.ts";
import { sysfsUsbPorts, type UsbPorts } from "./usb-ports.ts";
import { Writer } from "./writer.ts";

export interface GpioBoardOptions {
  readonly revision: string;
  readonly hold: boolean;
  readonly lockPath: string;
  /** The zero-based index of the first slot, where other boards come before this one. */
  readonly firstSlot?: number;
  /** The USB path of its hub, such as `1-1.2`, where its ids do not tell which it is. */
  readonly hubPath?: string | undefined;
  /** What stands before /sys: for tests. */
  readonly root?: string;
  readonly gpio?: GpioFactory;
}

/** BCM numbers, active high (clusterctrl `ports=[5,6,13,19,26]`; the 21..26 of other pages are WiringPi's). */
const ALERT_BCM = 5;
const POWER_BCM = [6, 13, 19, 26];
/** The controllers of the 40-pin header: Pi 0 to 3, Pi 4, Pi 5. Their first number differs from kernel to kernel. */
const CHIP_LABELS = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"];
const TRIES = 3;
const RETRY_PAUSE_MS = 5;
/** udev sets the rights of a fresh line's files after the kernel made them. */
const EXPORT_TRIES = 100;
const EXPORT_PAUSE_MS = 10;

interface Level {
  readonly driven: boolean;
  readonly line: Line;
}

interface Pin {
  readonly number: number;
  known: Level;
  /** Opened at the first write; until then only files are read. */
  gpio: GpioLine | null;
}

/**
 * Opens the board: exports the four lines, which changes none, and adopts them as they are. Rejects with `no-board` (no such
 * GPIO controller, or a kernel without these files), `permission`, `bus` (a line that another driver holds), `no-driver`, `locked`.
 *
 * Assumed, not known, for no v1 was at hand: a line that nothing drives powers nothing, so it reads "off" with `driven: false`.
 * The one to doubt is p1: the Pi pulls BCM 6 up until it is driven, and the other three down. If the HAT does not outweigh that
 * pull, the Zero at p1 has power at a cold start although it reads "off"; the first `setPower` of p1 puts that right.
 */
export async function openGpioBoard(options: GpioBoardOptions): Promise<PowerBoard> {
  const sysfs = join(options.root ?? "/", "sys/class/gpio");
  const base = await findBase(sysfs);
  const pins: Pin[] = [];
  for (const bcm of POWER_BCM) pins.push(await adoptPin(sysfs, base + bcm));
  const gpio = options.gpio ?? (await onoffFactory());
  const usb = sysfsUsbPorts({
    hubs: [{ portOrder: "down", path: options.hubPath }],
    root: join(options.root ?? "/", "sys/bus/usb/devices"),
  });
  const writer = new Writer(options.lockPath);
  if (options.hold) await writer.hold();
  return new GpioBoard({ options, sysfs, base, pins, gpio, usb, writer });
}

interface Parts {
  readonly options: GpioBoardOptions;
  readonly sysfs: string;
  readonly base: number;
  readonly pins: readonly Pin[];
  readonly gpio: GpioFactory;
  readonly usb: UsbPorts;
  readonly writer: Writer;
}

class GpioBoard implements PowerBoard {
  readonly info: BoardInfo;
  readonly #parts: Parts;
  readonly #supply: () => Promise<boolean | null>;
  #alert: Pin | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#supply = firmwareSupply(parts.options.root);
    const description = `ClusterHAT ${parts.options.revision} (GPIO, first line ${parts.base})`;
    const slots = POWER_BCM.map((_, index) => slotId((parts.options.firstSlot ?? 0) + index));
    this.info = {
      description,
      slots,
      parts: [{ description, slots, switches: ["alert"] }],
      virtual: false,
    };
  }

  read(): Promise<BoardReading> {
    return this.#parts.writer.read(async () => {
      const levels: Level[] = [];
      for (const pin of this.#parts.pins) {
        pin.known = await readLevel(this.#parts.sysfs, pin.number);
        levels.push(pin.known);
      }
      const usb = await this.#parts.usb.presence();
      return {
        // A restart of the Pi leaves every line undriven.
        slots: levels.map(({ line, driven }, index) => ({
          slot: this.info.slots[index] as SlotId,
          line,
          usb: usb[index] ?? "unknown",
          driven,
        })),
        underVoltage: await this.#supply(),
      };
    });
  }

  setPower(slot: SlotId, line: Line): Promise<SlotReading> {
    return this.#parts.writer.write(async () => {
      const index = this.info.slots.indexOf(slot);
      const pin = this.#parts.pins[index];
      if (pin === undefined) {
        throw noSuchSlot(slot, this.info);
      }
      await this.#refuseForeignChange();
      await this.#drive(pin, slot, line);
      const usb = await this.#parts.usb.presence();
      return { slot, line, usb: usb[index] ?? "unknown", driven: true };
    });
  }

  readSwitches(): Promise<readonly SwitchReading[]> {
    return this.#parts.writer.read(async () => {
      const { driven, line } = (await this.#adoptAlert()).known;
      return driven ? [{ part: 0, name: "alert", on: line === "on" }] : [];
    });
  }

  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    return this.#parts.writer.write(async () => {
      partsWith(this.info, name, part);
      await this.#drive(await this.#adoptAlert(), name, on ? "on" : "off");
    });
  }

  async #adoptAlert(): Promise<Pin> {
    const { sysfs, base } = this.#parts;
    this.#alert ??= await adoptPin(sysfs, base + ALERT_BCM);
    this.#alert.known = await readLevel(sysfs, this.#alert.number);
    return this.#alert;
  }

  /** Never unexports: that would let the lines go. */
  async close(): Promise<void> {
    await this.#parts.writer.close();
  }

  async #refuseForeignChange(): Promise<void> {
    const changed: SlotId[] = [];
    for (const [index, pin] of this.#parts.pins.entries()) {
      const found = await readLevel(this.#parts.sysfs, pin.number);
      if (found.driven !== pin.known.driven || found.line !== pin.known.line) {
        changed.push(this.info.slots[index] as SlotId);
      }
      pin.known = found;
    }
    if (changed.length === 0) return;
    throw new HatError(
      "foreign-change",
      `another program switched ${changed.join(", ")} since we last looked; nothing was written`,
      undefined,
      changed,
    );
  }

  async #drive(pin: Pin, name: string, line: Line): Promise<void> {
    const { sysfs, gpio } = this.#parts;
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await sleep(RETRY_PAUSE_MS);
      try {
        if (pin.known.driven) {
          pin.gpio ??= gpio.open(pin.number, "out");
          await pin.gpio.write(line === "on" ? 1 : 0);
        } else {
          // Direction and level in one step: "out" alone would pass through low.
          pin.gpio = gpio.open(pin.number, line === "on" ? "high" : "low");
        }
        pin.known = await readLevel(sysfs, pin.number);
        if (pin.known.driven && pin.known.line === line) return;
        failure = new HatError(
          "not-verified",
          `${name} was switched ${line}, but its GPIO line ${pin.number} still reads ${pin.known.line} after ${TRIES} tries: the line is faulty; to be sure of power, unplug the HAT`,
        );
      } catch (error) {
        if (isHatError(error)) throw error;
        failure = fileError(error, `GPIO line ${pin.number}`);
      }
    }
    throw failure;
  }
}

/** The global number of the header's first line: fixed numbers broke with Linux 6.6. */
async function findBase(sysfs: string): Promise<number> {
  const entries = await readdir(sysfs).catch(() => null);
  if (entries === null) {
    throw new HatError(
      "no-board",
      `${sysfs} does not exist: this kernel has no GPIO files (CONFIG_GPIO_SYSFS, and from Linux 6.17 on CONFIG_GPIO_SYSFS_LEGACY), which a ClusterHAT v1 needs; use a kernel that has them`,
    );
  }
  const seen: string[] = [];
  for (const entry of entries.filter((name) => name.startsWith("gpiochip"))) {
    const label = (await readText(join(sysfs, entry, "label"))).trim();
    seen.push(`"${label}"`);
    if (CHIP_LABELS.includes(label)) return Number(await readText(join(sysfs, entry, "base")));
  }
  throw new HatError(
    "no-board",
    `no GPIO controller of a Raspberry Pi in ${sysfs}: looked for ${CHIP_LABELS.join(", ")}, found ${seen.join(", ") || "none"}. A kernel from 6.17 on may lack CONFIG_GPIO_SYSFS_LEGACY`,
  );
}

async function adoptPin(sysfs: string, number: number): Promise<Pin> {
  const direction = join(sysfs, `gpio${number}`, "direction");
  if ((await readFile(direction, "utf8").catch(() => null)) === null) {
    await writeFile(join(sysfs, "export"), String(number)).catch((error: unknown) => {
      throw fileError(error, `GPIO line ${number}`);
    });
  }
  await untilReadable(direction, number);
  return { number, known: await readLevel(sysfs, number), gpio: null };
}

async function untilReadable(path: string, number: number): Promise<void> {
  let failure: unknown;
  for (let attempt = 0; attempt < EXPORT_TRIES; attempt += 1) {
    if (attempt > 0) await sleep(EXPORT_PAUSE_MS);
    failure = await readFile(path, "utf8").then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) return;
  }
  const error = fileError(failure, path);
  if (error.code === "permission") throw error;
  throw new HatError(
    "bus",
    `GPIO line ${number} was exported, but ${path} did not appear within ${EXPORT_TRIES * EXPORT_PAUSE_MS} ms: see \`dmesg\`, and whether udev runs and lets this user read it`,
    failure,
  );
}

async function readLevel(sysfs: string, number: number): Promise<Level> {
  const directory = join(sysfs, `gpio${number}`);
  const driven = (await readText(join(directory, "direction"))).trim() === "out";
  const value = (await readText(join(directory, "value"))).trim() === "1";
  const inverted = (await readText(join(directory, "active_low"))).trim() === "1";
  // Assumed, see openGpioBoard: an undriven line powers nothing, whatever the Pi's own pull makes of it.
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
