// The PowerBoard of ClusterHAT v1: GPIO lines of the Pi itself, through the kernel's sysfs files and onoff.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  BoardInfo,
  BoardReading,
  Line,
  PortReading,
  PowerBoard,
  SlotReading,
  SwitchName,
  SwitchReading,
} from "./board.ts";
import { HatError, isHatError } from "./error.ts";
import { type GpioFactory, onoffFactory } from "./gpio.ts";
import { adoptPin, fileError, findBase, type Level, type Pin, readLevel } from "./gpio-sysfs.ts";
import { noSuchSlot, partsAmong, partsWith } from "./refusal.ts";
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
const TRIES = 3;
const RETRY_PAUSE_MS = 5;

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
    root: options.root,
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

  readPorts(): Promise<readonly PortReading[]> {
    return this.#parts.writer.read(() => this.#parts.usb.ports());
  }

  /** Nothing to bring up: each line is driven when it is switched for the first time, and never before. */
  async init(part?: number): Promise<readonly number[]> {
    partsAmong(this.info, part);
    return [];
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
