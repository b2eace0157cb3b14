// The expander driver over chip models in the same process, with transfers that can fail.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Line } from "../../hat/board.ts";
import { HatError } from "../../hat/error.ts";
import { type ExpanderRevision, powerBit, REGISTER } from "../../hat/expander.ts";
import { openExpanderBoard } from "../../hat/expander-board.ts";
import type { I2cBus } from "../../hat/i2c.ts";
import { Chip, type ChipModel } from "../../hat/virtual/chip.ts";
import type { BusSubject } from "./subject.ts";

export interface ChipBus extends I2cBus {
  /** The next transfers fail: before the chip saw them, or (writes) after. */
  fail(count: number, after?: boolean): void;
}

export const ADDRESS = 0x20;

/** A bus with one chip. `onWrite` sees each write after it was done. */
export function chipBus(chip: Chip, onWrite: () => void = () => {}): ChipBus {
  let failures = 0;
  let afterwards = false;
  const failing = () => {
    if (failures === 0) return false;
    failures -= 1;
    return true;
  };
  const check = (address: number) => {
    if (address !== ADDRESS) throw new HatError("bus", `nothing at ${address}`);
  };
  return {
    fail: (count, after = false) => {
      failures = count;
      afterwards = after;
    },
    readByte: async (address, register) => {
      check(address);
      if (failing()) throw new HatError("bus", "NAK");
      return chip.read(register);
    },
    writeByte: async (address, register, value) => {
      check(address);
      const failed = failing();
      if (!failed || afterwards) {
        chip.write(register, value);
        onWrite();
      }
      if (failed) throw new HatError("bus", "NAK");
    },
    close: async () => {},
  };
}

export function levelsOf(chip: Chip): readonly Line[] {
  return [0, 1, 2, 3].map((index) => ((chip.pins() & powerBit(index)) === 0 ? "off" : "on"));
}

/** A chip in its power-on state under the contract. */
export async function chipSubject(
  revision: ExpanderRevision,
  model: ChipModel,
): Promise<BusSubject> {
  const directory = await mkdtemp(join(tmpdir(), "hat-chip-"));
  const chip = new Chip({ model });
  const bus = chipBus(chip);
  return {
    open: (options) =>
      openExpanderBoard({
        bus,
        chips: [{ address: ADDRESS, revision }],
        usb: { presence: async () => [], ports: async () => [] },
        supply: async () => null,
        lockPath: join(directory, "lock"),
        hold: options?.hold ?? false,
        descriptions: ["chip model"],
        virtual: true,
      }),
    pins: async () => levelsOf(chip),
    foreign: async (index, line) => {
      const latch = chip.read(REGISTER.output);
      chip.write(
        REGISTER.output,
        line === "on" ? latch | powerBit(index) : latch & ~powerBit(index),
      );
    },
    losePower: async () => chip.reset(),
    stick: async (index, level) => chip.stick(powerBit(index), level),
    failTransfers: (count) => bus.fail(count),
    dispose: () => rm(directory, { recursive: true }),
  };
}
