// What can be said of an order while it is searched.

import { waitsFor } from "./dispatch-orders.ts";
import { type Order, searchedOf } from "./order.ts";
import type { RigState } from "./state.ts";

export interface OrderView {
  readonly state: "queued" | "running";
  /** Why nobody searches it: no Zero has the kernel, none that has it may work, all have something else; null if somebody does. */
  readonly waits_for: "kernel" | "worker" | "turn" | null;
  /** Nonces that were searched in vain. */
  readonly searched: number;
  readonly hashes: number;
  /** Of those that search it now. */
  readonly hashrate_hs: number;
  readonly workers: readonly string[];
  readonly left_ms: number;
}

export function orderView(rig: RigState, order: Order, now: number): OrderView {
  const { from, next, pieces, hashes, workers, until } = order;
  const names = pieces.flatMap(({ worker }) => worker ?? []);
  const rates = names.map((name) => workers[name]?.rateHs ?? 0);
  return {
    state: next > from ? "running" : "queued",
    waits_for: waitsFor(rig, order),
    searched: searchedOf(from, next, pieces),
    hashes,
    hashrate_hs: Math.round(rates.reduce((sum, rate) => sum + rate, 0)),
    workers: names,
    left_ms: Math.max(0, Math.round(until - now)),
  };
}
