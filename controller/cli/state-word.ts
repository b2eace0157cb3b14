// A slot's state as people read it: the word, Slurm's mark behind it where there is more to say, and a colour.

import type { ShownState, SlotStatus } from "../core/status.ts";
import type { Tone } from "./paint.ts";

/** What each mark means; those of `sinfo`, where it has one for the case. */
export const MARKS = {
  "*": "is not heard",
  "~": "has no power",
  "#": "is being switched on, or boots",
  "%": "is being switched off",
  "!": "is to be switched off",
  "^": "is being brought back: restarted, rebooted or power-cycled",
  $: "is in maintenance",
} as const;

type Mark = keyof typeof MARKS | "";

/** Of a state whose mark follows from nothing else. */
const OF_STATE: Readonly<Partial<Record<ShownState, Mark>>> = {
  Off: "~",
  Quarantined: "~",
  PoweringOn: "#",
  Booting: "#",
  PoweringOff: "%",
  Remediating: "^",
};

/** Classes of evidence in which silence means nothing, or there is none. */
const EXPECTED: ReadonlySet<SlotStatus["class"]> = new Set(["heard", "off", "booting"] as const);

/** Whether it is silent although it should not be. */
export function isUnheard(slot: Pick<SlotStatus, "class">): boolean {
  return !EXPECTED.has(slot.class);
}

function markOf(slot: Pick<SlotStatus, "state" | "class" | "wanted">): Mark {
  const own = OF_STATE[slot.state];
  if (own !== undefined) return own;
  if (isUnheard(slot)) return "*";
  if (slot.wanted === "off") return "!";
  return slot.state === "Maintenance" ? "$" : "";
}

/** `Ready*`. */
export function stateWord(slot: Pick<SlotStatus, "state" | "class" | "wanted">): string {
  return slot.state + markOf(slot);
}

export const STATE_TONES: Readonly<Record<ShownState, Tone>> = {
  Unknown: "dim",
  Off: "dim",
  PoweringOn: "cyan",
  Booting: "cyan",
  Ready: "green",
  Degraded: "yellow",
  Suspect: "yellow",
  Remediating: "yellow",
  PoweringOff: "yellow",
  Cordoned: "dim",
  Draining: "dim",
  Maintenance: "dim",
  Quarantined: "red",
  Fault: "red",
};
