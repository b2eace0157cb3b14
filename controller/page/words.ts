// What the controller's codes mean, for people who look at a card.

import { CUT_WORDS, ON_WORDS, WHY_WORDS } from "../cli/words.ts";
import type { EnergyStatus, ShownState, SlotStatus } from "../core/status.ts";

export type Tone = "good" | "busy" | "warn" | "bad" | "idle";

interface StateWords {
  readonly label: string;
  readonly tone: Tone;
}

const STATES: Readonly<Record<ShownState, StateWords>> = {
  Unknown: { label: "Not known", tone: "idle" },
  Off: { label: "Off", tone: "idle" },
  PoweringOn: { label: "Powering on", tone: "busy" },
  Booting: { label: "Booting", tone: "busy" },
  Ready: { label: "Mining", tone: "good" },
  Degraded: { label: "Degraded", tone: "warn" },
  Suspect: { label: "Silent", tone: "warn" },
  Remediating: { label: "Being fenced", tone: "bad" },
  PoweringOff: { label: "Powering off", tone: "busy" },
  Cordoned: { label: "Paused", tone: "idle" },
  Draining: { label: "Draining", tone: "busy" },
  Maintenance: { label: "Maintenance", tone: "idle" },
  Quarantined: { label: "Quarantined", tone: "bad" },
  Fault: { label: "Fault", tone: "bad" },
};

/** A Zero that is ready and has nothing to hash is not mining, and one that is remedied below the power line is not fenced. */
export function stateWords({ state, hashrate_hs, next }: SlotStatus): StateWords {
  if (state === "Ready" && hashrate_hs === 0) return { label: "Ready", tone: "good" };
  if (state === "Remediating" && next !== null && !next.startsWith("power cycle")) {
    return { label: "Being restarted", tone: "warn" };
  }
  return STATES[state];
}

/** What comes next: a deadline by its meaning, and hindrances in words. */
export function nextWords({ next, state }: SlotStatus): string {
  if (next === null) return "";
  const left = /^due in (.+)$/.exec(next)?.[1];
  if (left !== undefined) return DUE[state] ? `${DUE[state]} ${left}` : `a deadline in ${left}`;
  const [does = "", waits] = next.split(/, waits for |\(waits for /);
  if (waits === undefined) return next;
  const words = HINDRANCES[waits];
  return words === undefined ? next : `${does}, but ${words}`;
}

const DUE: Readonly<Partial<Record<ShownState, string>>> = {
  PoweringOn: "must show up within",
  Booting: "must dial in within",
  Unknown: "must dial in within",
  Fault: "looked at again in",
  Quarantined: "may try again in",
};

const HINDRANCES: Readonly<Record<string, string>> = { ...CUT_WORDS, ...ON_WORDS };

/** Why it is in its state. */
export function whyWords({ why, state, wanted }: SlotStatus): string {
  if (state === "Off" && wanted === "off") return "it is wanted off, and that it is off was proved";
  const code = why.split(";")[0] ?? "";
  return (WHY_WORDS as Readonly<Record<string, string>>)[code] ?? code;
}

/** What is known and how old it is: "heard 0.4 s ago", "line on", "USB present", "read 0.2 s ago". */
export function evidenceParts({ evidence }: SlotStatus): readonly string[] {
  return evidence.split(", ");
}

/** What its power line was read as: "on", "off" or "unread". */
export function lineOf(slot: SlotStatus): string {
  const part = evidenceParts(slot).find((text) => text.startsWith("line "));
  return part?.slice("line ".length) ?? "unread";
}

/** How long ago it was heard: "12.3 s ago"; "never". */
export function heardText(slot: SlotStatus): string {
  const part = evidenceParts(slot).find((text) => text.startsWith("heard "));
  return part?.slice("heard ".length) ?? "never";
}

const OFF: ReadonlySet<ShownState> = new Set<ShownState>(["Off", "Quarantined", "PoweringOn"]);

/** Whether what it last said of itself no longer holds: it is up, or should be, and is not heard. */
export function isStale({ class: signs, state }: SlotStatus): boolean {
  return signs !== "heard" && signs !== "booting" && !OFF.has(state);
}

/** The bits of the firmware's throttle word, now and since its boot: Raspberry Pi's vcgencmd get_throttled. */
const THROTTLED: readonly (readonly [bit: number, words: string])[] = [
  [0, "under-voltage"],
  [1, "frequency capped"],
  [2, "throttled"],
  [3, "soft temperature limit"],
];

export interface Throttling {
  readonly now: readonly string[];
  readonly earlier: readonly string[];
}

/** What the firmware says it holds back for, now, and since boot and over. */
export function throttling(flags: number): Throttling {
  const now = THROTTLED.filter(([bit]) => flags & (1 << bit)).map(([, words]) => words);
  const before = THROTTLED.filter(([bit]) => flags & (1 << (bit + 16))).map(([, words]) => words);
  return { now, earlier: before.filter((words) => !now.includes(words)) };
}

export const SOURCES: Readonly<Record<EnergyStatus["source"], string>> = {
  measured: "measured",
  modelled: "modelled",
  both: "measured in part",
};
