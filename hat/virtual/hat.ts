// The whole virtual ClusterHAT: chips, Zeros on their pins, the hub and the supply, and the faults that hit them.

import {
  BIT,
  type ExpanderRevision,
  hubRunningBit,
  LINES_PER_CHIP,
  powerBit,
} from "../expander.ts";
import { type SlotId, slotId, slotIndex } from "../slots.ts";
import { Chip, type ChipModel } from "./chip.ts";
import type { Clock } from "./clock.ts";
import { DEFAULT_HUB_LOSS_MS, type Fault } from "./fault.ts";
import type { Link } from "./relay.ts";
import { currentMa, DIP_MS, type Load, shedByDip } from "./supply.ts";
import { type Sysroot, UNDER_VOLTAGE_NOW, UNDER_VOLTAGE_SINCE_BOOT } from "./sysroot.ts";
import { AMBIENT_C, warm } from "./thermal.ts";
import type { Zero, ZeroState } from "./zero.ts";

/** The address of the first chip; the next ones follow. */
export const FIRST_ADDRESS = 0x20;
const TEMPERATURE_EVERY_MS = 1000;

/** One slot as it truly is, which no driver can see. For tests. */
export interface SlotTruth {
  readonly slot: SlotId;
  readonly powered: boolean;
  /** Changes at the pin: on to off, and off to on. */
  readonly cuts: number;
  readonly starts: number;
  readonly zero: ZeroState;
  readonly usb: boolean;
  readonly pid: number | null;
  readonly currentMa: number;
}

export interface UsbSnapshot {
  /** One for each chip. */
  readonly hubs: readonly boolean[];
  /** One for each slot. */
  readonly ports: readonly boolean[];
  /** The number of the card in each slot: 2 for one made for p2. */
  readonly cards: readonly number[];
}

/** What sits in one slot. */
export interface Seat {
  readonly slot: SlotId;
  readonly zero: Zero;
  readonly link: Link;
  readonly sysroot: Pick<Sysroot, "temperature" | "throttled" | "uptime">;
}

export interface VirtualHatOptions {
  readonly seats: readonly Seat[];
  readonly revision: ExpanderRevision;
  readonly model: ChipModel;
  /** Which card sits in which slot; without it each in its own. */
  readonly cards?: readonly number[] | undefined;
  readonly clock: Clock;
  readonly log: (ev: string, detail: Readonly<Record<string, string | number | null>>) => void;
}

interface Line {
  powered: boolean;
  cuts: number;
  starts: number;
  tempC: number;
}

export class VirtualHat {
  readonly chips: readonly Chip[];
  readonly #options: VirtualHatOptions;
  readonly #lines: readonly Line[];
  #hubLost = false;
  #underVoltage = false;
  #stopped = false;
  readonly #timers = new Map<string, () => void>();

