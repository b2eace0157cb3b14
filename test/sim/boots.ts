// What the controller can have learned of boots: how long each took, from the power to the known answer.

import type { EffectOf } from "../../controller/core/effect.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";

/** So many of the last are remembered, and a grace is so many times the slowest of them. */
const REMEMBERED = 20;
const PATIENCE = 1.5;
/** The controller counts from the proof of the power, and we from the power itself. */
const PROOF_MS = 500;

export class Boots {
  readonly #world: World;
  /** When each slot was last switched on by us, and by whom; gone when that boot has ended. */
  readonly #begun = new Map<SlotId, SimController>();
  /** When each slot last came on by our own word. */
  readonly #ours = new Map<SlotId, number>();
  readonly #tookMs = new Map<SlotId, number[]>();
  #losses = 0;

  constructor(world: World) {
    this.#world = world;
  }

  onReport({ ev, slot, why }: EffectOf<"report">, by: SimController): void {
    if (slot === null) return;
    const { now } = this.#world;
    if (ev === "power.on") {
      this.#begun.set(slot, by);
      this.#ours.set(slot, now);
    } else if (ev === "power.off" || ev === "power.foreign-change") this.#begun.delete(slot);
    const up = ev === "slot.state" && why === "self-test-passed";
    if (!up) return;
    if (this.#begun.get(slot) === by && !this.#world.storeFails) {
      const took = this.#tookMs.get(slot) ?? [];
      took.push(now - this.#world.zero(slot).poweredAt);
      if (took.length > REMEMBERED) took.shift();
      this.#tookMs.set(slot, took);
    }
    this.#begun.delete(slot);
  }

  /** How long the boot that the slot is in now may take. */
  graceMs(slot: SlotId, { startedAt }: SimController): number {
    const { policy, store } = this.#world;
    if (store.losses !== this.#losses) {
      this.#losses = store.losses;
      this.#tookMs.clear();
    }
    const { poweredAt } = this.#world.zero(slot);
    const onAt = this.#ours.get(slot) ?? Number.NEGATIVE_INFINITY;
    // Whoever else switched it on, nobody knows when.
    if (onAt < poweredAt || onAt < startedAt) return policy.bootGraceMs;
    const slowest = Math.max(0, ...(this.#tookMs.get(slot) ?? [])) - PROOF_MS;
    return Math.max(policy.bootGraceMs, PATIENCE * slowest);
  }
}
