// The whole rig in one thread with no real time: the core is the real one, everything around it is simulated.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import { NOTHING_REMEMBERED, type Remembered } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import type { ScheduleReading } from "../../controller/core/schedule.ts";
import type { Share } from "../../controller/core/seat.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigShape, RigState } from "../../controller/core/state.ts";
import type { Untimed } from "../../controller/shell/loop.ts";
import type { BoardReading, Line } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { Agenda } from "./agenda.ts";
import { copyOf } from "./copy-event.ts";
import { type Core, REAL_CORE } from "./core.ts";
import { type Random, randomOf } from "./random.ts";
import { mayOpenBoard, powerDown, readBoard } from "./sim-board.ts";
import { SimController } from "./sim-controller.ts";
import { boot, crash, endLink, linkUp, losePatience, SILENCE_LIMIT_MS } from "./sim-link.ts";
import type { SimOrders } from "./sim-orders.ts";
import { SimStore } from "./sim-store.ts";
import { SimStratum } from "./sim-stratum.ts";
import { type SimZero, simZero } from "./zero.ts";

export type Report = EffectOf<"report"> & { readonly now: number };

/** The board is read more often than this. */
const UNREAD_MS = 1500;
const WANTS_ON: ReadonlySet<string> = new Set(["on", "cycle"]);
const HOLDS: ReadonlySet<string> = new Set(["cordon", "drain", "maintenance"]);

function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** Whether it tells of a power action, or of a slot that goes into another phase. */
function isDecision(effect: Effect): boolean {
  if (effect.type === "report") return effect.ev === "slot.state";
  return effect.type === "write-intent";
}

function nodeEvent(node: string | null) {
  const why = node === null ? "none" : "failed-over";
  return { type: "pool-node", node, why, detail: null } as const;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly zeros?: number;
  readonly hostWorkers?: number;
  readonly policy?: Partial<Policy>;
  readonly remembered?: Remembered;
  /** Whether USB ports can be read. */
  readonly usb?: boolean;
  readonly lines?: Line;
  /** Whether reports and effects are kept, for tests that look at them; a long run keeps none. */
  readonly records?: boolean;
  /** The range of a boot, and of a job's nonces. */
  readonly bootMs?: readonly [number, number];
  readonly jobTo?: number;
  /** Whether a job takes as long as its solution is far, or always half of the range. */
  readonly chance?: boolean;
  readonly core?: Core;
  /** Each so many steps one is made twice, to see that it is a function; Infinity for never. */
  readonly verifyEvery?: number;
}

