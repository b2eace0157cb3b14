// Checker of what standing rules switch off (1): a Zero that could be asked to shut down was asked first.

import type { Effect } from "../../controller/core/effect.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Blame } from "./promises.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";
import { isWell, type SimZero, speaks } from "./zero.ts";

/** Between the decision and the write. */
const WRITE_MS = 25;
/** An asking that ends is seen by the next tick. */
const ASKED_LATE_MS = 100;
/** After its start, or a standstill, a controller gives its Zeros two windows to dial in. */
const WINDOWS = 2;

export class Sheds {
  readonly #world: World;
  readonly #blame: Blame;
  /** When each Zero was first asked to shut down, since it last had work. */
  readonly #askedAt = new Map<SlotId, number>();

  constructor(world: World, blame: Blame) {
    this.#world = world;
    this.#blame = blame;
  }

  watch(effect: Effect): void {
    if (effect.type !== "send") return;
    const { message, slot } = effect;
    if (message.type === "job") this.#askedAt.delete(slot);
    const poweroff = message.type === "shutdown" && message.how === "poweroff";
    if (poweroff && !this.#askedAt.has(slot)) this.#askedAt.set(slot, this.#world.now);
  }

  /** A standing rule takes its power. */
  onShed(zero: SimZero, controller: SimController): void {
    const { now, policy } = this.#world;
    const { slot, spokeAt, usb } = zero;
    // A voice that came while the write was on the bus came too late.
    const silentMs = now - spokeAt;
    const heard = speaks(zero) && silentMs > WRITE_MS && silentMs < policy.livenessMs;
    const askedMs = now - (this.#askedAt.get(slot) ?? now);
    const waited = askedMs >= policy.shedSoftMs - ASKED_LATE_MS;
    if (heard && usb && !waited) this.#blame(1, `${slot} is shed, was heard, and was not asked`);
    const backMs = Math.round(now - backAt(controller, policy.pauseGuardMs));
    if (this.#dialsAnew(zero, controller)) {
      this.#blame(1, `${slot} is shed ${backMs} ms after a start: it dials in, and was not asked`);
    }
  }

  /** Whether it runs as it did before the controller was back, and had no time to dial in since. */
  #dialsAnew(zero: SimZero, controller: SimController): boolean {
    const { now, policy, serverDown } = this.#world;
    const back = backAt(controller, policy.pauseGuardMs);
    const early = now - back < WINDOWS * policy.livenessMs - ASKED_LATE_MS;
    const ran = zero.poweredAt < back && zero.provedBoot === zero.bootId;
    return early && ran && isWell(zero) && zero.program === "runs" && !zero.linked && !serverDown;
  }
}

/** When it began to look, or to look again. */
function backAt({ startedAt, stalledUntil, stalledMs }: SimController, guardMs: number): number {
  return stalledMs >= guardMs ? Math.max(startedAt, stalledUntil) : startedAt;
}
