// The firmware of the USB boards (1.8) at its registers: what a transfer does, one command at a time, and what comes of it at the
// power lines. Its faults are modelled too: the command for all LEDs that powers the Zeros of some boards, the expander of an
// adapter's HAT that is read at whatever register was written last.

import type { Line } from "../../hat/board.ts";
import type { CtrlKind } from "../../hat/ctrl-kinds.ts";

export interface CtrlModelOptions {
  readonly kind: CtrlKind;
  readonly order?: number;
  /** Of an adapter: which of its eight ports carry a HAT. */
  readonly hats?: number;
  /** The lines that the EEPROM switches on at power-up, as a bit field. */
  readonly savedPower?: number;
  readonly layout?: number;
}

interface Eeprom {
  order: number;
  power: number;
  usbBoot: number;
}

/** How each kind keeps its lines: in port pins, in a variable beside the pins, or in the expanders of its HATs. */
type Wiring = "ports" | "variable" | "expanders";

/** Of the board itself, then of its lines (an adapter's first HAT): the ports of its hub. */
export const OWN_PATHS: Record<string, readonly (readonly number[])[]> = {
  pHAT: [[2], [4], [3]],
  "A+6": [[4, 1], [1], [2], [3], [4, 2], [4, 4]],
  Triple: [[1], [4], [3], [2]],
  Single: [[2], [4]],
  DA: [[4], [2, 4, 4], [2, 4, 3], [2, 4, 2], [2, 4, 1]],
};
const ADC_WIRINGS: Record<string, readonly number[]> = {
  "A+6": [1, 1],
  Triple: [1],
  Stack: [1, 2],
};

export class CtrlModel {
  readonly kind: CtrlKind;
  readonly eeprom: Eeprom;
  /** How often it was connected: another number each time it was away. */
  connections = 0;
  alert = false;
  powerLed = true;
  fanOn = false;
  hubCutMs = 0;
  actOn = true;
  /** How many transfers each further command lasts. */
  lateness = 0;
  readonly #layout: number;
  readonly #hats: number;
  readonly #registers = new Uint8Array(0x100);
  #latch = 0;
  #variable = 0;
  #usbBoot = 0;
  #stuckMask = 0;
  #pointers: ("latch" | "direction")[] = [];
  #running = 0;

  constructor(options: CtrlModelOptions) {
    this.kind = options.kind;
    this.#layout = options.layout ?? 2;
    this.#hats = options.hats ?? 0;
    this.eeprom = { order: options.order ?? 20, power: options.savedPower ?? 0, usbBoot: 0 };
    this.reset();
  }

  /** What losing the supply does, or the reset command. */
  reset(): void {
    const { kind } = this;
    this.#registers.fill(0xff);
    this.#registers.fill(0, 3, 0x0f);
    this.#registers.set([this.#layout, kind.slotCount, this.eeprom.order, 0, kind.type]);
    if (kind.carriesHats) this.#registers[0x20] = this.#hats;
    const saved = kind.carriesHats ? 0 : this.eeprom.power;
    this.#drive(saved);
    this.#variable = saved;
    this.#usbBoot = this.eeprom.usbBoot;
    this.#pointers = Array.from({ length: 8 }, () => "direction");
    this.#running = 0;
    this.alert = false;
    this.fanOn = false;
    this.connections += 1;
  }

