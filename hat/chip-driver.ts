// One expander chip: runs the plans of expander.ts over the bus, compares before each write, and proves it by read-back.

import { setTimeout as sleep } from "node:timers/promises";
import { HatError, isHatError } from "./error.ts";
import {
  afterWrite,
  changedLines,
  drivePlan,
  type ExpanderRevision,
  isPowerOnState,
  linesOf,
  pinLevels,
  powerBit,
  REGISTER,
  type RegisterImage,
  type RegisterWrite,
  safeInitPlan,
  switchBits,
} from "./expander.ts";
import type { I2cBus } from "./i2c.ts";
import type { SlotId } from "./slots.ts";

export interface ExpanderChip {
  readonly address: number;
  readonly revision: ExpanderRevision;
}

/** How often a read or a write is tried before it is an error, and the pause between. A NAK on a busy bus passes in a few ms. */
const TRIES = 3;
const RETRY_PAUSE_MS = 5;
/** What the latch holds after a reset. */
const RESET_LATCH = 0xff;

export class ChipDriver {
  readonly revision: ExpanderRevision;
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #slots: readonly SlotId[];
  /** The images that our own doing can have left; after a read that succeeded there is one. Any other is a foreign change. */
  #expected: RegisterImage[];

  /** `slots` are those on its lines, in their order; the last lines may carry none. Nothing is known of it until it was read. */
  constructor(bus: I2cBus, { address, revision }: ExpanderChip, slots: readonly SlotId[]) {
    this.revision = revision;
    this.#bus = bus;
    this.#address = address;
    this.#slots = slots;
    this.#expected = [];
  }

  /**
   * Reads the chip and writes nothing. Resolves with which it is, by the pull-up register, which only one of them has: it is how the
   * vendor's tool tells them apart.
   */
  async open(): Promise<"XRA1200P" | "PCA9554"> {
    await this.read();
    const pullUp = retrying(() => this.#bus.readByte(this.#address, REGISTER.pullUp));
    return await pullUp.then(
      () => "XRA1200P",
      () => "PCA9554",
    );
  }

  /**
   * What is there now. News is read twice: a bit that was garbled on the wire must not pass for a foreign hand, nor be written back
   * with the bits of the others.
   */
  look(): Promise<RegisterImage> {
    return retrying(async () => {
      const image = await this.#readImage();
      if (this.#expected.some((known) => isSame(known, image))) return image;
      const again = await this.#readImage();
      if (isSame(image, again)) return again;
      throw this.#busError("answered otherwise when it was asked again.");
    });
  }

  /** The same, and the caller tells others of it: from here on it is known. */
  async read(): Promise<RegisterImage> {
    const image = await this.look();
    this.#expected = [image];
    return image;
  }

  /** Drives the pin of bit `mask` to a level. Out of the power-on state only where `mayInit`. */
  async drive(mask: number, high: boolean, mayInit: boolean): Promise<void> {
    await this.#attempt(
      async (found) => {
        let image = found;
        if (isPowerOnState(found)) {
          if (!mayInit) throw notBroughtUp();
          image = await this.#write(image, safeInitPlan(this.revision, found));
        }
        return await this.#write(image, drivePlan(image, mask, high));
      },
      (proof) => {
        const agrees = ((pinLevels(proof) & mask) !== 0) === high && (proof.direction & mask) === 0;
        return agrees ? null : this.#notVerified(mask, high, proof);
      },
    );
  }

  /** Leaves the power-on state with every slot as it is. False if the chip was out of it already. */
  async init(): Promise<boolean> {
    let wrote = false;
    let wanted = "";
    await this.#attempt(
      async (found) => {
        if (!isPowerOnState(found)) return found;
        wrote = true;
        wanted = linesOf(found).join(" ");
        return await this.#write(found, safeInitPlan(this.revision, found));
      },
      (proof) => {
        const have = linesOf(proof).join(" ");
        if (!wrote || (!isPowerOnState(proof) && have === wanted)) return null;
        return new HatError(
          "not-verified",
          `the chip at ${hex(this.#address)} was brought up with its lines ${wanted}, but they read ${have}${isPowerOnState(proof) ? ", and it is in its power-on state still" : ""}: the chip is faulty; to be sure of power, unplug the HAT`,
        );
      },
    );
    return wrote;
  }

