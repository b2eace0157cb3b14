// The invariants as checkers. They judge by what really happened in the world, not by what the core believes.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import { isFurtherTry, type Phase, type Slot } from "../../controller/core/slot.ts";
import { type SlotId, slotIndex } from "../../hat/slots.ts";
import { Boots } from "./boots.ts";
import { Cycles } from "./cycles.ts";
import { isCalm } from "./plan.ts";
import { Sheds } from "./sheds.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";
import { type SimZero, speaks } from "./zero.ts";

/** What the core cannot know yet: a reading may be so old. */
const READING_AGE_MS = 2500;
/** Phases of slots that nobody expects to be heard from. */
const GIVEN_UP: ReadonlySet<Phase> = new Set<Phase>([
  "Fault",
  "PoweringOff",
  "Off",
  "Quarantined",
  "PoweringOn",
]);
/** How long an answer may take to be checked: a job, and a standstill with the answer in its inbox. */
const WRONG_LATE_MS = 400_000;
/** Between the decision and the write. */
const WRITE_MS = 25;
/** Modelled watts of a Zero that hashes and of one that starts, as in the configured model. */
const HASHING_WATTS = 1;
const STARTING_WATTS = 1.4;

export class Checkers {
  /** What broke, with its time. */
  readonly broken: string[] = [];
  firstBroken: number | null = null;
  readonly #world: World;
  readonly #calm: boolean;
  readonly #cycles: Cycles;
  readonly #boots: Boots;
  readonly #sheds: Sheds;
  readonly #excused = new Set<SlotId>();
  #lastOnAt = Number.NEGATIVE_INFINITY;
  #accepted = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#calm = isCalm(seed);
    this.#cycles = new Cycles(world, (invariant, what) => this.blame(invariant, what));
    this.#boots = new Boots(world);
    this.#sheds = new Sheds(world, (invariant, what) => this.blame(invariant, what));
    world.onPower = (effect, zero, by) => this.#onPower(effect, zero, by);
    world.onSubmit = ({ worker }, right) => this.#onSubmit(worker, right);
    world.watch = (effect, by) => this.#onEffect(effect, by);
  }

  blame(invariant: number, what: string): void {
    this.firstBroken ??= invariant;
    this.broken.push(`${Math.round(this.#world.now)} ms: invariant ${invariant}: ${what}`);
  }

  #onPower(effect: EffectOf<"power">, zero: SimZero, by: SimController): void {
    if (by !== this.#world.controller) this.blame(10, `a second controller drives ${zero.slot}`);
    if (effect.to === "off") this.#onCut(effect, zero, by);
    else this.#onOn(effect, zero, by);
    const begun = effect.to === "on" && this.#isCycled(zero.slot, by);
    // Cut off when we had just come back from standing still, it looks like the only one that is silent.
    if (effect.to === "off" && zero.cutOff) this.#excused.add(zero.slot);
    const excused = this.#isLongStorm(by) || begun || this.#excused.has(zero.slot);
    // What was cut may be switched on again, however late that comes.
    if (effect.to === "off" && excused) this.#excused.add(zero.slot);
    if (this.#calm && !excused && this.#world.now > 121_000) {
      this.blame(8, `${effect.to} of ${zero.slot}, and nothing is wrong with any Zero`);
    }
  }

  #readsOn(id: SlotId, { state }: SimController): boolean {
    return state.slots.some((slot) => slot.id === id && slot.line === "on");
  }

  /** Whether this is the second half of a power cycle. */
  #isCycled(id: SlotId, { state }: SimController): boolean {
    return state.slots.some((slot) => slot.id === id && slot.intent?.kind === "cycle");
  }

  /** A storm that lasts this long falls back to one at a time, whatever it is. */
  #isLongStorm({ state: { storm } }: SimController): boolean {
    return (
      storm.state === "storm" && this.#world.now - storm.since >= this.#world.policy.stormHoldMs
    );
  }

  #onCut({ by }: EffectOf<"power">, zero: SimZero, controller: SimController): void {
    const { livenessMs, bootGraceMs } = this.#world.policy;
    const { now } = this.#world;
    if (by === "operator") return;
    const slot = controller.state.slots.find(({ id }) => id === zero.slot);
    // A voice that came while the write was on the bus came too late.
    const silentMs = now - zero.spokeAt;
    const heard = speaks(zero) && silentMs > WRITE_MS && silentMs < livenessMs;
    if (by === "policy") {
      this.#sheds.onShed(zero, controller);
      return;
    }
    if (heard) this.blame(1, `cut of ${zero.slot}, which was heard`);
    this.#checkCard(zero, slot, controller);
    const boots = zero.powered && zero.usb && !zero.linked && !zero.hung && zero.kernel;
    const graceMs = this.#boots.graceMs(zero.slot, controller);
    if (boots && now - zero.poweredAt < graceMs && !this.#wasLinked(zero)) {
      this.blame(1, `cut of ${zero.slot}, which boots within its grace`);
    }
    // Off and on again, for a start of its own showed nothing, is not what was found on.
    const again = slot !== undefined && isFurtherTry(slot);
    const ours = again || this.#linkedSince(zero, controller);
    const found = zero.poweredAt < controller.startedAt && !ours;
    if (found && now - controller.startedAt < bootGraceMs) {
      this.blame(8, `cut of ${zero.slot} within the grace of a start`);
    }
    this.#checkFloor(zero, controller);
    if (slot?.intent?.kind === "cycle") this.#cycles.onCut(zero, slot.intent.id, controller);
  }

  readonly #linkedAt = new Map<SlotId, number>();

  #wasLinked({ slot, poweredAt }: SimZero): boolean {
    return (this.#linkedAt.get(slot) ?? Number.NEGATIVE_INFINITY) > poweredAt;
  }

  #linkedSince({ slot }: SimZero, { startedAt }: SimController): boolean {
    return (this.#linkedAt.get(slot) ?? Number.NEGATIVE_INFINITY) > startedAt;
  }

  /** Whoever is silent in a slot with another's card is not who loses its power. */
  #checkCard({ slot }: SimZero, known: Slot | undefined, controller: SimController): void {
    const { now, wrongCards, wrongCardsAt } = this.#world;
    const since = Math.max(wrongCardsAt, controller.startedAt, controller.stalledUntil);
    const first = known?.tries === 0 && known.line === "on";
    if (first && wrongCards.includes(slot) && now - since > WRITE_MS) {
      this.blame(1, `cut of ${slot}, whose card is another's`);
    }
  }

  /** In a common outage that is young, nobody who lives is cut for it. */
  #checkFloor(zero: SimZero, controller: SimController): void {
    const { now, outageUntil, policy } = this.#world;
    const long = this.#isLongStorm(controller);
    const lives = zero.linked && !zero.hung && !zero.stuckWorker;
    const together = this.#world.zeros.filter(
      ({ slot, cutOff, linked, spokeAt }) =>
        linked &&
        cutOff &&
        now - spokeAt >= policy.livenessMs &&
        // One that has been silent for long, or is on its way off, tells nothing of this outage.
        now - spokeAt < policy.stormHoldMs &&
        controller.state.slots.some(({ id, phase }) => id === slot && !GIVEN_UP.has(phase)),
    ).length;
    if (lives && zero.cutOff && together > 1 && now < outageUntil && !long) {
      this.blame(3, `cut of ${zero.slot}, which lives, in an outage of ${together}`);
    }
    if (lives && !zero.cutOff && !zero.net.deaf && zero.net.loss === 0 && this.#backSince(zero)) {
      this.blame(3, `cut of ${zero.slot}, which lives and is no longer cut off`);
    }
  }

  /** Whether its frames could reach us again for long enough that one did. */
  #backSince(zero: SimZero): boolean {
    const { now, policy } = this.#world;
    const silentMs = now - zero.spokeAt;
    return silentMs > WRITE_MS && silentMs < policy.livenessMs && now >= zero.net.cloggedUntil;
  }

  #onOn({ by }: EffectOf<"power">, zero: SimZero, controller: SimController): void {
    const { now, policy, usb } = this.#world;
    const truthful = usb && !this.#world.hubGone;
    // One that reboots by itself is gone from USB for a moment; that it is back was not read yet.
    const shows = truthful && zero.usb && now - zero.usbAt > READING_AGE_MS;
    if (zero.powered && zero.readsOff && shows) {
      this.blame(4, `on of ${zero.slot}, which was never off`);
    }
    // What else took its power since the last reading nobody knows of.
    const knownOffAt = controller.state.slots[slotIndex(zero.slot)]?.offAt ?? 0;
    const unseen = this.#world.readAt < zero.offAt || knownOffAt < zero.poweredAt;
    const unread = this.#world.leftOff.has(zero.slot) && unseen;
    if (!zero.powered && !unread && now - zero.offAt < policy.offDwellMs - 1) {
      this.blame(4, `on of ${zero.slot} ${Math.round(now - zero.offAt)} ms after it went off`);
    }
    // A try that comes to nothing starts nobody.
    if (zero.powered || zero.stuckOff || this.#world.powerError !== null) return;
    if (now - this.#lastOnAt < policy.staggerMs - 1) this.blame(14, `two starts at once`);
    this.#lastOnAt = now;
    const sagMs = now - this.#world.sagReadAt;
    const saw = this.#world.sagReadAt > controller.startedAt && sagMs > WRITE_MS;
    if (saw && sagMs < 5000) this.blame(14, `on of ${zero.slot} during under-voltage`);
    if (by === "operator") return;
    const foreign = this.#world.foreignOff.get(zero.slot);
    if (foreign !== undefined && now - foreign > READING_AGE_MS) {
      this.blame(10, `on of ${zero.slot}, which another program had switched off`);
    }
    const powered = this.#world.zeros.filter(
      // One that reads off although it is on, and cannot be seen on USB, nobody can know of.
      // Nor of one that another hand switched on since the last reading.
      (other) =>
        other.powered &&
        (!other.readsOff || (truthful && other.usb)) &&
        (now - other.poweredAt > READING_AGE_MS || this.#readsOn(other.slot, controller)),
    ).length;
    const watts = powered * HASHING_WATTS + STARTING_WATTS;
    const allowed = this.#world.allowedWatts(READING_AGE_MS);
    if (watts > allowed + 0.001) {
      this.blame(14, `on of ${zero.slot}: ${watts} W predicted, ${allowed.toFixed(1)} W allowed`);
    }
  }

  /** The controller knows that the board lost its supply, so it is no longer found off by surprise. */
  #onPowerLost(slot: SlotId): void {
    const { controller, leftOff } = this.#world;
    this.#world.after(WRITE_MS, () => {
      // One that was found off, and so is to stay off, is not brought back by that.
      const comesBack = this.#world.slot(slot).wanted === "on";
      if (comesBack && controller.alive && !this.#world.storeFails) leftOff.delete(slot);
    });
  }

  /** It says that the Zero is off: a reading must have shown it. */
  #onProof(zero: SimZero): void {
    const { now, usb, hubGone, controller } = this.#world;
    const since = Math.max(zero.poweredAt, controller.stalledUntil);
    const shows = !zero.readsOff || (usb && !hubGone && zero.usb);
    if (zero.powered && shows && now - since > READING_AGE_MS) {
      this.blame(4, `off of ${zero.slot} counts as proved, and it has power`);
    }
  }

  #onSubmit(worker: string, right: boolean): void {
    if (!right) this.blame(12, `a wrong share of ${worker} reached the pool`);
    else if (!this.#world.poolUnjust) this.#accepted++;
  }

  #onEffect(effect: Effect, by: SimController): void {
    if (effect.type === "report") this.#onReport(effect);
    if (effect.type === "report") this.#boots.onReport(effect, by);
    this.#cycles.watch(effect);
    this.#sheds.watch(effect);
    this.#world.stratum?.watch(effect, by);
    if (effect.type !== "send") return;
    const { message } = effect;
    if (message.type !== "job" || message.id.startsWith("t")) return;
    const slot = by.state.slots.find(({ id }) => id === effect.slot);
    const up = slot?.phase === "Ready" || slot?.phase === "Degraded";
    if (!up || slot.epoch !== message.epoch || !this.#world.provedLinks.has(effect.link)) {
      this.blame(11, `work for ${effect.slot}, which is ${slot?.phase}`);
    }
  }

  #onReport({ ev, slot, why, detail }: EffectOf<"report">): void {
    const { now } = this.#world;
    if (ev === "invariant.broken") this.blame(0, `the core stopped itself: ${why}`);
    if (ev === "share.wrong") {
      const worker = this.#world.zeros.find((zero) => zero.slot === detail["worker"]);
      if (worker && !worker.wrong && now - worker.wrongUntil > WRONG_LATE_MS) {
        this.blame(11, `an answer of ${worker.slot} to another job was taken`);
      }
    }
    if (slot === null) return;
    if (ev === "board.power-lost") this.#onPowerLost(slot);
    if (ev === "power.off") this.#onProof(this.#world.zero(slot));
    if (ev === "link.up") this.#linkedAt.set(slot, now);
  }

  /** What must hold when all is over: every Zero mines, nothing was sent twice, and the counts agree. */
  end(cardLied: boolean): void {
    const { state, sentAgain, stratum } = this.#world;
    for (const { id, phase, why, hold } of state.slots) {
      const up = phase === "Ready" || (phase === "Degraded" && hold === null);
      if (!up) this.blame(15, `${id} ended ${phase} (${why})`);
    }
    for (const what of stratum?.astray ?? []) this.blame(12, what);
    for (const job of sentAgain) this.blame(12, `the share of ${job} was sent once more`);
    const sum = (kind: "accepted" | "unknown") =>
      state.seats.reduce((total, seat) => total + seat[kind], 0);
    const counted = sum("accepted");
    if (cardLied) return;
    if (counted > this.#accepted) {
      this.blame(12, `${counted} shares count as accepted, the pool took ${this.#accepted}`);
    }
    const open = state.seats.filter((seat) => seat.state === "submitting").length;
    if (counted + sum("unknown") + open < this.#accepted) {
      this.blame(12, `the pool took ${this.#accepted}, ${counted} are known`);
    }
  }
}
