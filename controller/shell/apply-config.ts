// What a reload tells to whom: only the parts that differ, so that nobody begins anew for nothing.

import { isDeepStrictEqual } from "node:util";
import type { ControllerConfig } from "../config/config.ts";
import type { Policy } from "../core/policy.ts";
import type { PoolNode } from "../pools/node.ts";
import type { Window } from "./window.ts";

export interface ConfigListeners {
  policy(policy: Policy): void;
  schedules(windows: readonly Window[]): void;
  pools(nodes: readonly PoolNode[], picker: string): void;
}

/** Both differ in nothing but what may change while the controller runs. */
export function applyConfig(
  before: ControllerConfig,
  next: ControllerConfig,
  listeners: ConfigListeners,
): void {
  const { policy, schedules, pool } = next;
  if (!isDeepStrictEqual(policy, before.policy)) listeners.policy(policy);
  if (!isDeepStrictEqual(schedules, before.schedules)) listeners.schedules(schedules);
  const listed = [before.pool.nodes, before.pool.picker];
  if (!isDeepStrictEqual([pool.nodes, pool.picker], listed)) {
    listeners.pools(pool.nodes, pool.picker);
  }
}
