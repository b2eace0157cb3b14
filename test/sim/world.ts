// The whole rig in one thread with no real time: the core is the real one, everything around it is simulated.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { NOTHING_REMEMBERED, type Remembered } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { step, wantsTick } from "../../controller/core/step.ts";
import { isSwitching } from "../../controller/core/view.ts";
import type { BoardReading, Line } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { Agenda } from "./agenda.ts";
import { type Random, randomOf } from "./random.ts";
import { carryOut, powerDown, powerUp, readBoard } from "./sim-board.ts";
import { boot, deliver, endLink, linkUp } from "./sim-link.ts";
import { servePool } from "./sim-pool.ts";
import { type SimZero, simZero } from "./zero.ts";

/** How long a write and its read-back take on the bus. */
const POWER_MS = 20;

export type Untimed = Event extends infer E ? (E extends Event ? Omit<E, "now"> : never) : never;
export type Report = EffectOf<"report"> & { readonly now: number };

export interface WorldOptions {
  readonly seed?: number;
  readonly zeros?: number;
  readonly hostWorkers?: number;
  readonly policy?: Partial<Policy>;
  readonly remembered?: Remembered;
  /** Whether USB ports can be read. */
  readonly usb?: boolean;
  readonly lines?: Line;
}

export class World {
  readonly zeros: readonly SimZero[];
  readonly reports: Report[] = [];
  readonly effects: (Effect & { readonly now: number })[] = [];
  /** Nonces that the pool was sent, by job: more than one is a double share. */
  readonly sent = new Map<string, number>();
  state: RigState;
  now = 1000;
  // faults of the rig
  hubGone = false;
  powerLost = false;
  underVoltage: boolean | null = false;
  boardError: HatErrorCode | null = null;
  powerError: HatErrorCode | null = null;
  /** A power effect is done, and yet reported as failed. */
  powerLies = false;
  storeFails = false;
  poolSilent = false;
  poolRefuses = false;
  storeSlow = 0;
  serverProved = true;
  /** Told of each power effect before it is carried out. */
  onPower: (effect: EffectOf<"power">, zero: SimZero) => void = () => {};
  readonly #agenda = new Agenda();
  readonly random: Random;
  readonly usb: boolean;
  nextLink = 1;
  #tickAt = 0;

  constructor(options: WorldOptions = {}) {
    const policy = { ...DEFAULT_POLICY, powerRestore: "all-on" as const, ...options.policy };
    const slots = Array.from({ length: options.zeros ?? 4 }, (_, index) => slotId(index));
    this.random = randomOf(options.seed ?? 1, "world");
    this.usb = options.usb ?? true;
    this.zeros = slots.map((slot) => simZero(slot));
    const shape = { slots, hostWorkers: options.hostWorkers ?? 0 };
    this.state = initialState(shape, policy, options.remembered ?? NOTHING_REMEMBERED, this.now);
    if (options.lines === "on") for (const zero of this.zeros) powerUp(this, zero);
    this.#pollBoard();
    this.#proveServer();
    this.#tick();
  }

  slot(id: SlotId): Slot {
    const slot = this.state.slots.find((candidate) => candidate.id === id);
    if (slot === undefined) throw new Error(`no slot ${id}`);
    return slot;
  }

  zero(id: SlotId): SimZero {
    const zero = this.zeros.find((candidate) => candidate.slot === id);
    if (zero === undefined) throw new Error(`no Zero in ${id}`);
    return zero;
  }

  phases(): string {
    return this.state.slots.map(({ phase }) => phase).join(" ");
  }

  /** The events of this name, since the beginning. */
  reported(ev: string, slot?: SlotId): Report[] {
    return this.reports.filter(
      (report) => report.ev === ev && (slot === undefined || report.slot === slot),
    );
  }

  powerEffects(slot?: SlotId): (EffectOf<"power"> & { readonly now: number })[] {
    return this.effects.filter(
      (effect): effect is EffectOf<"power"> & { readonly now: number } =>
        effect.type === "power" && (slot === undefined || effect.slot === slot),
    );
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = this.#agenda.take(until);
      if (due === undefined) break;
      this.now = Math.max(this.now, due.at);
      due.run();
    }
    this.now = until;
  }

  /** Runs until the condition holds; throws after an hour of simulated time, so that nothing hangs. */
  until(condition: () => boolean, what: string): void {
    const limit = this.now + 3_600_000;
    while (!condition()) {
      if (this.now > limit) throw new Error(`never happened: ${what}; now ${this.phases()}`);
      this.run(100);
    }
  }

  allReady(): void {
    this.until(() => this.state.slots.every(({ phase }) => phase === "Ready"), "all Ready");
  }

  /** The controller's process stands still; frames queue up and are read before anyone is judged. */
  stall(ms: number): void {
    this.now += ms;
  }

  post(event: Untimed): void {
    this.#take({ ...event, now: this.now } as Event);
    if (wantsTick(event)) this.#take({ type: "tick", now: this.now });
  }

  after(ms: number, run: () => void): void {
    this.#agenda.add(this.now + ms, run);
  }

  read(): BoardReading {
    return readBoard(this);
  }

  powerDown(zero: SimZero): void {
    powerDown(this, zero);
  }

  boot(zero: SimZero): void {
    boot(this, zero);
  }

  linkUp(zero: SimZero, bootId: string): void {
    linkUp(this, zero, bootId);
  }

  /** The link ends, and the controller hears of it. */
  unlink(zero: SimZero): void {
    endLink(this, zero, "closed");
  }

  #take(event: Event): void {
    const { state, effects, wakeAt } = step(this.state, event);
    this.state = state;
    for (const effect of effects) {
      this.effects.push({ ...effect, now: this.now });
      this.#execute(effect);
    }
    if (wakeAt < this.#tickAt || this.#tickAt <= this.now) {
      this.#tickAt = wakeAt;
      this.#agenda.add(wakeAt, () => this.#tick());
    }
  }

  #tick(): void {
    if (this.now >= this.#tickAt) this.#take({ type: "tick", now: this.now });
  }

  #pollBoard(): void {
    if (this.boardError === null) this.post({ type: "board-read", reading: this.read() });
    else this.post({ type: "board-failed", code: this.boardError, detail: "no answer" });
    this.after(isSwitching(this.state) ? 200 : 1000, () => this.#pollBoard());
  }

  #proveServer(): void {
    if (this.serverProved) this.post({ type: "link-server-proved" });
    this.after(5000, () => this.#proveServer());
  }

  #execute(effect: Effect): void {
    switch (effect.type) {
      case "report":
        this.reports.push({ ...effect, now: this.now });
        break;
      case "write-intent": {
        const { slot, intent } = effect;
        if (this.storeFails) break;
        this.after(this.storeSlow, () => this.post({ type: "intent-durable", slot, intent }));
        break;
      }
      case "power":
        this.after(POWER_MS, () => carryOut(this, effect));
        break;
      case "send":
        deliver(this, effect);
        break;
      case "host-search":
        this.#searchOnHost(effect);
        break;
      default:
        servePool(this, effect);
    }
  }

  #searchOnHost({ worker, message }: EffectOf<"host-search">): void {
    const { id: jobId, epoch } = message;
    const found = { type: "result", worker, link: null, jobId, epoch, nonce: 42 } as const;
    this.after(500, () => this.post({ ...found, hashes: 1_000_000, elapsedMs: 500 }));
  }
}