export class World {
  readonly zeros: readonly SimZero[];
  readonly reports: Report[] = [];
  readonly effects: (Effect & { readonly now: number })[] = [];
  /** The jobs whose share was sent to the pool, and those of which it was sent once more: a double share. */
  readonly sent = new Set<string>();
  readonly sentAgain: string[] = [];
  /** null where it mines Duino-Coin. */
  readonly stratum: SimStratum | null;
  /** What is submitted, in runs where anything is. */
  orders: SimOrders | null = null;
  readonly core: Core;
  readonly verifyEvery: number;
  readonly policy: Policy;
  readonly shape: RigShape;
  readonly store = new SimStore();
  /** The one that the Zeros dial, last; and all that ever were and may still live. */
  readonly controllers: SimController[] = [];
  readonly random: Random;
  readonly usb: boolean;
  readonly jobTo: number;
  readonly chance: boolean;
  now = 1000;
  nextLink = 1;
  /** How far the clock on the wall is from the monotonic one; it may step. */
  wallOffsetMs = 0;
  /** Nothing strikes any more. */
  faultsOver = false;
  // faults of the rig
  hubGone = false;
  hubGoneAt = Number.NEGATIVE_INFINITY;
  /** When a reading last showed its ports. */
  hubReadAt = Number.NEGATIVE_INFINITY;
  /** When the board was last read. */
  readAt = Number.NEGATIVE_INFINITY;
  powerLost = false;
  underVoltage: boolean | null = false;
  sagging = false;
  /** When under-voltage was last read. */
  sagReadAt = Number.NEGATIVE_INFINITY;
  boardError: HatErrorCode | null = null;
  powerError: HatErrorCode | null = null;
  /** A power effect is done, and yet reported as failed. */
  powerLies = false;
  storeFails = false;
  storeSlow = 0;
  poolSilent = false;
  poolRefuses = false;
  /** Rejects what is right. */
  poolUnjust = false;
  poolLatencyMs = 50;
  /** Whether the link server can prove itself, and when it last did. It may be that no frame gets through it either. */
  serverProved = true;
  provedAt = Number.NEGATIVE_INFINITY;
  serverDown = false;
  /** Until when a write is on the bus, and when the last write to a slow disk lands. */
  busBusyUntil = Number.NEGATIVE_INFINITY;
  landsAt = Number.NEGATIVE_INFINITY;
  /** The watts of the window that is open by a right clock, or null; and whether the clock on the wall is wrong. */
  windowWatts: number | null = null;
  clockWrong = false;
  /** The controller's process dies as its next power effect of this kind is carried out, and is started again after so long. */
  diesSwitching: { readonly to: Line; readonly downMs: number } | null = null;
  /** Whether probes of addresses tell anything. */
  probes = false;
  /** Told of each power effect before it is carried out, of each effect, of each share that is sent. */
  onPower: (effect: EffectOf<"power">, zero: SimZero, by: SimController) => void = () => {};
  onSubmit: (share: Share, right: boolean) => void = () => {};
  watch: (effect: Effect, by: SimController) => void = () => {};
  /** Told of each reading that shows under-voltage. */
  onSag: () => void = () => {};
  /** Told of each controller that starts after the first. */
  onStart: () => void = () => {};
  schedule: ScheduleReading | null = null;
  /** The node that the finder last named; "" before it named one. */
  poolNode: string | null = "";
  /** Slots whose cards sit elsewhere, and since when the controller is told so. */
  wrongCards: readonly SlotId[] = [];
  wrongCardsAt = Number.NEGATIVE_INFINITY;
  /** Called when a decision may have made a moment bad. */
  readonly lookouts = new Set<() => void>();
  /** Links whose Zero gave the known answer. */
  readonly provedLinks = new Set<number>();
  /** Until when somebody needs each slot up, as the controller that lives was told. */
  readonly demandUntil = new Map<SlotId, number>();
  /** Slots that a foreign hand switched off, and when; until a person names them. */
  readonly foreignOff = new Map<SlotId, number>();
  /** Until when a person wants the hands of automation off a slot. */
  readonly saidUntil = new Map<SlotId, number>();
  /** Slots that a person, or another hand than ours, switched off, or of which the disk lost something; and that had no power since. */
  readonly leftOff = new Set<SlotId>();
  /** Until when all links may be down for one common cause. */
  outageUntil = Number.NEGATIVE_INFINITY;
  /** The least watts that were asked for from outside, with their ends. */
  readonly #limits = new Map<string, { watts: number; from: number; until: number }>();
  readonly #agenda = new Agenda();
  readonly #records: boolean;
  readonly #bootMs: readonly [number, number];
  #jobs = 0;

  constructor(options: WorldOptions = {}) {
    const seed = options.seed ?? 1;
    this.core = options.core ?? REAL_CORE;
    this.verifyEvery = options.verifyEvery ?? Number.POSITIVE_INFINITY;
    // Not by a spread: V8 gives each a hidden class of its own, and compiles anew for it all that reads a policy. Nor into an
    // empty object: of so many fields it makes a dictionary.
    const policy = structuredClone(DEFAULT_POLICY);
    this.policy = Object.assign(policy, { powerRestore: "all-on" }, options.policy);
    const slots = Array.from({ length: options.zeros ?? 4 }, (_, index) => slotId(index));
    this.shape = { slots, hostWorkers: options.hostWorkers ?? 0 };
    this.random = randomOf(seed, "world");
    this.usb = options.usb ?? true;
    this.jobTo = options.jobTo ?? 700_000;
    this.chance = options.chance ?? false;
    this.#records = options.records ?? true;
    this.#bootMs = options.bootMs ?? [2000, 5000];
    const isStratum = this.policy.algorithm !== "duco-s1";
    this.stratum = isStratum ? new SimStratum(this, seed) : null;
    this.zeros = slots.map((slot) => simZero(slot, seed));
    this.controllers.push(new SimController(this, options.remembered ?? NOTHING_REMEMBERED));
    if (options.lines === "on") {
      for (const zero of this.zeros) {
        zero.powered = true;
        boot(this, zero);
      }
    }
    this.controller.start();
  }

  get controller(): SimController {
    return this.controllers[0] as SimController;
  }

