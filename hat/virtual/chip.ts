// The expander chip itself: registers with their power-on values, and the pins that follow from them.

import { REGISTER } from "../expander.ts";

export type ChipModel = "XRA1200P" | "PCA9554";

export interface ChipOptions {
  readonly model: ChipModel;
  /** What the board pulls undriven pins to: 0x0f has the auto-on jumper set. */
  readonly pulls?: number;
}

/** The chip did not acknowledge: no such register. */
export class NakError extends Error {
  override readonly name = "NakError";
}

const REGISTER_COUNT: Record<ChipModel, number> = { XRA1200P: 0x0b, PCA9554: 4 };

export class Chip {
  readonly #model: ChipModel;
  readonly #pulls: number;
  readonly #registers = new Uint8Array(0x0b);
  #stuckMask = 0;
  #stuckHigh = 0;

  constructor(options: ChipOptions) {
    this.#model = options.model;
    this.#pulls = options.pulls ?? 0;
    this.reset();
  }

  /** What losing the supply does. Stuck pins stay stuck. */
  reset(): void {
    this.#registers.fill(0);
    this.#registers[REGISTER.output] = 0xff;
    this.#registers[REGISTER.direction] = 0xff;
    if (this.#model === "XRA1200P") this.#registers[REGISTER.pullUp] = 0xff;
  }

  /** Throws NakError where the chip has no such register, which is how clusterctrl tells the two chips apart. */
  read(register: number): number {
    this.#check(register);
    if (register === REGISTER.input) return this.pins() ^ this.#at(REGISTER.inversion);
    return this.#at(register);
  }

  write(register: number, value: number): void {
    this.#check(register);
    if (register === REGISTER.input) return;
    this.#registers[register] = value;
  }

  /** The levels at the pins: driven by the latch, pulled by the board where undriven, or stuck. */
  pins(): number {
    const direction = this.#at(REGISTER.direction);
    const level = (this.#at(REGISTER.output) & ~direction) | (this.#pulls & direction);
    return ((level & ~this.#stuckMask) | (this.#stuckHigh & this.#stuckMask)) & 0xff;
  }

  /** Holds pins at a level whatever is driven; null lets them go. */
  stick(mask: number, level: "high" | "low" | null): void {
    this.#stuckMask = level === null ? this.#stuckMask & ~mask : this.#stuckMask | mask;
    this.#stuckHigh = level === "high" ? this.#stuckHigh | mask : this.#stuckHigh & ~mask;
  }

  #at(register: number): number {
    return this.#registers[register] ?? 0;
  }

  #check(register: number): void {
    if (register < 0 || register >= REGISTER_COUNT[this.#model]) {
      throw new NakError(`the ${this.#model} has no register 0x${register.toString(16)}`);
    }
  }
}
