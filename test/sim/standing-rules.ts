// Checkers of the standing rules (14): who is too hot, above the ceiling, or too much for a failing supply goes in time, and what
// the supply gave up comes back one at a time.

import type { Effect } from "../../controller/core/effect.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { Blame } from "./promises.ts";
import type { SimController } from "./sim-controller.ts";
import type { Switches } from "./switches.ts";
import type { World } from "./world.ts";
import { type SimZero, speaks } from "./zero.ts";

/** A beat, the asking of one that a person has just asked too, the write, its proof; and a little more. */
const HOT_MS = 45_000;
/** Two steps of the rule, a tick, a reading, the asking, and a little more. */
const SAGGING_MS = 30_000;
/** A tick, a reading, a write. */
const LATE_MS = 5000;
/** The board is read each second. */
const READING_MS = 1500;
/** After so many times of quiet it does not matter what was forgotten. */
const FORGETS_STEPS = 10;
/** Nothing was in the controller's way for so long. */
const CLEAR_MS = 10_000;
/** A Zero that came to the end of its dwell just now is not late. */
const DWELL_LATE_MS = 5000;

export class StandingRules {
  readonly #world: World;
  readonly #switches: Switches;
  readonly #blame: Blame;
  /** Since when each is wrong and might be put right; the time of the last look where all is well. */
  readonly #hotSince: number[];
  #overSince: number;
  #sagSince: number;
  #clearSince: number;
  #powered = 0;
  /** How many Zeros the supply was trusted with at its last sag. */
  #trusted = Number.POSITIVE_INFINITY;
  #lastShed = 0;
  /** Until when nobody can tell what of it is remembered. */
  #unknownUntil = Number.NEGATIVE_INFINITY;
  #unsaved = false;
  #losses = 0;
  #sagSeen = Number.NEGATIVE_INFINITY;

  constructor(world: World, switches: Switches, blame: Blame) {
    this.#world = world;
    this.#switches = switches;
    this.#blame = blame;
    this.#hotSince = world.zeros.map(() => world.now);
    this.#overSince = world.now;
    this.#sagSince = world.now;
    this.#clearSince = world.now;
  }

