// What is kept of the pool over a restart. What cannot be read counts as nothing: it is found out again.

import * as v from "valibot";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { isHostName, isPort } from "../pools/node.ts";
import type { PoolMemory } from "./pool-finder.ts";

const node = v.object({
  host: v.pipe(v.string(), v.check(isHostName)),
  port: v.pipe(
    v.number(),
    v.check((port) => isPort(port)),
  ),
  name: v.string(),
  tls: v.exactOptional(v.boolean()),
  rpc: v.exactOptional(v.boolean()),
});
const memory = v.object({ good: v.array(node), chosen: v.nullable(node) });

/** What of the store this needs. */
export interface PoolStore {
  readPool(name: string): string | null;
  writePool(name: string, value: string): void;
}

/** Who mines something else knows other nodes. */
function nameOf(algorithm: Algorithm): string {
  return algorithm === "duco-s1" ? "nodes" : `nodes of ${algorithm}`;
}

/** The good nodes and the choice that the last run wrote down. */
export function recallPool(store: PoolStore, algorithm: Algorithm = "duco-s1"): PoolMemory {
  const nothing = { good: [], chosen: null };
  try {
    const checked = v.safeParse(memory, JSON.parse(store.readPool(nameOf(algorithm)) ?? "null"));
    return checked.success ? checked.output : nothing;
  } catch {
    return nothing;
  }
}

export function savePool(
  store: PoolStore,
  { good, chosen }: PoolMemory,
  algorithm: Algorithm = "duco-s1",
): void {
  store.writePool(nameOf(algorithm), JSON.stringify({ good, chosen }));
}

/** The official miner draws its group id from 0..2811. */
const GROUPS = 2812;

/** The number by which the wallet shows all seats of this rig as one: drawn once, then kept. */
export function rigGroup(store: PoolStore, random: () => number): number {
  const kept = Number(store.readPool("group") ?? Number.NaN);
  if (Number.isInteger(kept) && kept >= 0 && kept < GROUPS) return kept;
  const group = Math.floor(random() * GROUPS);
  try {
    store.writePool("group", String(group));
  } catch {
    // A full disk: the wallet shows two rigs after the next start, and that is all.
  }
  return group;
}
