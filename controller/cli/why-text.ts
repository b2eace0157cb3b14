// `why` and `plan` as text.

import type { Explanation, Intention } from "../core/explain.ts";
import { formatDuration } from "./duration.ts";
import { columns } from "./text-table.ts";
import { CLASS_WORDS, CUT_WORDS, ON_WORDS, WHY_WORDS } from "./words.ts";

/** States with no power, where the question is what keeps the slot off. */
const OFF: ReadonlySet<string> = new Set(["Off", "Quarantined"]);

/** Classes of evidence that keep the slot from being cut. */
const SPARED: Readonly<Partial<Record<Explanation["class"], string>>> = {
  heard: "while it is heard",
  booting: "within its boot grace",
};

/** What automation may do about the slot now, and what is in its way. */
function permission(slot: Explanation): string {
  if (OFF.has(slot.state)) {
    if (slot.wanted === "off") return "stays off: it is wanted off (`zerorig on` changes that)";
    if (slot.on_waits_for === null) return "may be switched on now";
    return `switching on waits for ${slot.on_waits_for}: ${ON_WORDS[slot.on_waits_for]}`;
  }
  if (slot.state === "PoweringOff")
    return "is on its way off: a fence is taken back if it is heard, anything else is carried through";
  const waits = slot.cut_waits_for;
  const stood = waits === null ? null : `${waits}: ${CUT_WORDS[waits]}`;
  const spared = SPARED[slot.class];
  if (spared !== undefined) {
    const more = stood === null ? "" : `; were it silent, a cut would wait for ${stood}`;
    return `is not cut by itself ${spared}${more}`;
  }
  if (stood === null) return "nothing stands in the way of an automatic cut, once it is due";
  return `an automatic cut waits for ${stood}`;
}

/** Several lines for one slot, ending in a newline. */
export function whyText(slot: Explanation): string {
  const rows = [
    ["why", `${WHY_WORDS[slot.why]} (${slot.why})`],
    ["evidence", slot.evidence],
    ["signs", `${CLASS_WORDS[slot.class]} (${slot.class})`],
    ["next", slot.next ?? "no timer runs"],
    ["power", permission(slot)],
    ...slot.notes.map((note, index) => [index === 0 ? "notes" : "", note]),
  ];
  const head = `${slot.slot} is ${slot.state} for ${formatDuration(slot.for_ms)}`;
  return `${[head, ...columns(rows).map((line) => `  ${line}`)].join("\n")}\n`;
}

/** A table of what automation would do now, under what holds for the rig; ending in a newline. */
export function planText(heads: readonly string[], intentions: readonly Intention[]): string {
  const rows = intentions.map(({ slot, does, next }) => [slot, does ?? "-", next ?? "-"]);
  const idle = intentions.every(({ does }) => does === null);
  const sum = idle ? ["", "Automation would switch nothing now."] : [];
  const table = columns([["SLOT", "WOULD DO NOW", "THEN"], ...rows]);
  return `${[...heads, "", ...table, ...sum].join("\n")}\n`;
}
