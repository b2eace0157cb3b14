// Scenes that many tests begin with: a rig that mines, a beat with a temperature, a controller that starts anew.

import type { EventOf } from "../../controller/core/event.ts";
import { memoryOf, type Remembered, rigMemoryOf } from "../../controller/core/memory.ts";
import { progressOf, specOf } from "../../controller/core/order.ts";
import type { Job } from "../../controller/core/seat.ts";
import type { Intent, Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { SlotId } from "../../hat/slots.ts";
import { World, type WorldOptions } from "./world.ts";

type Ask = EventOf<"operator">;

/** A power cycle that was decided and is on disk. */
export const INTENT: Intent = {
  id: 3,
  kind: "cycle",
  by: "automation",
  why: "x",
  reason: "",
  durable: true,
};

/** A job of p1's seat that nobody searches yet. */
export function waitingJob(now: number): Job {
  return {
    id: "p1-7",
    algorithm: "duco-s1",
    poolTarget: "b",
    node: "",
    ref: "",
    prefix: "a",
    target: "b",
    difficulty: 5,
    to: 700_000,
    receivedAt: now,
    worker: null,
    tried: [],
    missed: [],
  };
}

/** A rig in which every Zero is Ready and has worked for `forMs`. */
export function mining(options: WorldOptions = {}, forMs = 10_000): World {
  const world = new World(options);
  world.allReady();
  world.run(forMs);
  return world;
}

/** What a person says to some slots. */
export function say(
  world: World,
  verb: Ask["verb"],
  slots: readonly SlotId[],
  more: Partial<Pick<Ask, "reason" | "hard" | "forMs">> = {},
): void {
  world.post({ type: "operator", verb, slots, reason: "test", hard: false, ...more });
}

/** One beat of a Zero, beside those that it sends by itself. */
export function beatOf(
  world: World,
  slot: SlotId,
  vitals: Partial<EventOf<"beat">["beat"]> = {},
): void {
  const { link, hashes } = world.zero(slot);
  world.post({
    type: "beat",
    slot,
    link,
    beat: {
      type: "beat",
      seq: 0,
      hashes,
      jobId: null,
      tempC: 45,
      throttled: 0,
      load: 1,
      memoryFreeBytes: 1e8,
      uptimeMs: 1000,
      ...vitals,
    },
  });
}

/** The state with one slot changed by hand, where no short road leads there. */
export function withSlot(state: RigState, id: SlotId, changes: Partial<Slot>): RigState {
  const slots = state.slots.map((slot) => (slot.id === id ? { ...slot, ...changes } : slot));
  return { ...state, slots };
}

/** What a controller that dies now leaves on its disk. */
export function leftBehind({ state, now }: Pick<World, "state" | "now">): Remembered {
  const intents = new Map<SlotId, Omit<Intent, "durable">>();
  for (const { id, intent } of state.slots) if (intent?.durable) intents.set(id, intent);
  return {
    rig: rigMemoryOf(state, now),
    slots: new Map(state.slots.map((slot) => [slot.id, memoryOf(slot, now, state.nextId)])),
    intents,
    shares: new Map(),
    orders: state.orders
      .filter(({ end }) => end === null)
      .map((order) => ({ ...specOf(order), ...progressOf(order, now) })),
    nextId: state.nextId,
  };
}
