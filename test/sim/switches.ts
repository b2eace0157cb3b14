// Checker of how often automation decides to switch (2): so many at once, so many a minute in the long run.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Blame } from "./promises.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Heat and a failing supply wait for nothing. */
const PRESSING: ReadonlySet<string> = new Set(["hot", "brown-out"]);

export class Switches {
  readonly #world: World;
  readonly #blame: Blame;
  /** What is left of the burst for those who must wait, and when; and of what all take from it, people too. */
  #left: number;
  #at: number;
  #least: number;
  #leastAt: number;
  #lastIntent = 0;
  #losses = 0;
  #unsaved = false;
  /** What is left of a cycle whose cut was proved too late is completed without asking. */
  #completes = false;

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
    this.#left = world.policy.switchBurst;
    this.#at = world.now;
    this.#least = world.policy.switchBurst;
    this.#leastAt = world.now;
  }

  /** The bucket is remembered, as far as it could be written down. */
  onStart(): void {
    const { store, now, policy } = this.#world;
    const { losses } = store;
    // In the time without a controller no token comes; and who knows what an older note says.
    if (losses !== this.#losses || this.#unsaved) this.#least = -policy.switchBurst;
    this.#leastAt = now;
    if (losses !== this.#losses || this.#unsaved) this.#left = this.#world.policy.switchBurst;
    this.#losses = losses;
    this.#unsaved = false;
    this.#lastIntent = 0;
  }

  watch(effect: Effect): void {
    if (effect.type === "save-rig") this.#unsaved = this.#world.storeFails;
    else if (effect.type === "close-intent") this.#completes = effect.outcome === "proved late";
    else if (effect.type === "write-intent") this.#onIntent(effect);
  }

  /** Whether one more is surely allowed now. */
  hasToken(): boolean {
    return this.#filled(this.#least, this.#leastAt) >= 1;
  }

  #filled(left: number, at: number): number {
    const { now, policy } = this.#world;
    const refill = ((now - at) / MINUTE_MS) * policy.switchesPerMinute;
    return Math.min(policy.switchBurst, left + refill);
  }

  #onIntent({ slot, intent, kind, by, why }: EffectOf<"write-intent">): void {
    const { now, policy } = this.#world;
    const completes = this.#completes && kind === "on";
    this.#completes = false;
    // Written once more, for the disk did not answer.
    if (intent <= this.#lastIntent) return;
    this.#lastIntent = intent;
    this.#least = Math.max(-policy.switchBurst, this.#filled(this.#least, this.#leastAt) - 1);
    this.#leastAt = now;
    if (by === "operator" || completes || PRESSING.has(why)) return;
    this.#left = this.#filled(this.#left, this.#at) - 1;
    this.#at = now;
    if (this.#left < -0.001) {
      const allowed = `${policy.switchBurst} at once, ${policy.switchesPerMinute} a minute`;
      this.#blame(2, `${kind} of ${slot} (${why}) is one too many for ${allowed}`);
    }
  }
}