  constructor(options: VirtualHatOptions) {
    this.#options = options;
    this.#lines = options.seats.map(() => ({
      powered: false,
      cuts: 0,
      starts: 0,
      tempC: AMBIENT_C,
    }));
    const count = Math.ceil(options.seats.length / LINES_PER_CHIP);
    // An undriven hub bit leaves the hub running, as the board's own pull does.
    const pulls = hubRunningBit(options.revision);
    this.chips = Array.from({ length: count }, () => new Chip({ model: options.model, pulls }));
    for (const seat of options.seats) seat.sysroot.throttled(0);
    this.#warm();
  }

  /** A transfer of the driver. Throws NakError where nothing answers. */
  write(chip: Chip, register: number, value: number): void {
    chip.write(register, value);
    this.settle();
  }

  /** Lets the pins act: power to the Zeros, and the hub. To be called after each change of a chip. */
  settle(): void {
    // A client may still write while the socket closes: nothing must start again.
    if (this.#stopped) return;
    let started = false;
    for (const [index, seat] of this.#options.seats.entries()) {
      const line = this.#lines[index];
      const powered = (this.#chipOf(index).pins() & powerBit(index % LINES_PER_CHIP)) !== 0;
      if (line !== undefined && powered !== line.powered) {
        line.powered = powered;
        if (powered) line.starts += 1;
        else line.cuts += 1;
        this.#options.log("line", { slot: slotId(index), level: powered ? "on" : "off" });
        if (powered) seat.zero.powerOn();
        else seat.zero.powerOff();
        started ||= powered;
      }
      if (this.#hubRuns(index)) seat.link.release("hub");
      else seat.link.hold("hub");
    }
    if (!started) return;
    const shed = shedByDip(this.#loads(), this.#options.clock.nowMs());
    if (shed.length === 0) return;
    this.#dip();
    for (const index of shed) this.#options.seats[index]?.zero.fault("brownout");
  }

  usb(): UsbSnapshot {
    return {
      hubs: this.chips.map((_, index) => this.#hubRuns(index * LINES_PER_CHIP)),
      ports: this.#options.seats.map(({ zero }, index) => zero.usb && this.#hubRuns(index)),
      cards: this.#options.seats.map((_, index) => this.#options.cards?.[index] ?? index + 1),
    };
  }

  underVoltage(): boolean {
    return this.#underVoltage;
  }

  /** Makes something go wrong. Returns why it cannot, or null. */
  fault(fault: Fault): string | null {
    const { kind, slot, durationMs } = fault;
    if (kind === "hub-loss") {
      this.#hubLost = true;
      this.#options.log("hub", { running: 0 });
      this.settle();
      this.#after("hub", durationMs ?? DEFAULT_HUB_LOSS_MS, () => {
        this.#hubLost = false;
        this.#options.log("hub", { running: 1 });
        this.settle();
      });
      return null;
    }
    if (slot === undefined) return `the fault ${kind} needs a slot`;
    const index = slotIndex(slot);
    const seat = this.#options.seats[index];
    if (seat === undefined) return `there is no slot ${slot}`;
    if (seat.zero.state === "off") return `${slot} is off: only a Zero with power can have a fault`;
    if (kind === "stuck-on") {
      this.#stick(index, durationMs);
      seat.zero.fault("hang", durationMs);
    } else {
      if (kind === "brownout") this.#dip();
      seat.zero.fault(kind, durationMs);
    }
    return null;
  }

  /** Whether the kernel of the Zero in the slot answers on the network, its program aside. Throws if there is no such slot. */
  answers(slot: SlotId): boolean {
    const seat = this.#options.seats[slotIndex(slot)];
    if (seat === undefined) throw new Error(`there is no slot ${slot}`);
    return seat.zero.answers;
  }

  truth(): readonly SlotTruth[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#loads().map((load, index) => {
      const zero = this.#options.seats[index]?.zero;
      const line = this.#lines[index];
      return {
        slot: slotId(index),
        powered: line?.powered ?? false,
        cuts: line?.cuts ?? 0,
        starts: line?.starts ?? 0,
        zero: zero?.state ?? "off",
        usb: zero?.usb ?? false,
        pid: zero?.pid ?? null,
        currentMa: currentMa(load, nowMs),
      };
    });
  }

  /** Takes the power from everything. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    for (const { zero } of this.#options.seats) zero.powerOff();
  }

  #chipOf(index: number): Chip {
    const chip = this.chips[Math.floor(index / LINES_PER_CHIP)];
    if (chip === undefined) throw new Error(`no chip for slot ${slotId(index)}`);
    return chip;
  }

  #hubRuns(index: number): boolean {
    const bit = this.#chipOf(index).pins() & BIT.hub;
    return !this.#hubLost && bit === hubRunningBit(this.#options.revision);
  }

  #stick(index: number, durationMs: number | undefined): void {
    const chip = this.#chipOf(index);
    const mask = powerBit(index % LINES_PER_CHIP);
    chip.stick(mask, "high");
    this.settle();
    if (durationMs === undefined) return;
    this.#after(`stick ${index}`, durationMs, () => {
      chip.stick(mask, null);
      this.settle();
    });
  }

  #dip(): void {
    this.#options.log("supply", { under_voltage: 1 });
    this.#setUnderVoltage(true);
    this.#after("dip", DIP_MS, () => {
      this.#options.log("supply", { under_voltage: 0 });
      this.#setUnderVoltage(false);
    });
  }

  #setUnderVoltage(now: boolean): void {
    this.#underVoltage = now;
    // All share one 5 V rail, and the bit of the past stays until a Zero's next boot; it is kept for the whole run here.
    const word = UNDER_VOLTAGE_SINCE_BOOT | (now ? UNDER_VOLTAGE_NOW : 0);
    for (const { sysroot } of this.#options.seats) sysroot.throttled(word);
  }

  #loads(): readonly Load[] {
    return this.#options.seats.map(({ zero }) => ({
      poweredSinceMs: zero.poweredSinceMs,
      hashing: zero.state === "running" && zero.pid !== null,
    }));
  }

  #warm(): void {
    const now = this.#options.clock.nowMs();
    for (const [index, load] of this.#loads().entries()) {
      const line = this.#lines[index];
      if (line === undefined) continue;
      const work = load.poweredSinceMs === null ? "off" : load.hashing ? "hashing" : "idle";
      line.tempC = warm(line.tempC, work, TEMPERATURE_EVERY_MS);
      const seat = this.#options.seats[index];
      seat?.sysroot.temperature(line.tempC);
      seat?.sysroot.uptime(now - (seat.zero.bootedAtMs ?? now));
    }
    this.#after("warm", TEMPERATURE_EVERY_MS, () => this.#warm());
  }

  #after(name: string, delayMs: number, callback: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#options.clock.after(delayMs, callback));
  }
}