  /** Compare, write, read back, retry: the contract of board.ts. `check` says what is wrong with the proof. */
  async #attempt(
    write: (found: RegisterImage) => Promise<RegisterImage>,
    check: (proof: RegisterImage) => HatError | null,
  ): Promise<void> {
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await sleep(RETRY_PAUSE_MS);
      try {
        const found = await this.look();
        this.#adopt(this.#expected, found, "nothing was written");
        const written = await write(found);
        const proof = await this.look();
        // Our own bit may not have got through; that is no foreign hand but a reason to try again.
        this.#adopt([written, ...this.#expected], proof, "it happened while we wrote");
        failure = check(proof);
        if (failure === null) return;
      } catch (error) {
        if (!isHatError(error, "bus")) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #write(found: RegisterImage, plan: readonly RegisterWrite[]): Promise<RegisterImage> {
    let image = found;
    for (const write of plan) {
      if (write.register === REGISTER.direction) await this.#confirmLatch(image.output);
      image = afterWrite(image, write);
      // Before the transfer: one that fails may still have got through.
      this.#expected.push(image);
      await this.#bus.writeByte(this.#address, write.register, write.value);
      if (write.register === REGISTER.direction) await this.#tame(image);
    }
    return image;
  }

  /** Directions after a reset would drive the reset value of the latch: every Zero on. */
  async #confirmLatch(value: number): Promise<void> {
    const latch = await this.#bus.readByte(this.#address, REGISTER.output);
    if (latch !== value)
      throw this.#busError(
        `holds ${hex(latch)} in its latch, not the ${hex(value)} that was written.`,
      );
  }

  /** Should the reset have come after that, by a hair: puts the lines right at once, and throws what tells of it. */
  async #tame({ output }: RegisterImage): Promise<void> {
    const latch = await retrying(() => this.#bus.readByte(this.#address, REGISTER.output));
    if (latch !== RESET_LATCH || output === RESET_LATCH) return;
    await retrying(() => this.#bus.writeByte(this.#address, REGISTER.output, output));
    const slots = this.#slots.filter((_, index) => (output & powerBit(index)) === 0);
    throw new HatError(
      "foreign-change",
      `the board lost its supply while it was brought up: ${slots.join(", ")} came on for a moment and were switched off again`,
      undefined,
      slots,
    );
  }

  #busError(what: string): HatError {
    return new HatError(
      "bus",
      `the chip at ${hex(this.#address)} ${what} Check that the HAT sits right and that its supply is strong enough`,
    );
  }

  /**
   * Makes `found` the one known image; throws if none of the expected ones has its lines driven like that, and names the lines
   * that differ from the nearest of them: in the others a write of ours is missing.
   */
  #adopt(expected: readonly RegisterImage[], found: RegisterImage, consequence: string): void {
    const [slots = []] = expected
      // The last chip may have lines that carry no Zero.
      .map((image) => changedLines(image, found).flatMap((index) => this.#slots[index] ?? []))
      .sort((a, b) => a.length - b.length);
    this.#expected = [found];
    if (slots.length === 0) return;
    throw new HatError(
      "foreign-change",
      isPowerOnState(found)
        ? "the board lost its supply since we last looked, and is in its power-on state: its Zeros lost power too. Look at the supply and the HAT's USB lead, then ask again"
        : `another program switched ${slots.join(", ")} since we last looked; ${consequence}. See what is there now (\`hatctl status\`), then ask again`,
      undefined,
      slots,
    );
  }

  /** The latch comes last: the less time between reading and writing it, the less another program can write in between. */
  async #readImage(): Promise<RegisterImage> {
    const read = (register: number) => this.#bus.readByte(this.#address, register);
    const direction = await read(REGISTER.direction);
    const inversion = await read(REGISTER.inversion);
    const input = await read(REGISTER.input);
    const output = await read(REGISTER.output);
    if ((direction & inversion & input & output) === 0xff) {
      throw this.#busError("answers 0xff whatever it is asked, so nobody answers.");
    }
    return { direction, inversion, input, output };
  }

  #notVerified(mask: number, high: boolean, proof: RegisterImage): HatError {
    const [named] = [...switchBits(this.revision)].find(([, bit]) => bit.mask === mask) ?? [];
    const name = named ?? this.#slots[Math.log2(mask)];
    const [want, have] = high ? ["on", "off"] : ["off", "on"];
    const latch = (proof.output & mask) !== 0 ? "on" : "off";
    return new HatError(
      "not-verified",
      `${name} was switched ${want} (latch ${latch}), but its pin still reads ${have} after ${TRIES} tries: the line or the chip is faulty; to be sure of power, unplug the HAT`,
    );
  }
}

function isSame(a: RegisterImage, b: RegisterImage): boolean {
  return (
    a.direction === b.direction &&
    a.inversion === b.inversion &&
    a.input === b.input &&
    a.output === b.output
  );
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

function notBroughtUp(): HatError {
  return new HatError(
    "unsupported",
    "the board is in its power-on state and nothing may be driven before a slot is switched: switch one first, or bring the board up (`hatctl init`)",
  );
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
