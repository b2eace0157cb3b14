// The PowerBoard of ClusterHAT v1: GPIO lines of the Pi itself.

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
import type { GpioFactory } from "./gpio.ts";
import { type GpioHeader, type Level, openGpioHeader } from "./gpio-header.ts";
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
 * Opens the board: prepares the four lines, which changes none, and adopts them as they are. Rejects with `no-board` (no such
 * GPIO controller, or no way to its lines), `permission`, `bus` (a line that another driver holds), `no-driver`, `locked`.
 *
 * Assumed, not known, for no v1 was at hand: a line that nothing drives powers nothing, so it reads "off" with `driven: false`.
 * The one to doubt is p1: the Pi pulls BCM 6 up until it is driven, and the other three down. If the HAT does not outweigh that
 * pull, the Zero at p1 has power at a cold start although it reads "off"; the first `setPower` of p1 puts that right.
 */
export async function openGpioBoard(options: GpioBoardOptions): Promise<PowerBoard> {
  const header = await openGpioHeader(options);
  const known = await header.levels(POWER_BCM);
  const usb = sysfsUsbPorts({
    hubs: [{ portOrder: "down", path: options.hubPath }],
    root: options.root,
  });
  const writer = new Writer(options.lockPath);
  if (options.hold) await writer.hold();
  return new GpioBoard({ options, header, known, usb, writer });
}

interface Parts {
  readonly options: GpioBoardOptions;
  readonly header: GpioHeader;
  readonly known: readonly Level[];
  readonly usb: UsbPorts;
  readonly writer: Writer;
}

class GpioBoard implements PowerBoard {
  readonly info: BoardInfo;
  readonly #parts: Parts;
  readonly #supply: () => Promise<boolean | null>;
  /** Each power line as it was last seen or left; null where a write of ours ended in the dark. */
  #known: readonly (Level | null)[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#known = parts.known;
    this.#supply = firmwareSupply(parts.options.root);
    const description = `ClusterHAT ${parts.options.revision} (GPIO, ${parts.header.description})`;
    const slots = POWER_BCM.map((_, index) => slotId((parts.options.firstSlot ?? 0) + index));
    this.info = {
      description,
      slots,
      parts: [{ description, slots, switches: ["alert"], revision: parts.options.revision }],
      virtual: false,
    };
  }

  read(): Promise<BoardReading> {
    return this.#parts.writer.read(async () => {
      const levels = await this.#parts.header.levels(POWER_BCM);
      this.#known = levels;
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
      const bcm = POWER_BCM[index];
      if (bcm === undefined) throw noSuchSlot(slot, this.info);
      await this.#refuseForeignChange();
      try {
        await this.#drive(bcm, slot, line);
      } finally {
        await this.#learn(index);
      }
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
      const [alert] = await this.#parts.header.levels([ALERT_BCM]);
      return alert?.driven === true ? [{ part: 0, name: "alert", on: alert.line === "on" }] : [];
    });
  }

  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    return this.#parts.writer.write(async () => {
      partsWith(this.info, name, part);
      await this.#drive(ALERT_BCM, name, on ? "on" : "off");
    });
  }

  /** Never unexports: that would let the lines go. */
  async close(): Promise<void> {
    await this.#parts.writer.close();
  }

  async #refuseForeignChange(): Promise<void> {
    const before = this.#known;
    const found = await this.#parts.header.levels(POWER_BCM);
    this.#known = found;
    const changed = this.info.slots.filter((_, index) => {
      const [known = null, now] = [before[index], found[index]];
      return known !== null && (now?.driven !== known.driven || now.line !== known.line);
    });
    if (changed.length === 0) return;
    throw new HatError(
      "foreign-change",
      `another program switched ${changed.join(", ")} since we last looked; nothing was written. See what is there now (\`hatctl status\`), then ask again`,
      undefined,
      changed,
    );
  }

  /** What we did to our own line is known, however it ended. */
  async #learn(index: number): Promise<void> {
    const bcm = POWER_BCM[index] as number;
    const [level = null] = await this.#parts.header.levels([bcm]).catch((): Level[] => []);
    this.#known = this.#known.with(index, level);
  }

  async #drive(bcm: number, name: string, line: Line): Promise<void> {
    const { header } = this.#parts;
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await sleep(RETRY_PAUSE_MS);
      try {
        await header.drive(bcm, line);
        const [found] = await header.levels([bcm]);
        if (found?.driven === true && found.line === line) return;
        failure = new HatError(
          "not-verified",
          `${name} was switched ${line}, but its GPIO line, BCM ${bcm}, still reads ${found?.line} after ${TRIES} tries: the line is faulty; to be sure of power, unplug the HAT`,
        );
      } catch (error) {
        if (!isHatError(error, "bus")) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}
