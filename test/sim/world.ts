// The whole rig in one thread with no real time: the core is the real one, everything around it is simulated.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { NOTHING_REMEMBERED, type Remembered } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import { SELF_TEST } from "../../controller/core/self-test.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { step } from "../../controller/core/step.ts";
import { isSwitching } from "../../controller/core/view.ts";
import type { BoardReading, Line } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import type { Hello } from "../../zero-agent/protocol/messages.ts";
import { Agenda } from "./agenda.ts";
import { type Random, randomOf } from "./random.ts";
import { type SimZero, simZero, speaks } from "./zero.ts";

const NOMINAL_HS = 240_000;
const BEAT_MS = 2000;
const DIFFICULTY = 7000;

type Untimed = Event extends infer E ? (E extends Event ? Omit<E, "now"> : never) : never;
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
  readonly #random: Random;
  readonly #usb: boolean;
  #nextLink = 1;
  #tickAt = 0;

  constructor(options: WorldOptions = {}) {
    const policy = { ...DEFAULT_POLICY, powerRestore: "all-on" as const, ...options.policy };
    const slots = Array.from({ length: options.zeros ?? 4 }, (_, index) => slotId(index));
    this.#random = randomOf(options.seed ?? 1, "world");
    this.#usb = options.usb ?? true;
    this.zeros = slots.map((slot) => simZero(slot));
    const shape = { slots, hostWorkers: options.hostWorkers ?? 0 };
    this.state = initialState(shape, policy, options.remembered ?? NOTHING_REMEMBERED, this.now);
    if (options.lines === "on") for (const zero of this.zeros) this.#powerUp(zero);
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
    if (event.type !== "beat" && event.type !== "heard")
      this.#take({ type: "tick", now: this.now });
  }

  after(ms: number, run: () => void): void {
    this.#agenda.add(this.now + ms, run);
  }

  read(): BoardReading {
    return {
      slots: this.zeros.map(({ slot, powered, usb, ghostUsb }) => ({
        slot,
        line: powered ? "on" : "off",
        driven: !this.powerLost,
        usb: this.#usb && !this.hubGone ? (usb || ghostUsb ? "present" : "absent") : "unknown",
      })),
      underVoltage: this.underVoltage,
    };
  }

  /** Power is gone, by us or otherwise. */
  powerDown(zero: SimZero): void {
    zero.powered = false;
    zero.life++;
    zero.hung = false;
    zero.cutOff = false;
    zero.stuckWorker = false;
    zero.speed = 1;
    this.after(100, () => {
      if (!zero.powered) zero.usb = false;
    });
    this.#unlink(zero, "power is gone", false);
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
        this.after(20, () => this.#power(effect));
        break;
      case "send":
        this.#deliver(effect);
        break;
      case "close-link":
        break;
      case "host-search":
        this.after(500, () =>
          this.post({
            type: "result",
            worker: effect.worker,
            link: null,
            jobId: effect.message.id,
            epoch: effect.message.epoch,
            nonce: 42,
            hashes: 1_000_000,
            elapsedMs: 500,
          }),
        );
        break;
      case "secure-share": {
        const { id, seat, worker } = effect.share;
        const valid = this.zeros.find(({ slot }) => slot === worker)?.wrong !== true;
        this.after(5 + this.storeSlow, () =>
          this.post({ type: "share-secured", seat, share: id, valid }),
        );
        break;
      }
      case "connect-pool":
        this.after(50, () => this.#answerPool(effect.seat, { type: "pool-up", seat: effect.seat }));
        break;
      case "request-job":
        this.after(50, () =>
          this.#answerPool(effect.seat, {
            type: "pool-job",
            seat: effect.seat,
            prefix: "a".repeat(40),
            target: "b".repeat(40),
            difficulty: DIFFICULTY,
            to: 100 * DIFFICULTY,
          }),
        );
        break;
      case "submit-share": {
        const { seat, jobId } = effect.share;
        this.sent.set(jobId, (this.sent.get(jobId) ?? 0) + 1);
        this.after(50, () =>
          this.#answerPool(seat, {
            type: "pool-verdict",
            seat,
            verdict: "accepted",
            block: false,
            reason: null,
            pingMs: 50,
          }),
        );
        break;
      }
      case "drop-pool": {
        const { seat, why } = effect;
        this.after(1, () => this.post({ type: "pool-down", seat, code: "stopped", detail: why }));
        break;
      }
      default:
        break;
    }
  }

  #answerPool(seat: string, event: Untimed): void {
    if (this.poolSilent) return;
    if (this.poolRefuses) {
      this.post({ type: "pool-down", seat, code: "refused", detail: "nobody listens" });
    } else this.post(event);
  }

  #power(effect: EffectOf<"power">): void {
    const { slot, action, to } = effect;
    const zero = this.zero(slot);
    this.onPower(effect, zero);
    if (this.powerError !== null) {
      this.post({ type: "power-failed", slot, action, code: this.powerError, detail: "simulated" });
      return;
    }
    if (to === "off" && zero.stuckOn) {
      this.post({ type: "power-failed", slot, action, code: "not-verified", detail: "still high" });
      return;
    }
    if (to === "on" && !zero.powered) this.#powerUp(zero);
    if (to === "off" && zero.powered) this.powerDown(zero);
    if (this.powerLies) {
      this.post({ type: "power-failed", slot, action, code: "bus", detail: "no answer" });
      return;
    }
    const reading = this.read().slots.find((candidate) => candidate.slot === slot);
    if (reading) this.post({ type: "power-done", action, reading });
  }

  #powerUp(zero: SimZero): void {
    zero.powered = true;
    zero.life++;
    this.boot(zero);
  }

  /** Boots: USB shows up, then the agent dials in. */
  boot(zero: SimZero): void {
    const life = zero.life;
    if (zero.neverBoots) return;
    const bootMs = this.#random.between(2000, 5000);
    this.after(bootMs * 0.4, () => {
      if (zero.life === life) zero.usb = true;
    });
    this.after(bootMs, () => {
      if (zero.life === life) this.linkUp(zero, `boot-${zero.slot}-${life}`);
    });
  }

  linkUp(zero: SimZero, bootId: string): void {
    if (zero.cutOff || zero.hung) {
      // A handshake needs both directions: the agent dials again until it gets through.
      const { life } = zero;
      this.after(500, () => {
        if (zero.life === life && zero.powered && !zero.linked) this.linkUp(zero, bootId);
      });
      return;
    }
    const link = this.#nextLink++;
    zero.linked = true;
    zero.link = link;
    if (zero.bootId !== bootId) zero.hashes = 0;
    zero.bootId = bootId;
    zero.spokeAt = this.now;
    this.post({ type: "link-up", slot: zero.slot, link, hello: helloOf(bootId) });
    this.#beat(zero, link, 0);
  }

  /** The link ends; the controller hears of it unless the Zero just vanished. */
  unlink(zero: SimZero): void {
    this.#unlink(zero, "closed", true);
  }

  #unlink(zero: SimZero, detail: string, told: boolean): void {
    if (!zero.linked) return;
    zero.linked = false;
    if (told) this.post({ type: "link-down", slot: zero.slot, link: zero.link, detail });
  }

  #beat(zero: SimZero, link: number, seq: number): void {
    if (zero.link !== link || !zero.linked) return;
    if (speaks(zero)) {
      zero.spokeAt = this.now;
      if (!zero.stuckWorker) zero.hashes += Math.round(NOMINAL_HS * zero.speed * (BEAT_MS / 1000));
      this.post({
        type: "beat",
        slot: zero.slot,
        link,
        beat: {
          type: "beat",
          seq,
          hashes: zero.hashes,
          jobId: null,
          tempC: 45,
          throttled: 0,
          load: 1,
          memoryFreeBytes: 1e8,
          uptimeMs: seq * BEAT_MS,
        },
      });
    }
    this.after(BEAT_MS, () => this.#beat(zero, link, seq + 1));
  }

  #deliver({ slot, link, message }: EffectOf<"send">): void {
    const zero = this.zero(slot);
    if (!speaks(zero) || zero.link !== link) return;
    if (message.type === "shutdown") {
      if (zero.stuckWorker) return;
      this.after(500, () => {
        zero.usb = false;
        this.#unlink(zero, "shutting down", true);
        if (message.how === "reboot") this.boot(zero);
      });
      return;
    }
    if (message.type !== "job" || zero.stuckWorker) return;
    const test = message.id.startsWith("t");
    const hashes = test ? SELF_TEST.nonce - SELF_TEST.from : message.to / 2;
    const elapsedMs = (hashes / (NOMINAL_HS * zero.speed)) * 1000;
    const right = test ? SELF_TEST.nonce : 42;
    this.after(elapsedMs, () => {
      if (!speaks(zero) || zero.stuckWorker || zero.link !== link) return;
      this.post({
        type: "result",
        worker: slot,
        link,
        jobId: message.id,
        epoch: message.epoch,
        nonce: zero.wrong && test ? 7 : right,
        hashes,
        elapsedMs,
      });
    });
  }
}

export function helloOf(bootId: string): Hello {
  return {
    type: "hello",
    agentVersion: "0.0.0-test",
    protocol: { min: 1, max: 1 },
    bootId,
    model: "Raspberry Pi Zero W",
    cpu: { model: "ARM1176", cores: 1, arch: "arm" },
    kernels: [{ name: "plain", algorithm: "duco-s1", hashrateHs: NOMINAL_HS }],
  };
}
