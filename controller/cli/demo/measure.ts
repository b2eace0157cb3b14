// How long the controller took to see a fault and to mend it, told from its events alone.

import type { SlotId } from "../../../hat/slots.ts";
import type { RigEvent } from "../../core/status.ts";

export interface InjectedFault {
  /** null for a fault of the whole rig. */
  readonly slot: SlotId | null;
  readonly kind: string;
  /** On the controller's clock, as `RigEvent.at_ms`. */
  readonly atMs: number;
}

export interface FaultFigures {
  readonly slot: SlotId | null;
  readonly kind: string;
  readonly at_ms: number;
  /** From the fault to the first sign that the controller saw it; null if it never did. */
  readonly detect_ms: number | null;
  /** From the fault to the moment when all that it struck was Ready again; null if it never was. */
  readonly recover_ms: number | null;
}

/** States that mean: something is wrong here, or is being mended. */
const ILL: ReadonlySet<unknown> = new Set([
  "Unknown",
  "Degraded",
  "Suspect",
  "Remediating",
  "PoweringOff",
  "Off",
  "Quarantined",
  "Fault",
]);

/** Signs that need no change of state: of one slot, and of the rig. */
const SLOT_SIGNS: ReadonlySet<string> = new Set([
  "link.down",
  "power.no-enumeration",
  "power.failed",
]);
const RIG_SIGNS: ReadonlySet<string> = new Set([
  "storm.begin",
  "hub.lost",
  "board.power-lost",
  "supply.under-voltage",
]);
const RIG_RELIEFS: ReadonlySet<string> = new Set(["storm.end", "storm.cooldown", "hub.back"]);

/** The figures of one fault, from all events of the run in their order. */
export function measureFault(fault: InjectedFault, events: readonly RigEvent[]): FaultFigures {
  const { slot, kind, atMs } = fault;
  const health = new Map<SlotId, Health>();
  let detectMs: number | null = null;
  let recoverMs: number | null = null;
  let anyLeft = false;
  for (const event of events) {
    const own = event.slot !== null && (slot === null || event.slot === slot);
    if (own && event.slot !== null) {
      health.set(event.slot, after(health.get(event.slot) ?? UNHEARD, event));
    }
    if (event.at_ms < atMs || recoverMs !== null) continue;
    const sinceMs = event.at_ms - atMs;
    const ill = own && isIllness(event);
    anyLeft ||= ill;
    if (ill || (slot === null && RIG_SIGNS.has(event.ev))) detectMs ??= sinceMs;
    if (detectMs === null) continue;
    const struck = slot === null ? [...health.values()] : [health.get(slot) ?? UNHEARD];
    const isWell = struck.every(({ state, linked }) => state === "Ready" && linked);
    const relieved = slot === null && !anyLeft && RIG_RELIEFS.has(event.ev);
    if (isWell && ((own && anyLeft) || relieved)) recoverMs = sinceMs;
  }
  return { slot, kind, at_ms: Math.round(atMs), detect_ms: detectMs, recover_ms: recoverMs };
}

interface Health {
  readonly state: unknown;
  readonly linked: boolean;
}

const UNHEARD: Health = { state: null, linked: true };

function after(health: Health, event: RigEvent): Health {
  switch (event.ev) {
    case "slot.state":
      return { ...health, state: event.detail["to"] };
    case "link.down":
      return { ...health, linked: false };
    case "link.up":
      return { ...health, linked: true };
    default:
      return health;
  }
}

function isIllness(event: RigEvent): boolean {
  return SLOT_SIGNS.has(event.ev) || (event.ev === "slot.state" && ILL.has(event.detail["to"]));
}
