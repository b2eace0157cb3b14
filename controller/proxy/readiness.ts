// What a slot can do for a route now: serve, come up, be woken, or none of it, and why.

import type { SlotId } from "../../hat/slots.ts";
import { ON_WORDS } from "../cli/words.ts";
import { onHindrance } from "../core/permit.ts";
import { isKeptFromWork, isUp, type Slot } from "../core/slot.ts";
import type { RigState } from "../core/state.ts";
import type { OnHindrance } from "../core/why.ts";

export type Readiness =
  | "serves"
  /** It is up or on its way, and its service will answer. */
  | "comes"
  /** It is off, and a demand would wake it. */
  | "sleeps"
  /** Silent, or under a remedy: it may come back. */
  | "ill"
  /** Nothing that the proxy may do brings it up now. */
  | "blocked";

export interface Ready {
  readonly slot: SlotId;
  readonly readiness: Readiness;
  /** For people. */
  readonly why: string;
}

/** A Zero that has been up for so long, and has nothing behind the port, has no service that is only starting. */
const SERVICE_START_MS = 60_000;

const LASTING: ReadonlySet<OnHindrance> = new Set<OnHindrance>([
  "automation-halted",
  "paused",
  "hold",
  "heat",
]);
const MOVING: ReadonlySet<Slot["phase"]> = new Set<Slot["phase"]>([
  "PoweringOn",
  "Booting",
  "PoweringOff",
]);

/** Whether it is of no use to wait: a ceiling gives room where another Zero has started, or is going. */
function isLasting(rig: RigState, hindrance: OnHindrance): boolean {
  if (hindrance === "ceiling") return !rig.slots.some(({ phase }) => MOVING.has(phase));
  return LASTING.has(hindrance);
}

/** @param isOpen whether its service was seen to accept connections lately */
export function readinessOf(rig: RigState, id: SlotId, isOpen: boolean, now: number): Ready {
  const slot = rig.slots.find((each) => each.id === id);
  const told = (readiness: Readiness, why: string): Ready => ({
    slot: id,
    readiness,
    why: `${id} ${why}`,
  });
  if (slot === undefined) return told("blocked", "is no slot of this rig");
  if (isKeptFromWork(slot)) return told("blocked", `is held (${slot.hold?.kind})`);
  switch (slot.phase) {
    case "Ready":
    case "Degraded":
    case "Booting":
      if (isOpen && slot.line === "on") return told("serves", "serves");
      if (isUp(slot) && now - slot.since >= SERVICE_START_MS) {
        return told("blocked", "is up, and nothing answers on its port");
      }
      return told("comes", isUp(slot) ? "is up, and its service is starting" : "is booting");
    case "PoweringOn":
      return told("comes", "is being switched on");
    case "Unknown":
      return told("comes", "is being looked at: the controller has just started");
    case "Off":
    case "PoweringOff":
      return ofOff(rig, slot, now, told);
    case "Suspect":
    case "Remediating":
      return told("ill", "is silent");
    case "Quarantined":
      return told("blocked", "is quarantined");
    case "Fault":
      return told("blocked", "has a fault");
  }
}

function ofOff(
  rig: RigState,
  slot: Slot,
  now: number,
  told: (readiness: Readiness, why: string) => Ready,
): Ready {
  const { intent, wanted, phase } = slot;
  if (intent?.kind === "quarantine") return told("blocked", "is quarantined");
  if (wanted === "off") return told("blocked", "was switched off by a person");
  if (intent?.kind === "cycle") return told("comes", "is being started anew");
  const asked = { ...slot, demandUntil: Number.POSITIVE_INFINITY };
  const hindrance = onHindrance(rig, asked, now);
  if (hindrance !== null && isLasting(rig, hindrance)) {
    return told("blocked", `cannot be woken: ${ON_WORDS[hindrance]}`);
  }
  if (phase === "PoweringOff") return told("sleeps", "is going off, and comes back then");
  return told("sleeps", hindrance === null ? "is woken" : `is woken soon: ${ON_WORDS[hindrance]}`);
}
