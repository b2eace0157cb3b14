// What happened on the rig, for people: which events are worth a mark over the chart, of which kind, and in which words.

import { WHY_WORDS } from "../cli/words.ts";
import type { RigEvent } from "../core/status.ts";
import { capital } from "./text.ts";

export const KINDS = ["fence", "fault", "power", "person", "rig"] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  fence: "Fence",
  fault: "Fault",
  power: "Power",
  person: "Person",
  rig: "Rig",
};

export interface Mark {
  /** ms since 1970. */
  readonly at: number;
  readonly kind: Kind;
  readonly slot: string | null;
  readonly text: string;
}

type Detail = RigEvent["detail"];

function whyText(why: string | null): string {
  if (why === null) return "";
  return (WHY_WORDS as Readonly<Record<string, string>>)[why] ?? why;
}

function because(why: string | null): string {
  const text = whyText(why);
  return text === "" ? "" : `: ${text}`;
}

/** Phases that are worth a mark when they are entered: the rest is on the way there. */
const ENTERED: Readonly<Record<string, readonly [kind: Kind, words: string]>> = {
  Suspect: ["fault", "is suspected"],
  Degraded: ["fault", "is degraded"],
  Quarantined: ["fault", "is quarantined"],
  Fault: ["fault", "is in fault"],
};

function stateMark(why: string | null, { from, to }: Detail): [Kind, string] | null {
  if (to === "Ready" && from === "Booting") return ["power", "is up and mines"];
  if (to === "Ready" && from === "Suspect") return ["fault", "was heard again in time"];
  const entered = ENTERED[String(to)];
  return entered === undefined ? null : [entered[0], `${entered[1]}${because(why)}`];
}

/** Events of one meaning each. */
const PLAIN: Readonly<Record<string, readonly [kind: Kind, words: string]>> = {
  "power.failed": ["fault", "a power action failed"],
  "power.foreign-change": ["power", "was switched by another program"],
  "power.no-enumeration": ["fault", "did not show up on USB"],
  "slot.given-up": ["fault", "is given up: no remedy helped"],
  "slot.wrong-card": ["fault", "holds another slot's card"],
  "link.while-off": ["fault", "is heard although its power is off"],
  "supply.under-voltage": ["fault", "under-voltage: the supply sags"],
  "block.lost": ["fault", "a block was found, and no node heard of it"],
  "hub.lost": ["fault", "the USB hub is gone: nobody is cut"],
  "hub.back": ["rig", "the USB hub is back"],
  "board.failed": ["fault", "the board cannot be read"],
  "board.back": ["rig", "the board can be read again"],
  "board.power-lost": ["fault", "the board lost its power"],
  "storm.begin": ["fault", "storm: many Zeros were lost at once, nobody is cut"],
  "storm.long": ["fault", "the storm lasts"],
  "storm.end": ["rig", "the storm is over"],
  "invariant.broken": ["fault", "automation stopped itself: a rule would have been broken"],
  "loop.paused": ["rig", "the controller stood still for a moment"],
  "ceiling.expired": ["rig", "the number from outside ran out"],
  "schedule.now": ["rig", "the schedule sets its limits anew"],
  "hold.expired": ["rig", "its hold ran out"],
  "pause.expired": ["rig", "the pause ran out"],
  "override.expired": ["rig", "the limit by hand ran out"],
  "controller.started": ["rig", "the controller started; it switched nothing"],
  "controller.stopping": ["rig", "the controller stops; the Zeros stay as they are"],
};

/** What a person asked for: `operator.off` and the like, with the reason in `why`. */
const ASKED: Readonly<Record<string, string>> = {
  on: "on",
  off: "off",
  cycle: "a power cycle",
  cordon: "a pause",
  uncordon: "an end of its pause",
  drain: "a drain",
  maintenance: "maintenance",
  release: "a release",
  pause: "a pause of automation",
  resume: "automation again",
  override: "a power limit by hand",
  "end-override": "an end of the limit by hand",
};

function askedFor({ by }: Detail): string {
  return by === undefined ? "somebody asked for it" : `${by} asked for it`;
}

function meaning({ ev, why, detail }: RigEvent): readonly [Kind, string] | null {
  if (ev === "slot.state") return stateMark(why, detail);
  if (ev === "power.on") return ["power", `gets power${because(why)}`];
  if (ev === "power.off") {
    const proof = detail["proof"] ? ` (proof: ${detail["proof"]})` : "";
    return why === "power-cycle"
      ? ["fence", `was fenced: power cut, and proved off${proof}`]
      : ["power", `is off${because(why)}${proof}`];
  }
  if (ev.startsWith("operator.")) {
    const asked = ASKED[ev.slice("operator.".length)] ?? ev;
    return ["person", `a person asked for ${asked}${why === null ? "" : `: ${why}`}`];
  }
  if (ev === "slot.woken") {
    return ["power", `is woken: ${why === "demand" ? askedFor(detail) : "there is work"}`];
  }
  if (ev === "block.settled") {
    const { height, fate } = detail;
    return [fate === "rejected" ? "fault" : "rig", `block ${height} was found: ${fate}`];
  }
  if (ev === "pool.node") return ["rig", `the pool is ${detail["node"] ?? "not known"} now`];
  return PLAIN[ev] ?? null;
}

/** The mark of an event; null for what nobody looks for on a chart. */
export function markOf(event: RigEvent): Mark | null {
  const found = meaning(event);
  if (found === null) return null;
  const [kind, words] = found;
  const text =
    event.slot === null ? capital(words) : `${event.slot}${kind === "person" ? ":" : ""} ${words}`;
  return { at: Date.parse(event.at), kind, slot: event.slot, text };
}
