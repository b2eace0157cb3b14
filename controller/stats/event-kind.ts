// What kind of thing an event of the rig is, for timelines: told from its name, its reason and how grave it is.

import type { RigEvent } from "../core/status.ts";

export const EVENT_KINDS = [
  /** Power went on or off, or was meant to. */
  "power",
  /** A Zero was suspected, remedied or power-cycled by automation. */
  "fence",
  /** Something does not work as it should. */
  "fault",
  /** What a person did, and the end of what a person set. */
  "operator",
  /** The rig as a whole is in trouble, or needs a person. */
  "alert",
  /** What became of a block that was found. */
  "block",
  /** Links, pool sessions, boots, starts of the controller. */
  "other",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What a timeline shows unless it is asked for more. */
export const SHOWN_KINDS: readonly EventKind[] = EVENT_KINDS.filter((kind) => kind !== "other");

const FENCE_STATES: ReadonlySet<unknown> = new Set(["Suspect", "Remediating"]);
const FENCE_WHYS: ReadonlySet<unknown> = new Set(["power-cycle", "no-enumeration", "boot-overdue"]);
const POWER_STATES: ReadonlySet<unknown> = new Set(["PoweringOn", "PoweringOff", "Off"]);
const FAULT_STATES: ReadonlySet<unknown> = new Set(["Fault", "Quarantined", "Unknown"]);
const ALERTS: ReadonlySet<string> = new Set([
  "slot.given-up",
  "board.power-lost",
  "hub.lost",
  "invariant.broken",
]);
const BLOCKS: ReadonlySet<string> = new Set(["block.settled", "block.lost"]);

type Told = Pick<RigEvent, "ev" | "level" | "why" | "detail">;

export function kindOf(event: Told): EventKind {
  const { ev, level } = event;
  const [subject] = ev.split(".");
  if (subject === "operator" || subject === "hold" || subject === "pause") return "operator";
  if (subject === "override" || ev === "pool.chosen") return "operator";
  if (subject === "storm" || subject === "supply" || ALERTS.has(ev)) return "alert";
  if (BLOCKS.has(ev)) return "block";
  if (ev === "slot.state") return kindOfState(event);
  if (level === "error") return "fault";
  if (subject === "power") return level === "warn" ? "fault" : kindOfPower(event);
  if (subject === "ceiling" || subject === "schedule" || ev === "slot.woken") return "power";
  return level === "warn" ? "fault" : "other";
}

/** The off that ends a fence is a part of it. */
function kindOfPower({ why }: Told): EventKind {
  return FENCE_WHYS.has(why) ? "fence" : "power";
}

function kindOfState({ why, detail }: Told): EventKind {
  const { to } = detail;
  if (FENCE_STATES.has(to)) return "fence";
  // A start of the controller: its power was on, as another's was off.
  if (why === "found-on") return "power";
  if (FAULT_STATES.has(to)) return "fault";
  return POWER_STATES.has(to) ? kindOfPower({ why, detail, ev: "", level: "info" }) : "other";
}
