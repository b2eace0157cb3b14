// The PowerBoard of ClusterHAT v2 and v3: one to four expander chips on an I2C bus, their slots numbered through.

import { answersOf, unreadOf, withUnread } from "./answers.ts";
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
import { ChipDriver, type ExpanderChip } from "./chip-driver.ts";
import {
  type ExpanderRevision,
  isPowerOnState,
  LINES_PER_CHIP,
  linesOf,
  pinLevels,
  powerBit,
  type RegisterImage,
  switchBits,
} from "./expander.ts";
import type { I2cBus } from "./i2c.ts";
import { noSuchSlot, partsAmong, partsWith } from "./refusal.ts";
import { type SlotId, slotId } from "./slots.ts";
import type { SupplySource } from "./supply.ts";
import { UNKNOWN_PORT, type UsbPorts } from "./usb-ports.ts";
import { Writer } from "./writer.ts";

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

/** Opens the board and reads each chip once. Changes no line. Rejects with `locked`, or, if no chip answers, with what the bus reports. */
export async function openExpanderBoard(options: ExpanderBoardOptions): Promise<PowerBoard> {
  const writer = new Writer(options.lockPath);
  const info = infoOf(options);
  try {
    const chips = options.chips.map(
      (chip, index) => new ChipDriver(options.bus, chip, info.parts[index]?.slots ?? []),
    );
    const { values: models } = await answersOf(chips.map((chip) => () => chip.open()));
    const parts = info.parts.map((part, index) => ({
      ...part,
      revision: options.chips[index]?.revision,
      chip: models[index] ?? undefined,
    }));
    if (options.hold) await writer.hold();
    return new ExpanderBoard(options, { ...info, parts }, chips, writer);
  } catch (error) {
    await options.bus.close();
    throw error;
  }
}

function infoOf({ chips, descriptions, virtual, ...options }: ExpanderBoardOptions): BoardInfo {
  const count = options.slotCount ?? chips.length * LINES_PER_CHIP;
  const slots = Array.from({ length: count }, (_, index) =>
    slotId((options.firstSlot ?? 0) + index),
  );
  return {
    description: descriptions.join(" + "),
    slots,
    parts: chips.map(({ revision }, index) => ({
      description: descriptions[index] ?? "",
      slots: slots.slice(index * LINES_PER_CHIP, (index + 1) * LINES_PER_CHIP),
      switches: [...switchBits(revision).keys()],
    })),
    virtual,
  };
}

class ExpanderBoard implements PowerBoard {
  readonly info: BoardInfo;
  readonly #options: ExpanderBoardOptions;
  readonly #chips: readonly ChipDriver[];
  readonly #writer: Writer;

  constructor(
    options: ExpanderBoardOptions,
    info: BoardInfo,
    chips: readonly ChipDriver[],
    writer: Writer,
  ) {
    this.#options = options;
    this.info = info;
    this.#chips = chips;
    this.#writer = writer;
  }

  read(): Promise<BoardReading> {
    return this.#writer.read(async () => {
      const { values, errors } = await answersOf(this.#chips.map((chip) => () => chip.read()));
      const usb = await this.#options.usb.presence();
      const slots = this.info.slots.flatMap((slot, index): SlotReading[] => {
        const image = values[Math.floor(index / LINES_PER_CHIP)] ?? null;
        const line = image === null ? undefined : linesOf(image)[index % LINES_PER_CHIP];
        if (image === null || line === undefined) return [];
        return [{ slot, line, usb: usb[index] ?? "unknown", driven: !isPowerOnState(image) }];
      });
      const unread = unreadOf(errors, (index) => this.info.parts[index]?.slots ?? []);
      return { slots, ...withUnread(unread), underVoltage: await this.#options.supply() };
    });
  }

  setPower(slot: SlotId, line: Line): Promise<SlotReading> {
    return this.#writer.write(async () => {
      const index = this.info.slots.indexOf(slot);
      const chip = this.#chips[Math.floor(index / LINES_PER_CHIP)];
      if (chip === undefined) throw noSuchSlot(slot, this.info);
      await chip.drive(powerBit(index % LINES_PER_CHIP), line === "on", true);
      const usb = await this.#options.usb.presence();
      return { slot, line, usb: usb[index] ?? "unknown", driven: true };
    });
  }

  readPorts(): Promise<readonly PortReading[]> {
    return this.#writer.read(async () => {
      const ports = await this.#options.usb.ports();
      return this.info.slots.map((_, index) => ports[index] ?? UNKNOWN_PORT);
    });
  }

  init(part?: number): Promise<readonly number[]> {
    return this.#writer.write(async () => {
      const broughtUp: number[] = [];
      for (const index of partsAmong(this.info, part)) {
        if ((await this.#chips[index]?.init()) === true) broughtUp.push(index);
      }
      return broughtUp;
    });
  }

  readSwitches(): Promise<readonly SwitchReading[]> {
    return this.#writer.read(async () => {
      const { values } = await answersOf(this.#chips.map((chip) => () => chip.look()));
      return this.#chips.flatMap((chip, part) => {
        const image = values[part] ?? null;
        return image === null ? [] : switchesOf(part, chip.revision, image);
      });
    });
  }

  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    return this.#writer.write(async () => {
      for (const index of partsWith(this.info, name, part)) {
        const chip = this.#chips[index] as ChipDriver;
        const bit = switchBits(chip.revision).get(name);
        if (bit !== undefined) await chip.drive(bit.mask, on === bit.high, false);
      }
    });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#options.bus.close();
  }
}

function switchesOf(
  part: number,
  revision: ExpanderRevision,
  image: RegisterImage,
): readonly SwitchReading[] {
  return [...switchBits(revision)]
    .filter(([, { mask }]) => (image.direction & mask) === 0)
    .map(([name, { mask, high }]) => ({
      part,
      name,
      on: ((pinLevels(image) & mask) !== 0) === high,
    }));
}
