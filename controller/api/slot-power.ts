// Whether a slot has power, for protocols that fence by it: off is only what was proved off.

import type { Slot } from "../core/slot.ts";

export type SlotPower = "On" | "Off" | "PoweringOn" | "PoweringOff";

/** Null while nobody knows, as where a cut could not be proved. */
export function powerOfSlot({ phase, line }: Pick<Slot, "phase" | "line">): SlotPower | null {
  if (phase === "PoweringOn" || phase === "PoweringOff") return phase;
  if (line === "unknown") return null;
  if (line === "on") return "On";
  return phase === "Off" || phase === "Quarantined" ? "Off" : null;
}