  /** The true levels at the power lines. */
  lines(): readonly Line[] {
    return Array.from({ length: this.kind.slotCount }, (_, index) =>
      (this.#latch & (1 << index)) === 0 ? "off" : "on",
    );
  }

  /** Whether the chip acknowledges: while a command runs it does not. Each transfer brings the end nearer. */
  acknowledges(): boolean {
    if (this.#running === 0) return true;
    this.#running -= 1;
    if (this.#running === 0) this.#execute();
    return false;
  }

  read(register: number, length: number): readonly number[] {
    return [...this.#registers.subarray(register, register + length)];
  }

  write(register: number, bytes: readonly number[]): void {
    for (const [at, byte] of bytes.entries()) {
      const target = register + at;
      if (target === 2) this.#registers[2] = byte === 0 ? 1 : byte;
      else if (target === 3 || (target >= 5 && target <= 0x0d)) this.#registers[target] = byte;
    }
    if (this.#at(0x0d) === 0) return;
    this.#running = this.lateness;
    if (this.#running === 0) this.#execute();
  }

  /** As another program does it (arguments first, then the command), and at once. */
  foreign(code: number, data0?: number): void {
    // Not acknowledged, and such programs do not ask again.
    if (this.#running > 0) return;
    const late = this.lateness;
    this.lateness = 0;
    if (data0 !== undefined) this.write(0x0c, [data0]);
    this.write(0x0d, [code]);
    this.lateness = late;
  }

  /** Holds a line where it is, or at a level: the firmware's own idea of the line does not follow either. */
  stick(index: number, level?: "high" | "low"): void {
    const mask = 1 << index;
    this.#stuckMask &= ~mask;
    if (level !== undefined)
      this.#drive(level === "high" ? this.#latch | mask : this.#latch & ~mask);
    this.#stuckMask |= mask;
  }

  get #wiring(): Wiring {
    if (this.kind.carriesHats) return "expanders";
    return this.kind.name === "pHAT" || this.kind.name === "Single" ? "variable" : "ports";
  }

  #at(register: number): number {
    return this.#registers[register] ?? 0;
  }

  #drive(latch: number): void {
    this.#latch = (this.#latch & this.#stuckMask) | (latch & ~this.#stuckMask);
  }

  #execute(): void {
    const status = this.#run(this.#at(0x0d), this.#at(0x0c));
    this.#registers[0x0d] = 0;
    if (status !== null) this.#registers[0x0e] = status;
  }

  /** The new status; null leaves the last one. */
  #run(code: number, data0: number): number | null {
    const { kind } = this;
    const line = data0 >= 1 && data0 <= kind.slotCount ? data0 - 1 : null;
    switch (code) {
      case 0x03:
      case 0x04:
        if (line !== null) this.#switch(line, code === 0x03);
        return 0;
      case 0x05:
      case 0x06:
        this.alert = code === 0x05;
        return 0;
      case 0x07:
        this.hubCutMs = Math.max(data0, 10) * 10;
        if (kind.hub) this.connections += 1;
        return null;
      case 0x0a:
        if (data0 !== 0) return 0;
        this.powerLed = true;
        if (this.#wiring === "variable") {
          this.#drive((1 << kind.slotCount) - 1);
          this.#variable = 0xff;
        }
        return 0;
      case 0x0b:
        if (data0 === 0) this.powerLed = false;
        return 0;
      case 0x0c:
      case 0x0d:
        this.powerLed = code === 0x0c;
        return 0;
      case 0x0e:
        this.reset();
        return 0;
      case 0x0f:
        this.#registers[0x0c] = line === null ? 0xff : this.#status(line);
        return line === null ? 2 : 0;
      case 0x10:
        if (!kind.fan) return 3;
        this.fanOn = data0 === 1;
        return 0;
      case 0x11:
        return this.#path(data0);
      case 0x12:
      case 0x13:
        if (!kind.usbBoot) return 3;
        if (line !== null) this.#usbBoot = withBit(this.#usbBoot, line, code === 0x12);
        return 0;
      case 0x14:
        this.#registers[0x0c] = kind.usbBoot && line !== null ? (this.#usbBoot >> line) & 1 : 0xff;
        return 0;
      case 0x15:
        if (data0 === 0) return 1;
        this.#registers[2] = data0;
        return 0;
      case 0x16:
      case 0x17:
        if (!kind.act) return 3;
        this.actOn = code === 0x16;
        return 0;
      case 0xf0:
        this.eeprom.order = this.#at(2);
        this.eeprom.power = this.#variable;
        this.eeprom.usbBoot = this.#usbBoot;
        return 0;
      case 0xf1:
        Object.assign(this.eeprom, { order: 20, power: 0, usbBoot: 0xff });
        return 0;
      case 0xf2:
        return this.#data(data0, this.#at(0x0b));
      case 0xf3:
        this.eeprom.order = this.#at(2);
        return 0;
      case 0xf4:
        if (kind.usbBoot) this.eeprom.usbBoot = this.#usbBoot;
        return 0;
      case 0xf5:
        this.eeprom.power = this.#variable;
        return 0;
      case 0xf6:
        return 0;
      default:
        return 3;
    }
  }

  #switch(line: number, on: boolean): void {
    if (this.#wiring !== "expanders") {
      this.#drive(withBit(this.#latch, line, on));
      this.#variable = withBit(this.#variable, line, on);
      if ((this.#stuckMask & (1 << line)) !== 0) {
        this.#variable = withBit(this.#variable, line, (this.#latch & (1 << line)) !== 0);
      }
      return;
    }
    const hat = line >> 2;
    if ((this.#hats & (1 << hat)) === 0) return;
    const others = this.#latch & ~(0xf << (hat * 4));
    const four = this.#expander(hat) << (hat * 4);
    this.#drive(withBit(others | four, line, on));
    this.#pointers[hat] = "latch";
  }

  #status(line: number): number {
    if (this.#wiring === "ports") return (this.#latch >> line) & 1;
    if (this.#wiring === "variable") return (this.#variable >> line) & 1;
    if ((this.#hats & (1 << (line >> 2))) === 0) return 0xff;
    return (this.#expander(line >> 2) >> (line & 3)) & 1;
  }

  /** What a read of the HAT's expander gives: the register that was written last. All directions are 0, outputs. */
  #expander(hat: number): number {
    return this.#pointers[hat] === "latch" ? (this.#latch >> (hat * 4)) & 0xf : 0;
  }

  #path(data0: number): number {
    const path = OWN_PATHS[this.kind.name]?.[data0];
    this.#registers.fill(0xff, 5, 0x0d);
    this.#registers.set(path ?? [], 5);
    return path === undefined ? 1 : 0;
  }

  #data(what: number, number: number): number {
    const { name } = this.kind;
    const wirings = ADC_WIRINGS[name] ?? [];
    const answer = (data0: number, data1: number, data2: number) => {
      this.#registers.set([data2, data1, data0], 0x0a);
      return 0;
    };
    if (what === 0) return answer(8, 1, 0xff);
    if (what === 1) return answer(wirings.length, number, this.#at(0x0a));
    if (what === 2) {
      const wiring = wirings[number - 1];
      return wiring === undefined ? 1 : answer(wiring, 778 & 0xff, 778 >> 8);
    }
    if (what === 3) return wirings.length > 0 || name === "DA" ? answer(2, 0x0e, 1) : 1;
    if (what !== 4) return 1;
    const requests = name === "Stack" ? 0b01000 : 0;
    return answer((this.fanOn ? 1 : 0) | requests, number, this.#at(0x0a));
  }
}

function withBit(bits: number, index: number, on: boolean): number {
  return on ? bits | (1 << index) : bits & ~(1 << index);
}
