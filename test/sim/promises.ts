// Checkers of what the controller promises: what is on disk before it is done (6), what it shows (5), that nobody is cut because
// the process stood still (9), nor before its dwell or while its kernel answers (1), nor while our own link server is out (3), and
// that a person's hold or pause stops automation (13).

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import { isFurtherTry, type Slot } from "../../controller/core/slot.ts";
import { type SlotId, slotIndex } from "../../hat/slots.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";
import { isWell, type SimZero } from "./zero.ts";

/** How much older than the rule a shown state may be: a tick, a reading, frames on their way. */
const SHOWN_LATE_MS = 3000;
/** Times are fractions of a millisecond, and deadlines are met by sums of them. */
const TICK_MS = 50;

/** How long a proof of the link server counts. */
const PROOF_LIFE_MS = 15_000;
/** The board is read each second. */
const UNREAD_MS = 2500;
/** The core's own rule: what holds right after a standstill that was too short for the guard (seeds 5400, 5533). */
const READING_LIFE_MS = 5000;
/** A silent Zero's kernel is asked each 5 s. */
const PROBE_LATE_MS = 7000;

export type Blame = (invariant: number, what: string) => void;

export class Promises {
  readonly #world: World;
  readonly #blame: Blame;
  /** Holds and the pause that are on disk, and until when. */
  readonly #held = new Map<SlotId, number>();
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #askedPause = Number.NEGATIVE_INFINITY;
  #losses = 0;
  /** Since when the kernel of each Zero answers; Infinity for one that does not. */
  readonly #answersSince: number[];
  /** The last cut of each slot that was decided: its intent is written again when the disk fails. */
  readonly #decided = new Map<SlotId, number>();
  /** The intent of each slot whose cut was written already: what follows are further tries. */
  readonly #written = new Map<SlotId, number>();
  /** Since when each slot shows what is not so, by invariant and slot. */
  readonly #wrongSince = new Map<string, number>();

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
    this.#answersSince = world.zeros.map(() => Number.POSITIVE_INFINITY);
  }

  watch(effect: Effect, by: SimController): void {
    if (effect.type === "power") this.#onPower(effect, by);
    else if (effect.type === "write-intent") this.#onIntent(effect, by);
    else if (effect.type === "save-slot") this.#onSave(effect);
    else if (effect.type === "save-rig") {
      const kept = effect.memory.pause !== null && !this.#world.storeFails;
      this.#pausedUntil = kept ? this.#askedPause : Number.NEGATIVE_INFINITY;
    } else if (effect.type === "report" && effect.ev === "operator.pause") {
      const forMs = effect.detail["for_ms"];
      this.#askedPause = this.#world.now + (typeof forMs === "number" ? forMs : 0);
    }
  }

  #onSave({ slot, memory }: EffectOf<"save-slot">): void {
    const said = this.#world.saidUntil.get(slot);
    const held = memory.hold !== null && memory.hold.kind !== "foreign";
    if (held && said !== undefined && !this.#world.storeFails) this.#held.set(slot, said);
    else this.#held.delete(slot);
  }

  /** A Zero whose kernel answers has longer than the window: its agent may come back. */
  #onIntent({ slot, intent, by, kind }: EffectOf<"write-intent">, controller: SimController): void {
    const { now, policy } = this.#world;
    if (by !== "automation" || kind === "on" || this.#decided.get(slot) === intent) return;
    this.#decided.set(slot, intent);
    const readMs = Math.round(now - this.#world.readAt);
    const justBack = now - controller.stalledUntil < UNREAD_MS;
    if (readMs > (justBack ? READING_LIFE_MS : UNREAD_MS))
      this.#blame(10, `cut of ${slot}, and the board was read ${readMs} ms ago`);
    const silentMs = now - this.#world.zero(slot).spokeAt;
    const answersMs = now - (this.#answersSince[slotIndex(slot)] ?? now);
    if (answersMs > PROBE_LATE_MS && silentMs < policy.agentGraceMs - TICK_MS) {
      this.#blame(1, `cut of ${slot}, whose kernel answers, after ${Math.round(silentMs)} ms`);
    }
  }

  #onPower({ slot, to, by }: EffectOf<"power">, controller: SimController): void {
    const { now, policy, store } = this.#world;
    if (!store.holdsIntent(slot)) this.#blame(6, `${to} of ${slot}, of which no intent is on disk`);
    if (store.losses !== this.#losses) {
      // What the card lost, nobody can keep.
      this.#losses = store.losses;
      this.#held.clear();
      this.#pausedUntil = Number.NEGATIVE_INFINITY;
    }
    if (by !== "automation" || to !== "off") return;
    const known = controller.state.slots.find(({ id }) => id === slot);
    if (known === undefined || isFurtherTry(known)) return;
    const { stalledUntil, stalledMs } = controller;
    const back = now - stalledUntil < policy.livenessMs && stalledMs >= policy.pauseGuardMs;
    const first = this.#written.get(slot) !== known.intent?.id;
    this.#written.set(slot, known.intent?.id ?? 0);
    const well = isWell(this.#world.zero(slot)) && !this.#world.serverDown;
    if (back && first && known.line === "on" && well) {
      this.#blame(9, `cut of ${slot}, ${Math.round(now - stalledUntil)} ms after a standstill`);
    }
    const resumedAt = stalledMs >= policy.pauseGuardMs ? stalledUntil : Number.NEGATIVE_INFINITY;
    const silentMs = now - Math.max(this.#world.zero(slot).spokeAt, resumedAt);
    if (first && silentMs < policy.livenessMs + policy.suspectDwellMs - TICK_MS) {
      this.#blame(1, `cut of ${slot} after ${Math.round(silentMs)} ms of silence`);
    }
    if (first && known.line === "on" && this.#isHubLost(controller)) {
      this.#blame(3, `cut of ${slot}, and the hub is gone`);
    }
    // Cut already as far as can be read; what is left is to prove it.
    if (known.line === "off" && !first) return;
    const { provedAt } = this.#world;
    if (now - provedAt > PROOF_LIFE_MS + TICK_MS || provedAt < this.#world.zero(slot).spokeAt) {
      const proofMs = Math.round(now - provedAt);
      this.#blame(3, `cut of ${slot}, and our link server last answered ${proofMs} ms ago`);
    }
    if (now < (this.#held.get(slot) ?? 0)) this.#blame(13, `cut of ${slot}, which a person holds`);
    if (now < this.#pausedUntil) this.#blame(13, `cut of ${slot} in a pause`);
  }

  /** Whether the hub that this controller had seen is gone, and that was read. */
  #isHubLost({ startedAt }: SimController): boolean {
    const { now, usb, hubGone, hubGoneAt, hubReadAt, readAt } = this.#world;
    if (!usb || !hubGone || now - hubGoneAt < UNREAD_MS) return false;
    return hubReadAt > startedAt && readAt > hubGoneAt;
  }

  /** Looks at what is shown, each second. */
  sample(): void {
    const { controller, now, zeros, probes, policy } = this.#world;
    const { slots } = controller.state;
    const sees = controller.alive && now - controller.stalledUntil > SHOWN_LATE_MS;
    const wasRight = this.#wrongSince.size === 0;
    for (let index = 0; index < zeros.length; index++) {
      const zero = zeros[index] as SimZero;
      const answers = probes && zero.powered && zero.kernel && !zero.hung && !zero.cutOff;
      if (!answers) this.#answersSince[index] = Number.POSITIVE_INFINITY;
      else if (now < (this.#answersSince[index] as number)) this.#answersSince[index] = now;
      const slot = slots[index] as Slot;
      // So it is most of the time.
      if (wasRight && slot.phase === "Ready" && now - zero.spokeAt <= policy.livenessMs) continue;
      const seen = sees ? slot : null;
      this.#judge(5, zero, seen && this.#misshown(seen, zero));
      this.#judge(6, zero, seen && this.#forgotten(seen, zero));
    }
  }

  /** Blames what has been wrong for long enough, once. */
  #judge(invariant: number, { slot }: SimZero, wrong: string | null): void {
    const { now } = this.#world;
    // Mostly all is right, and was: this is asked of each Zero each second.
    if (wrong === null && this.#wrongSince.size === 0) return;
    const key = `${invariant} ${slot}`;
    const since = this.#wrongSince.get(key);
    if (wrong === null) this.#wrongSince.delete(key);
    else if (since === undefined) this.#wrongSince.set(key, now);
    else if (now - since >= SHOWN_LATE_MS) {
      this.#blame(invariant, `${slot} ${wrong}`);
      this.#wrongSince.set(key, Number.POSITIVE_INFINITY);
    }
  }

  /** Whether a Zero that we switched off ourselves is to stay off, although nobody asked for that. */
  #forgotten({ phase, wanted }: Slot, zero: SimZero): string | null {
    const ours = !zero.powered && !this.#world.leftOff.has(zero.slot);
    return ours && phase === "Off" && wanted === "off" ? "is off, and nobody wants it off" : null;
  }

  /** What is shown of the slot and is not so; null if all is right, or cannot be known. */
  #misshown({ phase }: Slot, zero: SimZero): string | null {
    const { now, policy, boardError, controller } = this.#world;
    if (phase === "Ready" || phase === "Degraded") {
      const heardAt = Math.max(zero.spokeAt, controller.stalledUntil);
      return now - heardAt > policy.livenessMs ? `is shown ${phase} and is silent` : null;
    }
    const readable = boardError === null && !zero.readsOff;
    return phase === "Off" && zero.powered && readable ? "is shown Off and has power" : null;
  }
}