  get state(): RigState {
    return this.controller.state;
  }

  set state(state: RigState) {
    this.controller.state = state;
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
      const at = this.#agenda.next;
      if (at > until) break;
      this.now = Math.max(this.now, at);
      this.#agenda.take()();
    }
    this.now = Math.max(this.now, until);
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

  /** The controller's process stands still, and that time goes by. */
  stall(ms: number): void {
    this.standStill(ms);
    this.run(ms);
  }

  /** From now on the controller's process stands still; frames queue up and are read before anyone is judged. */
  standStill(ms: number): void {
    this.controller.stall(ms);
    if (ms > SILENCE_LIMIT_MS) this.after(SILENCE_LIMIT_MS, () => losePatience(this));
  }

  /** Takes a copy: the caller may post the same event again. */
  post(event: Untimed): void {
    this.controller.post(copyOf(event));
  }

  after(ms: number, run: () => void): void {
    this.#agenda.add(this.now + ms, run);
  }

  at(time: number, run: () => void): void {
    this.#agenda.add(time, run);
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

  crash(zero: SimZero): void {
    crash(this, zero, zero.life);
  }

  linkUp(zero: SimZero, bootId: string): void {
    linkUp(this, zero, bootId);
  }

  /** The link ends, and the controller hears of it. */
  unlink(zero: SimZero): void {
    endLink(this, zero, "closed");
  }

  /** How long this boot takes: mostly near the lower end, sometimes long. */
  bootMs({ random }: SimZero): number {
    const [min, max] = this.#bootMs;
    const bootMs = min + (max - min) * random.next() ** 2;
    // What is left in the end boots as it is expected to.
    return this.faultsOver ? Math.min(bootMs, 0.9 * this.policy.bootGraceMs) : bootMs;
  }

  /** Too much current at once: the Pi sees it, and those that were starting fall over. */
  sag(starting: readonly SimZero[]): void {
    this.sagging = true;
    this.after(1500, () => {
      this.sagging = false;
    });
    for (const zero of starting) {
      zero.life++;
      boot(this, zero);
    }
  }

  /** Each job's text is its own, and its solution follows from it. */
  nextPrefix(): string {
    return (this.#jobs++).toString(16).padStart(40, "0");
  }

  /** What a worker that searches for this would find; null if nothing solves it. */
  solutionFor(prefix: string): number | null {
    const submitted = this.orders?.solutionFor(prefix);
    return submitted === undefined ? this.solutionOf(prefix, this.jobTo) : submitted;
  }

  solutionOf(prefix: string, to: number): number {
    let job = 0;
    for (let index = 32; index < 40; index++) job = 16 * job + hexDigit(prefix.charCodeAt(index));
    return (Math.imul(job + 1, 0x9e3779b1) >>> 0) % to;
  }

  /** A person speaks: what a foreign hand did is known from now on. */
  say(event: Extract<Untimed, { type: "operator" }>): void {
    const { verb, forMs } = event;
    for (const slot of event.slots) {
      this.foreignOff.delete(slot);
      if (verb === "off") this.leftOff.add(slot);
      if (HOLDS.has(verb)) this.saidUntil.set(slot, this.now + (forMs ?? 0));
      else if (verb === "uncordon") this.saidUntil.delete(slot);
    }
    this.post(event);
    // Its `on` is written down at once, unless nobody heard it.
    const { alive, stalled } = this.controller;
    if (!alive || stalled || this.storeFails || !WANTS_ON.has(verb)) return;
    for (const slot of event.slots) {
      // That it lost its power was not read yet: what is read then is newer than this word.
      const unread = !this.zero(slot).powered && this.slot(slot).line === "on";
      if (!unread) this.leftOff.delete(slot);
    }
  }

  /** What a foreign hand did just now was read by nobody, and something else is to be read from now on. */
  forgetUnreadHands(): void {
    for (const [slot, at] of this.foreignOff) {
      if (this.now - at < UNREAD_MS || this.readAt < at) this.foreignOff.delete(slot);
    }
  }

  /** A window opens or closes, by a right clock; a wrong one shows another, until it is set. */
  tellWindow(watts: number | null, clockSet: boolean): void {
    this.limit("schedule", watts ?? Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    const ceilings = watts === null ? [] : [{ name: "night", watts }];
    const open = watts === null ? [] : ["night"];
    this.tellSchedule({ clockSet, ceilings, nextEdgeMs: 1000, open });
  }

  /** The schedule lane speaks, as it does again to each controller that starts. */
  tellSchedule(reading: ScheduleReading): void {
    this.schedule = reading;
    this.post({ type: "schedule", reading });
  }

  /** The finder of pool nodes speaks, as it does again to each controller that starts. */
  tellNode(node: string | null): void {
    this.poolNode = node;
    this.post(nodeEvent(node));
  }

  /** The board lane tells whose cards sit elsewhere, as it does again to each controller that starts. */
  tellWrongCards(slots: readonly SlotId[]): void {
    this.wrongCards = slots;
    this.wrongCardsAt = this.now;
    this.post({ type: "wrong-cards", slots });
  }

  /** Somebody needs the Zero up. */
  demand(slot: SlotId, forMs: number, by = "sim"): void {
    const until = Math.max(this.now + forMs, this.demandUntil.get(slot) ?? 0);
    if (this.controller.alive) this.demandUntil.set(slot, until);
    this.post({ type: "demand", slots: [slot], forMs, by });
  }

  /** The hub behind the board goes, or comes back. */
  loseHub(gone: boolean): void {
    if (gone && !this.hubGone) this.hubGoneAt = this.now;
    this.hubGone = gone;
  }

  /** Remembers that so few watts are allowed, in place of what this source allowed before. */
  limit(source: string, watts: number, forMs: number): void {
    this.#limits.set(source, { watts, from: this.now, until: this.now + forMs });
  }

  /** The watts that were allowed for all of the last moments; Infinity for no limit. */
  allowedWatts(marginMs: number): number {
    let least = Number.POSITIVE_INFINITY;
    if (this.#limits.size === 0) return least;
    for (const { watts, from, until } of this.#limits.values()) {
      if (this.now - from > marginMs && this.now < until) least = Math.min(least, watts);
    }
    return least;
  }

  /** The controller's process is killed now. */
  kill(): void {
    if (this.controller.alive) this.controllerDied(this.controller);
  }

  endSecond(): void {
    for (const second of this.controllers.splice(1)) second.alive = false;
  }

  onEffect(effect: Effect, by: SimController): void {
    this.watch(effect, by);
    if (this.lookouts.size > 0 && isDecision(effect)) for (const look of this.lookouts) look();
    if (!this.#records) return;
    this.effects.push({ ...effect, now: this.now });
    if (effect.type === "report") this.reports.push({ ...effect, now: this.now });
  }

  /** The process is gone: its links break, and after a while the supervisor starts it anew with what the disk remembers. */
  controllerDied(dead: SimController): void {
    dead.alive = false;
    dead.loseUnwritten();
    this.landsAt = Number.NEGATIVE_INFINITY;
    if (dead !== this.controller) return;
    this.forgetUnreadHands();
    for (const zero of this.zeros) {
      if (!zero.linked) continue;
      const { life, bootId } = zero;
      endLink(this, zero, null);
      this.after(zero.random.between(500, 8000), () => {
        if (zero.life === life && zero.powered && !zero.linked) linkUp(this, zero, bootId);
      });
    }
  }

  /** Starts a controller, if the board's lock is free. It takes over the Zeros when it is the only one. */
  startController(): boolean {
    if (!mayOpenBoard(this)) return false;
    const remembered = this.store.recall();
    for (const slot of this.store.unsaved) this.leftOff.add(slot);
    // Of the number from outside the next one knows what could be written down.
    const known = remembered.rig?.external ?? null;
    if (known === null) this.#limits.delete("external");
    else this.limit("external", known.watts, known.leftMs);
    this.demandUntil.clear();
    const next = new SimController(this, remembered);
    if (this.controllers.some(({ alive }) => alive)) this.controllers.push(next);
    else this.controllers.splice(0, this.controllers.length, next);
    // A controller that restores what was wanted takes what a foreign hand did meanwhile for a power cut.
    if (this.policy.powerRestore === "restore") this.foreignOff.clear();
    this.onStart();
    next.start();
    if (this.schedule !== null)
      next.post({ type: "schedule", now: this.now, reading: this.schedule });
    if (this.poolNode !== "") next.post({ ...nodeEvent(this.poolNode), now: this.now });
    if (this.wrongCards.length > 0) {
      next.post({ type: "wrong-cards", now: this.now, slots: this.wrongCards });
    }
    return true;
  }
}
