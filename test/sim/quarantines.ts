// Checkers of quarantine (16): who is in it stays for its time, also over a restart, and is let out when that is over.

import type { Effect } from "../../controller/core/effect.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Blame } from "./promises.ts";
import type { World } from "./world.ts";

/** A tick; and for one that has just come back, its liveness window. */
const LATE_MS = 3000;
const JUST_BACK_MS = 15_000;
/** Time in which there was no controller is none. */
const SAMPLE_MS = 1000;
/** How often a quiet slot is written down, and a little more. */
const MEMORY_MS = 62_000;

export class Quarantines {
  readonly #world: World;
  readonly #blame: Blame;
  /** How long each has been in it, as the controller counts; and what of it may have been forgotten. */
  readonly #servedMs = new Map<SlotId, number>();
  readonly #lostMs = new Map<SlotId, number>();
  #losses = 0;

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
  }

  /** What is remembered may be a minute old. */
  onStart(): void {
    for (const slot of this.#servedMs.keys()) {
      this.#lostMs.set(slot, (this.#lostMs.get(slot) ?? 0) + MEMORY_MS);
    }
  }

  watch(effect: Effect): void {
    if (effect.type === "save-slot" && this.#world.storeFails) this.#servedMs.delete(effect.slot);
    if (effect.type !== "report" || effect.slot === null || effect.ev !== "slot.state") return;
    const { slot, why, detail } = effect;
    if (detail["to"] === "Quarantined") {
      this.#servedMs.set(slot, 0);
      this.#lostMs.delete(slot);
    } else if (detail["from"] === "Quarantined") this.#onEnd(slot, why);
  }

  #onEnd(slot: SlotId, why: string | null): void {
    const servedMs = this.#servedMs.get(slot);
    this.#servedMs.delete(slot);
    if (servedMs === undefined || why !== "probation") return;
    if (servedMs < this.#world.policy.probationMs - LATE_MS) {
      this.#blame(16, `${slot} is let out of quarantine after ${Math.round(servedMs / 1000)} s`);
    }
  }

  /** Looks at who is in it, each second. */
  sample(): void {
    if (this.#servedMs.size === 0) return;
    const { controller, store, now, policy } = this.#world;
    if (store.losses !== this.#losses) {
      this.#losses = store.losses;
      this.#servedMs.clear();
      return;
    }
    if (!controller.alive) return;
    for (const [slot, before] of this.#servedMs) {
      const servedMs = before + SAMPLE_MS;
      this.#servedMs.set(slot, servedMs);
      if (controller.stalled) {
        // Nothing is written down meanwhile.
        this.#lostMs.set(slot, (this.#lostMs.get(slot) ?? 0) + SAMPLE_MS);
        continue;
      }
      const there = this.#world.slot(slot).phase === "Quarantined";
      const justBack = now - Math.max(controller.startedAt, controller.stalledUntil) < JUST_BACK_MS;
      const leastMs = servedMs - (this.#lostMs.get(slot) ?? 0) - LATE_MS;
      if (justBack || (there && leastMs < policy.probationMs)) continue;
      this.#servedMs.delete(slot);
      this.#blame(
        16,
        there ? `${slot} is not let out of quarantine` : `the quarantine of ${slot} is forgotten`,
      );
    }
  }
}
