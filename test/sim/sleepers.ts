// Checker of sleep (15): a Zero that sleeps for want of work is woken when there is work, or when somebody needs it.

import type { Slot } from "../../controller/core/slot.ts";
import type { Blame } from "./promises.ts";
import type { StandingRules } from "./standing-rules.ts";
import type { Switches } from "./switches.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** A tick, a reading, a write. */
const LATE_MS = 5000;
/** A pool that is back is tried again, and gives a job. */
const WORK_MS = 120_000;
/** As long as the others, or the host, do its work in between. */
const JOB_MS = 120_000;
/** No start so soon after a sag. */
const SAG_MS = 15_000;

export class Sleepers {
  readonly #world: World;
  readonly #rules: StandingRules;
  readonly #switches: Switches;
  readonly #blame: Blame;
  /** Since when each might be woken and is needed by somebody, or has work; the time of the last look where it is not so. */
  readonly #askedSince: number[];
  readonly #workedSince: number[];
  /** Since when the pool gives work. */
  #workSince: number;

  constructor(world: World, rules: StandingRules, switches: Switches, blame: Blame) {
    this.#world = world;
    this.#rules = rules;
    this.#switches = switches;
    this.#blame = blame;
    this.#askedSince = world.zeros.map(() => world.now);
    this.#workedSince = world.zeros.map(() => world.now);
    this.#workSince = world.now;
  }

  /** Looks at who sleeps, each second. */
  sample(): void {
    const { now, zeros, controller, poolRefuses, poolSilent, demandUntil, policy } = this.#world;
    if (poolRefuses || poolSilent) this.#workSince = now;
    const gives = now - this.#workSince >= WORK_MS;
    for (const known of controller.state.slots) {
      const { index, id } = known;
      const may = this.#mayBeWoken(zeros[index] as SimZero, known);
      const needsWork = may && !policy.onDemand.includes(id);
      const asked = may && now < (demandUntil.get(id) ?? Number.NEGATIVE_INFINITY);
      if (this.#isLate(this.#askedSince, index, asked, LATE_MS)) {
        this.#blame(15, `${id} sleeps, and somebody needs it`);
      }
      if (this.#isLate(this.#workedSince, index, needsWork && gives, JOB_MS)) {
        this.#blame(15, `${id} sleeps, and there is work`);
      }
    }
  }

  /** Whether it is so for longer than that; told once. */
  #isLate(since: number[], index: number, isSo: boolean, lateMs: number): boolean {
    const { now } = this.#world;
    if (!isSo) since[index] = now;
    if (now - (since[index] ?? now) < lateMs) return false;
    since[index] = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Whether it is off for want of work, or of anybody who asks for it. */
  #sleeps({ id, shed }: Slot): boolean {
    if (!this.#world.policy.onDemand.includes(id)) return shed?.why === "idle";
    return shed === null || shed.why === "no-demand";
  }

  #mayBeWoken({ powered, stuckOff }: SimZero, slot: Slot): boolean {
    const { phase, hold, wanted } = slot;
    if (phase !== "Off" || !this.#sleeps(slot) || wanted !== "on") return false;
    if (powered || stuckOff || hold !== null) return false;
    const { now, controller, sagReadAt } = this.#world;
    const { pause, slots } = controller.state;
    if (pause !== null || now - sagReadAt <= SAG_MS || !this.#rules.isClear()) return false;
    if (!this.#switches.hasToken() || !this.#rules.trustsAll()) return false;
    if (this.#world.allowedWatts(0) < Number.POSITIVE_INFINITY) return false;
    return !slots.some((other) => other.phase === "PoweringOn");
  }
}
