// Checkers of what several Zeros tell together (3): nobody is cut while another one is not well either, nor after many were silent
// at once, until health has held for a while.

import type { EffectOf } from "../../controller/core/effect.ts";
import { isFurtherTry, type Slot } from "../../controller/core/slot.ts";
import type { Blame } from "./promises.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";

/** The core sees the end of a silence by the frames; this looks each second. */
const LATE_MS = 2500;

function isSilent({ phase, why, stage }: Slot): boolean {
  if (phase === "Suspect") return why !== "no-progress";
  return phase === "Remediating" && stage === "power-cycle";
}

function isMeantUp({ wanted, hold, shed, phase, intent }: Slot): boolean {
  if (
    wanted !== "on" ||
    hold !== null ||
    shed !== null ||
    phase === "Quarantined" ||
    phase === "Fault"
  )
    return false;
  // One that a person or a ceiling switches tells nothing.
  if (intent !== null && intent.by !== "automation") return false;
  return phase !== "Off" || intent !== null;
}

export class MassSilence {
  readonly #world: World;
  readonly #blame: Blame;
  #until = Number.NEGATIVE_INFINITY;
  /** What the last look saw. */
  #stormed = false;

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
  }

  onPower({ slot, to, by }: EffectOf<"power">, controller: SimController): void {
    const { now, policy } = this.#world;
    if (to !== "off" || by !== "automation") return;
    const known = controller.state.slots.find(({ id }) => id === slot);
    if (known === undefined || isFurtherTry(known) || known.line === "off") return;
    // One that lasts falls back to one at a time.
    const { storm } = controller.state;
    if (storm.state === "storm" && now - storm.since >= policy.stormHoldMs) return;
    const lost = controller.state.slots.filter((each) => isMeantUp(each) && !this.#works(each));
    if (lost.length > 1) {
      this.#blame(3, `cut of ${slot}, and of those wanted up ${lost.length} are not well`);
    }
    const afterMs = now - this.#until;
    if (controller.startedAt > this.#until) return;
    if (afterMs >= policy.stormCooldownMs - LATE_MS) return;
    this.#blame(3, `cut of ${slot}, ${Math.round(afterMs)} ms after many were silent at once`);
  }

  /** Whether it was heard in the window, and has given the known answer in this boot. */
  #works({ index }: Slot): boolean {
    const { now, policy, zeros } = this.#world;
    const zero = zeros[index];
    if (zero === undefined) return false;
    return now - zero.spokeAt < policy.livenessMs && zero.provedBoot === zero.bootId;
  }

  /** How many ought to be up, are heard, and are silent; one that is held and heard is a witness too. */
  #census(controller: SimController): { meant: number; heard: number; silent: number } {
    const { now, policy, zeros } = this.#world;
    let meant = 0;
    let heard = 0;
    let silent = 0;
    for (const slot of controller.state.slots) {
      const spokeAt = zeros[slot.index]?.spokeAt ?? 0;
      const up = slot.phase === "Ready" || slot.phase === "Degraded";
      if (up && now - spokeAt < policy.livenessMs) {
        heard++;
        meant++;
      } else if (isMeantUp(slot)) {
        meant++;
        if (isSilent(slot)) silent++;
      }
    }
    return { meant, heard, silent };
  }

  /** Looks at who is silent, each second. */
  sample(): void {
    const { now, controller, policy } = this.#world;
    if (controller.alive && !controller.stalled) {
      const { meant, heard, silent } = this.#census(controller);
      const low = heard < Math.ceil(policy.healthyFloor * meant);
      const storms = low && silent > 1;
      // What is over before the core ticks again was no storm.
      if (storms && this.#stormed) this.#until = now;
      this.#stormed = storms;
    }
  }
}
