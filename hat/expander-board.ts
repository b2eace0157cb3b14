// The PowerBoard of ClusterHAT v2 and v3: runs the plans of expander.ts over an I2C bus, and proves each one by read-back.

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
import {
  afterWrite,
  changedLines,
  drivePlan,
  type ExpanderRevision,
  isPowerOnState,
  LINES_PER_CHIP,
  linesOf,
  pinLevels,
  powerBit,
  REGISTER,
  type RegisterImage,
  safeInitPlan,
  switchBits,
} from "./expander.ts";
import type { I2cBus } from "./i2c.ts";
import { noSuchSlot, partsWith } from "./refusal.ts";
import { type SlotId, slotId } from "./slots.ts";
import type { SupplySource } from "./supply.ts";
import type { UsbPorts } from "./usb-ports.ts";
import { Writer } from "./writer.ts";

export interface ExpanderChip {
  readonly address: number;
  readonly revision: ExpanderRevision;
}

export interface ExpanderBoardOptions {
  readonly bus: I2cBus;
  /** Slots are numbered through: the second chip's first line is p5. */
  readonly chips: readonly ExpanderChip[];
  /** The zero-based index of the first slot, where other boards come before this one. */
  readonly firstSlot?: number;
  /** If fewer lines carry a Zero than the chips have. */
  readonly slotCount?: number;
  readonly usb: UsbPorts;
  readonly supply: SupplySource;
  readonly lockPath: string;
  /** Keep the lock until close, as the controller does. Otherwise it is taken for each write. */
  readonly hold: boolean;
  /** One for each chip. */
  readonly descriptions: readonly string[];
  readonly virtual: boolean;
}

/** How often a read or a write is tried before it is an error, and the pause between. A NAK on a busy bus passes in a few ms. */
const TRIES = 3;
const RETRY_PAUSE_MS = 5;

interface Chip extends ExpanderChip {
  /** The images that our own doing can have left; after a read that succeeded there is one. Any other is a foreign change. */
  expected: RegisterImage[];
}

/** Opens the board and reads each chip once. Changes no line. Rejects with `bus`, `locked`, or what the bus itself reports. */
export async function openExpanderBoard(options: ExpanderBoardOptions): Promise<PowerBoard> {
  const writer = new Writer(options.lockPath);
  try {
    const chips: Chip[] = [];
    for (const chip of options.chips) {
      chips.push({ ...chip, expected: [await retrying(() => readImage(options.bus, chip))] });
    }
    if (options.hold) await writer.hold();
    return new ExpanderBoard(options, chips, writer);
  } catch (error) {
    await options.bus.close();
    throw error;
  }
}

function isDriven(image: RegisterImage | undefined): boolean {
  return image !== undefined && !isPowerOnState(image);
}

class ExpanderBoard implements PowerBoard {
  readonly info: BoardInfo;
  readonly #options: ExpanderBoardOptions;
  readonly #chips: readonly Chip[];
  readonly #writer: Writer;
  readonly #firstSlot: number;

  constructor(options: ExpanderBoardOptions, chips: readonly Chip[], writer: Writer) {
    const count = options.slotCount ?? chips.length * LINES_PER_CHIP;
    this.#options = options;
    this.#chips = chips;
    this.#writer = writer;
    this.#firstSlot = options.firstSlot ?? 0;
    const slots = Array.from({ length: count }, (_, index) => slotId(this.#firstSlot + index));
    this.info = {
      description: options.descriptions.join(" + "),
      slots,
      parts: chips.map(({ revision }, index) => ({
        description: options.descriptions[index] ?? "",
        slots: slots.slice(index * LINES_PER_CHIP, (index + 1) * LINES_PER_CHIP),
        switches: [...switchBits(revision).keys()],
      })),
      virtual: options.virtual,
    };
  }

  read(): Promise<BoardReading> {
    return this.#writer.read(async () => {
      const images: RegisterImage[] = [];
      for (const chip of this.#chips) {
        const image = await retrying(() => readImage(this.#options.bus, chip));
        // The caller is told what is there, so from here on it is known.
        chip.expected = [image];
        images.push(image);
      }
      const lines = images.flatMap(linesOf);
      const usb = await this.#options.usb.presence();
      return {
        slots: this.info.slots.map((slot, index) => ({
          slot,
          line: lines[index] ?? "off",
          usb: usb[index] ?? "unknown",
          driven: isDriven(images[Math.floor(index / LINES_PER_CHIP)]),
        })),
        underVoltage: await this.#options.supply(),
      };
    });
  }

  setPower(slot: SlotId, line: Line): Promise<SlotReading> {
    return this.#writer.write(async () => {
      const index = this.info.slots.indexOf(slot);
      const chip = this.#chips[Math.floor(index / LINES_PER_CHIP)];
      if (chip === undefined) {
        throw noSuchSlot(slot, this.info);
      }
      const lineIndex = index % LINES_PER_CHIP;
      await this.#drive(chip, powerBit(lineIndex), line === "on", true);
      const usb = await this.#options.usb.presence();
      return { slot, line, usb: usb[index] ?? "unknown", driven: true };
    });
  }

