// Checker of Zeros that are up on demand only (14): none comes on for nobody, and none stays up for nobody.

import type { Effect } from "../../controller/core/effect.ts";
import { isUp, type Slot } from "../../controller/core/slot.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Blame } from "./promises.ts";
import type { StandingRules } from "./standing-rules.ts";
import type { Switches } from "./switches.ts";
import type { World } from "./world.ts";

/** Until a pass is made, a Zero that is asked goes, and an unclear moment is over. */
const LATE_MS = 30_000;
/** Between two looks. */
const SAMPLE_MS = 1000;
/** The longest that anybody asks for at once while there are faults. */
const LONGEST_MS = 600_000;

export class Demands {
  readonly #world: World;
  readonly #rules: StandingRules;
  readonly #switches: Switches;
  readonly #blame: Blame;
  /** Until when each is asked for at the latest, by whatever a controller may remember of it. */
  readonly #until = new Map<SlotId, number>();
  /** Since when each might sleep; the time of the last look where it might not. */
  readonly #leftSince = new Map<SlotId, number>();
  #lastIntent = 0;

  constructor(world: World, rules: StandingRules, switches: Switches, blame: Blame) {
    this.#world = world;
    this.#rules = rules;
    this.#switches = switches;
    this.#blame = blame;
  }

  /** What was left of a demand when it was last written down is remembered: the time since counts as none. */
  onStart(): void {
    const { now, controller } = this.#world;
    for (const { id, demandUntil } of controller.state.slots) {
      // An older note than the last may be what a worn card gives back; it says no more than was asked for at once.
      this.#until.set(id, Math.min(demandUntil, now + LONGEST_MS));
    }
    this.#lastIntent = 0;
  }

  watch(effect: Effect): void {
    if (effect.type !== "write-intent" || effect.kind !== "on" || effect.by === "operator") return;
    const { slot, intent, why, reason } = effect;
    // It is written again where the disk was full.
    if (intent <= this.#lastIntent || !this.#world.policy.onDemand.includes(slot)) return;
    this.#lastIntent = intent;
    // What is left of a cycle was begun before.
    if (why === "wanted-on" && reason === "its off was proved late") return;
    if (this.#untilOf(slot) <= this.#world.now) {
      this.#blame(14, `${slot} comes on (${why}: ${reason}), and nobody asks for it`);
    }
  }

  /** Looks at who is up, each second. */
  sample(): void {
    const { now, controller, demandUntil, policy } = this.#world;
    for (const [slot, until] of demandUntil) {
      // One that comes in a standstill counts from its end.
      const waits = controller.stalled && now < until + SAMPLE_MS;
      const latest = waits ? controller.stalledUntil + LONGEST_MS : until;
      this.#until.set(slot, Math.max(latest, this.#untilOf(slot)));
    }
    for (const slot of controller.state.slots) {
      if (!policy.onDemand.includes(slot.id)) continue;
      if (!this.#maySleep(slot)) this.#leftSince.set(slot.id, now);
      const since = this.#leftSince.get(slot.id) ?? now;
      if (now - since < policy.onDemandIdleMs + LATE_MS) continue;
      this.#blame(14, `${slot.id} stays up, and nobody asks for it`);
      this.#leftSince.set(slot.id, Number.POSITIVE_INFINITY);
    }
  }

  #untilOf(slot: SlotId): number {
    const told = this.#world.demandUntil.get(slot) ?? Number.NEGATIVE_INFINITY;
    return Math.max(told, this.#until.get(slot) ?? Number.NEGATIVE_INFINITY);
  }

  #maySleep(slot: Slot): boolean {
    const { now, controller, wrongCards } = this.#world;
    if (wrongCards.includes(slot.id)) return false;
    if (!isUp(slot) || slot.hold !== null || slot.wanted === "off") return false;
    if (controller.state.pause !== null || now < this.#untilOf(slot.id)) return false;
    return this.#rules.isClear() && this.#switches.hasToken() && slot.action === null;
  }
}