  watch(effect: Effect): void {
    if (effect.type === "save-rig") this.#unsaved = this.#world.storeFails;
    if (effect.type !== "write-intent" || effect.why !== "brown-out") return;
    if (effect.by !== "policy" || effect.intent <= this.#lastShed) return;
    this.#lastShed = effect.intent;
    const others = this.#count(this.#world.zero(effect.slot));
    // One that goes later goes for a number that was not restored yet, or for another hand's `on`.
    if (this.#world.now < this.#unknownUntil) return;
    const sags = this.#world.now - this.#sagSeen < READING_MS;
    if (sags) this.#trusted = Math.min(this.#trustedNow(), others);
  }

  onOn(zero: SimZero): void {
    if (zero.powered) return;
    // Whom another hand switched on since the last reading nobody knows of.
    let others = 0;
    for (const { index, line } of this.#world.state.slots) {
      const other = this.#world.zeros[index] as SimZero;
      if (other !== zero && other.powered && line === "on") others++;
    }
    const trusted = this.#trustedNow();
    if (others < trusted) return;
    this.#blame(14, `on of ${zero.slot} beside ${others}, and the supply is good for ${trusted}`);
  }

  /** A reading shows under-voltage: from then on no more are started than have power, or are about to. */
  onSag(): void {
    const { now, zeros, controller, policy } = this.#world;
    if (now < this.#unknownUntil) {
      // What it was trusted with when this sag began is not known either.
      this.#sagSeen = now;
      this.#unknownUntil = now + FORGETS_STEPS * policy.brownOutQuietMs;
      return;
    }
    const trusted = this.#trustedNow();
    if (trusted === Number.POSITIVE_INFINITY) {
      // For one that was restarted since the last sag the time in between was shorter: who knows how much of it is left.
      if (this.#sagSeen > Number.NEGATIVE_INFINITY && controller.startedAt > this.#sagSeen) {
        this.#sagSeen = now;
        this.#trusted = Number.POSITIVE_INFINITY;
        this.#unknownUntil = now + FORGETS_STEPS * policy.brownOutQuietMs;
        return;
      }
      this.#trusted = 0;
      for (const { index, phase, line } of controller.state.slots) {
        const zero = zeros[index] as SimZero;
        const counts = line === "on" || phase === "PoweringOn";
        if (counts || (zero.powered && !zero.readsOff)) this.#trusted++;
      }
      // One that was trusted with none in a long sag has got its trust back later than we count.
      const surelyBack = now - this.#sagSeen >= (zeros.length + 1) * policy.brownOutQuietMs;
      if (!surelyBack) this.#trusted = Math.max(this.#trusted, zeros.length - 1);
    } else this.#trusted = trusted;
    this.#sagSeen = now;
  }

  /** What the next one knows of a supply that failed is what is on disk. */
  onStart(): void {
    const { now, policy, store } = this.#world;
    this.#lastShed = 0;
    if (this.#losses === store.losses && !this.#unsaved) return;
    this.#losses = store.losses;
    this.#unsaved = false;
    this.#trusted = Number.POSITIVE_INFINITY;
    this.#unknownUntil = now + FORGETS_STEPS * policy.brownOutQuietMs;
  }

  /** Looks at all that might be put right, each second. */
  sample(): void {
    const { now, zeros, controller } = this.#world;
    if (!this.#isFree(controller)) this.#clearSince = now;
    const clear = this.isClear();
    this.#judgeCeiling(clear);
    this.#judgeSupply(clear);
    for (let index = 0; index < zeros.length; index++) {
      const zero = zeros[index] as SimZero;
      const slot = controller.state.slots[index] as Slot;
      this.#judgeHeat(index, zero, clear && slot.phase !== "Fault");
    }
  }

  /** Whether nothing was in the controller's way for some time. */
  isClear(): boolean {
    return this.#world.now - this.#clearSince >= CLEAR_MS;
  }

  /** Whether the supply is surely trusted with all: one that was trusted with none got it all back since, and not in a standstill. */
  trustsAll(): boolean {
    const { now, zeros, policy, controller } = this.#world;
    const { startedAt, stalledUntil } = controller;
    if (this.#sagSeen === Number.NEGATIVE_INFINITY && now >= this.#unknownUntil) return true;
    const since = Math.max(this.#sagSeen, startedAt, stalledUntil);
    return now - since >= (zeros.length + 1) * policy.brownOutQuietMs;
  }

  /** Whether nothing keeps the controller from switching what it wants to switch. */
  #isFree({ alive, stalled, startedAt, state }: SimController): boolean {
    const { now, storeFails, storeSlow, boardError, powerError, powerLies, hubGone, powerLost } =
      this.#world;
    if (!alive || stalled || now - startedAt < CLEAR_MS || state.halted !== null) return false;
    if (storeFails || storeSlow > 0 || powerLies || hubGone || powerLost) return false;
    return boardError === null && powerError === null;
  }

  /** Whether its line does what it is told, and shows it; and the card in it is its own. */
  #obeys({ slot, stuckOn, pretendsOff, readsOff, ghostUsb }: SimZero): boolean {
    if (stuckOn || pretendsOff || readsOff || ghostUsb) return false;
    return !this.#world.wrongCards.includes(slot);
  }

  #judgeHeat(index: number, zero: SimZero, clear: boolean): void {
    const { now, policy, serverDown } = this.#world;
    const { net, tempC } = zero;
    if (tempC < policy.heatOffC) {
      this.#hotSince[index] = now;
      return;
    }
    const told = speaks(zero) && !serverDown && net.loss === 0 && now >= net.cloggedUntil;
    if (!told || !this.#obeys(zero) || !clear) this.#hotSince[index] = now;
    else if (now - (this.#hotSince[index] ?? now) >= HOT_MS) {
      this.#blame(14, `${zero.slot} has ${Math.round(zero.tempC)} C and keeps its power`);
      this.#hotSince[index] = Number.POSITIVE_INFINITY;
    }
  }

  #judgeCeiling(clear: boolean): void {
    const { now, controller } = this.#world;
    const allowed = this.#world.allowedWatts(LATE_MS);
    const limited = clear && allowed < Number.POSITIVE_INFINITY;
    const over = limited && allowed < this.#count(null) && controller.state.pause === null;
    const waits = this.#isLeaving() || !this.#switches.hasToken();
    if (!over || waits || !this.#mayOneGo(controller)) this.#overSince = now;
    else if (now - this.#overSince >= LATE_MS) {
      this.#blame(14, `${this.#count(null)} Zeros run, ${allowed.toFixed(1)} W are allowed`);
      this.#overSince = Number.POSITIVE_INFINITY;
    }
  }

  /** Whether there is a Zero that a ceiling may switch off: it runs, nobody holds it, its dwell is over. */
  #mayOneGo({ state, startedAt }: SimController): boolean {
    const { now, policy, zeros } = this.#world;
    const dwellMs = policy.ceilingDwellMs + DWELL_LATE_MS;
    if (now - startedAt < dwellMs) return false;
    for (const { index, phase, hold } of state.slots) {
      const zero = zeros[index] as SimZero;
      const runs = (phase === "Ready" || phase === "Degraded") && hold === null && speaks(zero);
      if (runs && now - zero.poweredAt >= dwellMs && this.#obeys(zero)) return true;
    }
    return false;
  }

  /** Whether one of them is about to go. */
  #isLeaving(): boolean {
    for (const { phase } of this.#world.state.slots) if (phase === "PoweringOff") return true;
    return false;
  }

  #judgeSupply(clear: boolean): void {
    const { now, underVoltage, zeros, controller } = this.#world;
    if (underVoltage !== true) {
      this.#sagSince = now;
      this.#powered = 0;
      return;
    }
    let powered = 0;
    for (const { index, phase } of controller.state.slots) {
      const zero = zeros[index] as SimZero;
      // A cut that failed is tried again in its own time.
      if (zero.powered && phase !== "Fault" && this.#obeys(zero)) powered++;
    }
    const lasts = clear && powered > 0 && powered >= this.#powered;
    this.#powered = powered;
    if (!lasts || this.#isLeaving()) this.#sagSince = now;
    else if (now - this.#sagSince >= SAGGING_MS) {
      this.#blame(14, `under-voltage lasts, and ${powered} Zeros keep their power`);
      this.#sagSince = Number.POSITIVE_INFINITY;
    }
  }

  /** One more for each time of quiet, until all are back. */
  #trustedNow(): number {
    const steps = this.#stepsOfQuiet();
    const trusted = this.#trusted + steps;
    const over = steps > 0 && trusted >= this.#world.zeros.length;
    return over ? Number.POSITIVE_INFINITY : trusted;
  }

  #stepsOfQuiet(): number {
    const { now, policy } = this.#world;
    return Math.floor((now - this.#sagSeen + LATE_MS) / policy.brownOutQuietMs);
  }

  /** How many have power and show it, but this one. */
  #count(but: SimZero | null): number {
    let count = 0;
    for (const zero of this.#world.zeros)
      if (zero.powered && !zero.readsOff && zero !== but) count++;
    return count;
  }
}
