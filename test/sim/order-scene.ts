// Scenes of orders: one is placed in a simulated rig, workers answer it, refuse it, or sleep when it comes.

import type { EventOf } from "../../controller/core/event.ts";
import type { Order, OrderEnd, OrderPiece, OrderSpec } from "../../controller/core/order.ts";
import type { Policy } from "../../controller/core/policy.ts";
import type { Host } from "../../controller/core/seat.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { mining } from "./scene.ts";
import { World, type WorldOptions } from "./world.ts";

/** A Zero of the simulated rig does so many hashes a second. */
export const SECOND = 240_000;
const FOREVER_MS = 1e9;

/** Two minutes' work of one Zero. */
export function orderSpec(more: Partial<OrderSpec> = {}): OrderSpec {
  return {
    id: "j1",
    algorithm: "duco-s1",
    prefix: "f1",
    target: "b",
    from: 1000,
    to: 1000 + 120 * SECOND - 1,
    ...more,
  };
}

/** Of every order that is placed, the solution by its prefix. */
export function solve(world: World, solutions: Readonly<Record<string, number | null>>): void {
  world.orders = {
    solutionFor: (prefix: string) => solutions[prefix],
    searched() {},
  } as never;
}

export function place(world: World, more: Partial<OrderSpec> = {}, forMs = FOREVER_MS): void {
  world.post({ type: "order-placed", order: orderSpec(more), forMs });
}

/** Places an order that only this nonce solves, or none. */
export function submit(
  world: World,
  more: Partial<OrderSpec> = {},
  solution: number | null = null,
): World {
  solve(world, { f1: solution });
  place(world, more);
  return world;
}

/** A rig that mines, and an order that nothing solves. */
export function searching(
  more: Partial<OrderSpec> = {},
  options: WorldOptions = {},
  solution: number | null = null,
): World {
  return submit(mining(options), more, solution);
}

/** A rig whose pool refuses it, so that all its Zeros sleep. */
export function sleeping(options: WorldOptions): World {
  const world = new World({ ...options, policy: { idleOffMs: 10_000, ...options.policy } });
  world.allReady();
  world.poolRefuses = true;
  const isAsleep = () =>
    world.state.slots.every(({ phase, shed }) => phase === "Off" && shed?.why === "idle");
  world.until(isAsleep, "all sleep");
  return world;
}

export function ends(world: World): (OrderEnd & { readonly id: string })[] {
  return world.effects.flatMap((effect) =>
    effect.type === "end-order" ? [{ id: effect.order, ...effect.end }] : [],
  );
}

/** Runs until the order is over, and returns how it ended. */
export function over(world: World, id = "j1"): OrderEnd & { readonly id: string } {
  world.until(() => world.reported("job.ended").some(({ detail }) => detail["job"] === id), "end");
  return ends(world).find((end) => end.id === id) as OrderEnd & { readonly id: string };
}

export function only(world: World): Order {
  const [order] = world.state.orders;
  if (order === undefined) throw new Error("no order is open");
  return order;
}

/** Who searches the one order that is open. */
export function searchers(world: World): string[] {
  return only(world).pieces.flatMap(({ worker }) => worker ?? []);
}

/** Runs until so many search it. */
export function untilSearched(world: World, by: number): void {
  world.until(() => searchers(world).length === by, `${by} search`);
}

/** What the worker holds of the one order that is open. */
export function pieceOf(world: World, worker: string): OrderPiece {
  const piece = only(world).pieces.find((each) => each.worker === worker);
  if (piece === undefined) throw new Error(`${worker} searches nothing`);
  return piece;
}

/** How a worker, Zero or host, names what it holds. */
function holding({ state }: World, worker: string) {
  const slot = state.slots.find(({ id }) => id === worker);
  const { task, epoch } = slot ?? state.hosts.find(({ id }) => id === worker) ?? {};
  return { worker, link: slot?.link?.id ?? null, jobId: task?.jobId ?? "", epoch: epoch ?? 0 };
}

/** The worker will not search what it holds. */
export function refuse(world: World, worker: string): void {
  world.post({ type: "nack", ...holding(world, worker) });
}

/** The worker answers what it holds. */
export function answer(
  world: World,
  worker: string,
  result: Pick<EventOf<"result">, "nonce" | "hashes" | "elapsedMs">,
): void {
  world.post({ type: "result", ...holding(world, worker), ...result });
}

interface Given {
  readonly orders: readonly Order[];
  readonly slots?: Readonly<Record<string, Partial<Slot>>>;
  readonly hosts?: Partial<Host>;
  /** How many threads of the host there are, of those that the rig has. */
  readonly hostWorkers?: number;
  readonly policy?: Partial<Policy>;
}

/** The state with all workers free, and no pool: a Zero says that it does 100 hashes a second, a thread of the host says nothing. */
export function freed(state: RigState, given: Given): RigState {
  const { orders, slots = {}, hosts = {}, hostWorkers = 0, policy = {} } = given;
  const never = Number.POSITIVE_INFINITY;
  return {
    ...state,
    orders,
    policy: { ...state.policy, ...policy },
    seats: state.seats.map((seat) => ({ ...seat, state: "down", job: null, retryAt: never })),
    slots: state.slots.map((slot) => ({
      ...slot,
      task: null,
      kernels: { "duco-s1": 100 },
      ...slots[slot.id],
    })),
    hosts: state.hosts.slice(0, hostWorkers).map((host) => ({ ...host, task: null, ...hosts })),
  };
}