  readSwitches(): Promise<readonly SwitchReading[]> {
    return this.#writer.read(async () => {
      const readings: SwitchReading[] = [];
      for (const [part, chip] of this.#chips.entries()) {
        const image = await retrying(() => readImage(this.#options.bus, chip));
        for (const [name, { mask, high }] of switchBits(chip.revision)) {
          if ((image.direction & mask) !== 0) continue;
          readings.push({ part, name, on: ((pinLevels(image) & mask) !== 0) === high });
        }
      }
      return readings;
    });
  }

  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    return this.#writer.write(async () => {
      for (const index of partsWith(this.info, name, part)) {
        const chip = this.#chips[index] as Chip;
        const bit = switchBits(chip.revision).get(name);
        if (bit !== undefined) await this.#drive(chip, bit.mask, on === bit.high, false);
      }
    });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#options.bus.close();
  }

  /** Compare, write, read back, retry: the contract of board.ts for one pin of one chip. */
  async #drive(chip: Chip, mask: number, high: boolean, mayInit: boolean): Promise<void> {
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await sleep(RETRY_PAUSE_MS);
      try {
        const found = await retrying(() => readImage(this.#options.bus, chip));
        this.#adopt(chip, chip.expected, found, "nothing was written");
        const written = await this.#write(chip, found, mask, high, mayInit);
        const proof = await retrying(() => readImage(this.#options.bus, chip));
        // Our own bit may not have got through; that is no foreign hand but a reason to try again.
        this.#adopt(chip, [written, ...chip.expected], proof, "it happened while we wrote");
        const pin = pinLevels(proof) & mask;
        if ((pin !== 0) === high && (proof.direction & mask) === 0) return;
        failure = this.#notVerified(chip, mask, high, proof);
      } catch (error) {
        if (!isHatError(error, "bus")) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #write(
    chip: Chip,
    found: RegisterImage,
    mask: number,
    high: boolean,
    mayInit: boolean,
  ): Promise<RegisterImage> {
    let image = found;
    const run = async (plan: ReturnType<typeof drivePlan>) => {
      for (const { register, value } of plan) {
        image = afterWrite(image, { register, value });
        // Before the transfer: one that fails may still have got through.
        chip.expected.push(image);
        await this.#options.bus.writeByte(chip.address, register, value);
      }
    };
    if (isPowerOnState(found)) {
      if (!mayInit) {
        throw new HatError(
          "unsupported",
          "the board is in its power-on state and nothing may be driven before a slot is switched: switch one first",
        );
      }
      await run(safeInitPlan(chip.revision, found));
    }
    await run(drivePlan(image, mask, high));
    return image;
  }

  /**
   * Makes `found` the one known image; throws if none of the expected ones has its lines driven like that, and names the lines
   * that differ from the nearest of them: in the others a write of ours is missing.
   */
  #adopt(
    chip: Chip,
    expected: readonly RegisterImage[],
    found: RegisterImage,
    consequence: string,
  ): void {
    const first = this.#firstSlot + this.#chips.indexOf(chip) * LINES_PER_CHIP;
    const [slots = []] = expected
      .map((image) => changedLines(image, found).map((index) => slotId(first + index)))
      // The last chip may have lines that carry no Zero.
      .map((changed) => changed.filter((slot) => this.info.slots.includes(slot)))
      .sort((a, b) => a.length - b.length);
    chip.expected = [found];
    if (slots.length === 0) return;
    throw new HatError(
      "foreign-change",
      isPowerOnState(found)
        ? "the board lost its supply since we last looked, and is in its power-on state"
        : `another program switched ${slots.join(", ")} since we last looked; ${consequence}`,
      undefined,
      slots,
    );
  }

  #notVerified(chip: Chip, mask: number, high: boolean, proof: RegisterImage): HatError {
    const first = this.#firstSlot + this.#chips.indexOf(chip) * LINES_PER_CHIP;
    const [named] = [...switchBits(chip.revision)].find(([, bit]) => bit.mask === mask) ?? [];
    const name = named ?? slotId(first + Math.log2(mask));
    const [want, have] = high ? ["on", "off"] : ["off", "on"];
    const latch = (proof.output & mask) !== 0 ? "on" : "off";
    return new HatError(
      "not-verified",
      `${name} was switched ${want} (latch ${latch}), but its pin still reads ${have} after ${TRIES} tries: the line or the chip is faulty; to be sure of power, unplug the HAT`,
    );
  }
}

async function readImage(bus: I2cBus, chip: ExpanderChip): Promise<RegisterImage> {
  return {
    direction: await bus.readByte(chip.address, REGISTER.direction),
    inversion: await bus.readByte(chip.address, REGISTER.inversion),
    output: await bus.readByte(chip.address, REGISTER.output),
    input: await bus.readByte(chip.address, REGISTER.input),
  };
}

async function retrying<T>(transfer: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transfer();
    } catch (error) {
      if (attempt >= TRIES || !isHatError(error, "bus")) throw error;
    }
    await sleep(RETRY_PAUSE_MS);
  }
}
