// Checkers of power cycles: one Zero at a time between cut and first beat, so many in an hour, a back-off that doubles (2), and
// quarantine (16). Counted is what was carried out.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Blame } from "./promises.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

const HOUR_MS = 3_600_000;
/** From the decision that is written out to the line. */
const WRITE_MS = 25;
/** The least that jitter makes of a pause, and a little less. */
const JITTER = 0.79;

interface Cycle {
  /** When it was decided: between that and the cut is a disk that may be slow. */
  readonly at: number;
  readonly intent: number;
}

export class Cycles {
  readonly #world: World;
  readonly #blame: Blame;
  readonly #cycles = new Map<SlotId, readonly Cycle[]>();
  /** When each intent was first written down. */
  readonly #decidedAt = new Map<number, number>();
  /** When a person last vouched for each slot, or the disk forgot of it. */
  readonly #forgottenAt = new Map<SlotId, number>();
  readonly #linkedAt = new Map<SlotId, number>();
  readonly #readyAt = new Map<SlotId, number>();
  /** Until when each slot was well for as long as forgives its past. */
  readonly #wellUntil = new Map<SlotId, number>();
  #losses = 0;

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
  }

  watch(effect: Effect): void {
    if (effect.type === "write-intent") this.#forgetLost();
    if (effect.type === "report") this.#onReport(effect);
    // What a full disk did not keep, no count can.
    else if (effect.type === "save-slot" && this.#world.storeFails) this.#forget(effect.slot);
    else if (effect.type === "write-intent" && !this.#decidedAt.has(effect.intent)) {
      this.#decidedAt.set(effect.intent, this.#world.now);
    }
  }

  /** The cut of an automatic cycle is written. */
  onCut(zero: SimZero, intent: number, controller: SimController): void {
    const { now, policy } = this.#world;
    this.#forgetLost();
    const cycles = this.#of(zero.slot);
    const last = cycles.at(-1);
    if (last?.intent === intent) return;
    const at = this.#decidedAt.get(intent) ?? now;
    const inRow = cycles.filter((cycle) => cycle.at >= this.#lastWell(zero.slot)).length;
    const pauseMs = Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (inRow - 1));
    if (last !== undefined && inRow > 0 && at - last.at < JITTER * pauseMs) {
      const afterMs = Math.round(at - last.at);
      this.#blame(2, `${zero.slot} is cycled again after ${afterMs} ms, ${inRow} in a row`);
    }
    this.#world.after(WRITE_MS, () => {
      const forgotten = at <= (this.#forgottenAt.get(zero.slot) ?? Number.NEGATIVE_INFINITY);
      if (forgotten || zero.powered || zero.offAt < now) return;
      this.#cycles.set(zero.slot, [...this.#of(zero.slot), { at, intent }]);
      this.#count(zero, controller);
    });
  }

  /** Nor can it what a card lost; and a new file begins to number anew. */
  #forgetLost(): void {
    const { losses } = this.#world.store;
    if (losses === this.#losses) return;
    this.#losses = losses;
    this.#cycles.clear();
    this.#decidedAt.clear();
  }

  #forget(slot: SlotId): void {
    this.#cycles.delete(slot);
    this.#forgottenAt.set(slot, this.#world.now);
  }

  #of(slot: SlotId): readonly Cycle[] {
    return this.#cycles.get(slot) ?? [];
  }

  #lastWell(slot: SlotId): number {
    return this.#wellUntil.get(slot) ?? Number.NEGATIVE_INFINITY;
  }

  #count({ slot }: SimZero, controller: SimController): void {
    const { now, policy, zeros } = this.#world;
    const recent = this.#of(slot).filter(({ at }) => now - at < policy.quarantineWindowMs);
    const wasWell = this.#lastWell(slot) > (recent[0]?.at ?? 0);
    if (recent.length > policy.quarantineCycles && !wasWell) {
      this.#blame(16, `${slot} gets cycle ${recent.length} and not quarantine`);
    }
    const ofSlot = this.#of(slot).filter(({ at }) => now - at < HOUR_MS).length;
    if (ofSlot > policy.cutsPerSlotHour) this.#blame(2, `${ofSlot} cycles of ${slot} in an hour`);
    let ofRig = 0;
    for (const each of this.#cycles.values()) {
      ofRig += each.filter(({ at }) => now - at < HOUR_MS).length;
    }
    if (ofRig > policy.cutsPerRigHour) this.#blame(2, `${ofRig} cycles in an hour`);
    const between = zeros.filter((zero) => this.#isBetween(zero.slot, controller));
    if (between.length > policy.laneWidth) {
      const names = between.map((zero) => zero.slot).join(", ");
      this.#blame(2, `${names} are between cut and first beat`);
    }
  }

  /** Whether the slot's last cycle was not followed by a beat, a fault or a person yet. */
  #isBetween(id: SlotId, controller: SimController): boolean {
    const last = this.#of(id).at(-1);
    const slot = controller.state.slots.find((candidate) => candidate.id === id);
    if (last === undefined || slot === undefined) return false;
    const ended = (this.#linkedAt.get(id) ?? Number.NEGATIVE_INFINITY) > last.at;
    return !ended && slot.intent?.id === last.intent && slot.phase !== "Fault";
  }

  #onReport({ ev, slot, why, detail }: EffectOf<"report">): void {
    if (slot === null) return;
    const { now, policy } = this.#world;
    if (ev === "link.up") this.#linkedAt.set(slot, now);
    if (ev.startsWith("operator.")) this.#forget(slot);
    if (ev !== "slot.state") return;
    if (detail["from"] === "Quarantined") this.#wellUntil.set(slot, now);
    // A cut that is taken back does not count, also where it got through and nobody could read that.
    const wasCut = detail["from"] === "Fault" || detail["from"] === "PoweringOff";
    if (why === "heard-again" && wasCut) this.#cycles.set(slot, this.#of(slot).slice(0, -1));
    const up = detail["to"] === "Ready" || detail["to"] === "Degraded";
    const since = this.#readyAt.get(slot);
    if (up && since === undefined) this.#readyAt.set(slot, now);
    if (up || since === undefined) return;
    if (now - since >= policy.backoffResetMs) this.#wellUntil.set(slot, now);
    this.#readyAt.delete(slot);
  }
}
