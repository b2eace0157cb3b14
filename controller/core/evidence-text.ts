// What is known of a slot and what comes next, in words for people. Nothing is shown without its age.

import { backoffUntil, cutHindrance, onHindrance } from "./permit.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { surpluses } from "./surplus.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Tenths of seconds where they may matter, else minutes or hours. */
export function seconds(ms: number): string {
  if (ms >= 10 * HOUR_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  if (ms >= 10 * MINUTE_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

export function ago(at: number, now: number): string {
  return Number.isFinite(at) ? `${seconds(now - at)} ago` : "never";
}

export function evidence({ readAt }: Pick<RigState, "readAt">, slot: Slot, now: number): string {
  const usb = slot.usb === "unknown" ? "USB unreadable" : `USB ${slot.usb}`;
  const line = slot.line === "unknown" ? "line unread" : `line ${slot.line}`;
  return `heard ${ago(slot.heardAt, now)}, ${line}, ${usb}, read ${ago(readAt, now)}`;
}

/** What a standing rule has in mind for the slot. */
function surplusStep(rig: RigState, { id }: Slot, now: number): string | null {
  const all = surpluses(rig, now);
  const place = all.findIndex(({ slot }) => slot.id === id);
  const own = all[place];
  if (own === undefined) return null;
  if (own.waitsFor !== null) return `off (${own.why}), waits for ${own.waitsFor}`;
  const before = all.slice(0, place).findLast(({ waitsFor }) => waitsFor === null);
  return `off (${own.why})${before === undefined ? "" : `, after ${before.slot.id}`}`;
}

/** What happens next, and what it waits for. */
export function nextStep(rig: RigState, slot: Slot, now: number): string | null {
  const left = seconds(slot.until - now);
  switch (slot.phase) {
    case "Off": {
      if (slot.wanted === "off") return null;
      const hindrance = onHindrance(rig, slot, now);
      return hindrance === null ? "on" : `on, waits for ${hindrance}`;
    }
    case "Remediating": {
      if (slot.stage !== "power-cycle") return `${slot.stage} ends in ${left}`;
      const hindrance = cutHindrance(rig, slot, now);
      if (hindrance === "backoff") {
        return `power cycle in ${seconds(backoffUntil(slot, rig.policy) - now)} (backoff)`;
      }
      return hindrance === null ? "power cycle" : `power cycle, waits for ${hindrance}`;
    }
    case "Suspect":
      return `remedy in ${left} unless heard`;
    case "PoweringOff":
      return slot.stage === "soft" ? `cut in ${left}` : `fault in ${left} unless proved off`;
    case "Ready":
    case "Degraded":
      return surplusStep(rig, slot, now);
    default:
      return Number.isFinite(slot.until) ? `due in ${left}` : null;
  }
}
