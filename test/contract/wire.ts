// The wire below the I2C driver: the i2c-bus package as the driver sees it, over chip models, with a hand on every transfer.

import type { I2cModule } from "../../hat/i2c.ts";
import { type Chip, NakError } from "../../hat/virtual/chip.ts";

export interface Transfer {
  readonly kind: "read" | "write";
  readonly address: number;
  readonly register: number;
}

/**
 * `nak`, `timeout`: the chip never saw it. `late-nak`: the chip did, and an error is told. `short`: the answer breaks off.
 * `garbled`: one bit of the answer is wrong.
 */
export type WireFault = "nak" | "timeout" | "late-nak" | "short" | "garbled";
export const WIRE_FAULTS: readonly WireFault[] = ["nak", "timeout", "late-nak", "short", "garbled"];

export interface Hand {
  /** Called before each transfer, with its number from 0. May do anything to the chips, and make the transfer fail. */
  before?(number: number, transfer: Transfer): WireFault | undefined;
  after?(number: number, transfer: Transfer): void;
}

export interface Wire {
  readonly module: I2cModule;
  /** Puts a hand on the wire and counts from 0 again; null takes it away. */
  touch(hand: Hand | null): void;
  /** Transfers since the last touch. */
  transfers(): readonly Transfer[];
}

/** The bit that `garbled` turns: the hub's, which no power line betrays. */
const GARBLED_BIT = 0x20;

const errno = (code: string) => Object.assign(new Error(code), { code });

/** A bus with these chips at these addresses. `onChange` is called when a chip may have changed. */
export function wireTo(chips: ReadonlyMap<number, Chip>, onChange: () => void = () => {}): Wire {
  let hand: Hand | null = null;
  let seen: Transfer[] = [];
  const transfer = async <T>(what: Transfer, act: (chip: Chip) => T): Promise<T> => {
    const number = seen.length;
    seen.push(what);
    const fault = hand?.before?.(number, what);
    onChange();
    if (fault === "nak") throw errno("EREMOTEIO");
    if (fault === "timeout") throw errno("ETIMEDOUT");
    const chip = chips.get(what.address);
    if (chip === undefined) throw errno("EREMOTEIO");
    let answer: unknown;
    try {
      answer = act(chip);
    } catch (error) {
      throw error instanceof NakError ? errno("EREMOTEIO") : error;
    }
    onChange();
    hand?.after?.(number, what);
    onChange();
    if (fault === "late-nak") throw errno("EIO");
    if (what.kind === "read" && fault === "short") return undefined as T;
    if (what.kind === "read" && fault === "garbled") return (Number(answer) ^ GARBLED_BIT) as T;
    return answer as T;
  };
  return {
    module: {
      openPromisified: async () => ({
        readByte: (address, register) =>
          transfer({ kind: "read", address, register }, (chip) => chip.read(register)),
        writeByte: (address, register, value) =>
          transfer({ kind: "write", address, register }, (chip) => chip.write(register, value)),
        close: async () => {},
      }),
    },
    touch: (next) => {
      hand = next;
      seen = [];
    },
    transfers: () => seen,
  };
}
