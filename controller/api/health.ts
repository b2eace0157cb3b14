// Whether the controller lives, and whether it does its work: for load balancers, watchdogs and `curl`.

import { isLinkServerProved } from "../core/evidence.ts";
import type { RigState } from "../core/state.ts";

export interface Pulse {
  /** How long ago the decision loop last looked at its deadlines (ms); it does so each second. */
  readonly tickAgeMs: number;
  /** Why the board cannot be read; null if it can. */
  readonly boardError: string | null;
  /** Whether the link server of ours answered itself lately. */
  readonly linksProved: boolean;
}

export function pulseOf(rig: RigState, now: number): Pulse {
  return {
    tickAgeMs: now - rig.lastTickAt,
    boardError: rig.boardError ?? (rig.readAt > 0 ? null : "it was not read yet"),
    linksProved: isLinkServerProved(rig, now),
  };
}

/** The loop stands still. */
const STANDS_STILL_MS = 10_000;

/** What is wrong with the process itself; empty if nothing is. */
export function lifeFaults({ tickAgeMs }: Pulse): readonly string[] {
  if (tickAgeMs < STANDS_STILL_MS) return [];
  return [`the decision loop has stood still for ${Math.round(tickAgeMs / 1000)} s`];
}

/** What keeps the controller from running the rig; empty if nothing does. */
export function readyFaults(pulse: Pulse): readonly string[] {
  const faults = [...lifeFaults(pulse)];
  if (pulse.boardError !== null) faults.push(`the board cannot be read: ${pulse.boardError}`);
  if (!pulse.linksProved) faults.push("the link server does not answer");
  return faults;
}
