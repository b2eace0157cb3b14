// What a person can do to Zeros: the words on the buttons, what the dialog says will happen, and how it shows that it has.

import type { SlotStatus } from "../core/status.ts";
import { counted, listed, rateText } from "./text.ts";

export type Verb =
  | "on"
  | "off"
  | "cycle"
  | "drain"
  | "cordon"
  | "maintenance"
  | "uncordon"
  | "release"
  | "identify";

export interface Act {
  readonly verb: Verb;
  /** On the button. */
  readonly label: string;
  /** What is requested, as a card shows it: "off, then on again". */
  readonly wish: string;
  /** What will happen to them, a sentence each. */
  readonly says: (slots: readonly SlotStatus[]) => readonly string[];
  readonly reason: "no" | "optional" | "required";
  /** It may be cut without being asked first. */
  readonly canCut: boolean;
  /** It lasts until somebody ends it, or for so long. */
  readonly lasts: boolean;
  readonly isHarsh: boolean;
  /** Whether the state is as was asked, of one that had so many boots then. */
  readonly isDone: (slot: SlotStatus, bootsThen: number) => boolean;
}

const UP: ReadonlySet<string> = new Set([
  "Ready",
  "Degraded",
  "Cordoned",
  "Draining",
  "Maintenance",
]);
const DOWN: ReadonlySet<string> = new Set(["Off", "Quarantined", "PoweringOff"]);

function they(slots: readonly SlotStatus[]): string {
  return slots.length === 1 ? "it" : "they";
}

/** 3, "is asked" -> "Each of them is asked". */
function each(slots: readonly SlotStatus[], does: string): string {
  const [first] = slots;
  return slots.length === 1 ? `${first?.slot} ${does}` : `Each of them ${does}`;
}

/** What the rig loses meanwhile; nothing where nothing is lost. */
function loss(slots: readonly SlotStatus[]): string[] {
  const rate = slots.reduce((sum, { hashrate_hs }) => sum + hashrate_hs, 0);
  return rate === 0
    ? []
    : [
        `The rig hashes ${rateText(rate)} less until ${they(slots)} mine${slots.length === 1 ? "s" : ""} again.`,
      ];
}

function alreadyText(slots: readonly SlotStatus[], state: string, is: boolean[]): string[] {
  const names = slots.filter((_, index) => is[index]).map(({ slot }) => slot);
  if (names.length === 0) return [];
  return [`${listed(names)} ${names.length === 1 ? "is" : "are"} ${state} already.`];
}

const PLAIN = { canCut: false, lasts: false, isHarsh: false } as const;

const ON: Act = {
  ...PLAIN,
  verb: "on",
  label: "On",
  wish: "on",
  reason: "optional",
  says: (slots) => [
    `${each(slots, "gets power")} as soon as the ceiling and the pause between two starts allow it.`,
    "It boots, dials in, passes its self-test and mines. What counted against it is forgotten.",
    ...alreadyText(
      slots,
      "on",
      slots.map(({ state }) => UP.has(state)),
    ),
  ],
  isDone: ({ state }) => UP.has(state),
};

const OFF: Act = {
  ...PLAIN,
  verb: "off",
  label: "Off",
  wish: "off",
  reason: "optional",
  canCut: true,
  isHarsh: true,
  says: (slots) => [
    `${each(slots, "is asked to shut down")}; then its power is cut, and that it is off is proved.`,
    `${slots.length === 1 ? "It stays" : "They stay"} off until somebody switches ${slots.length === 1 ? "it" : "them"} on.`,
    ...loss(slots),
    ...alreadyText(
      slots,
      "off",
      slots.map(({ state }) => DOWN.has(state)),
    ),
  ],
  isDone: ({ state }) => state === "Off",
};

const CYCLE: Act = {
  ...PLAIN,
  verb: "cycle",
  label: "Cycle",
  wish: "off, then on again",
  reason: "optional",
  canCut: true,
  isHarsh: true,
  says: (slots) => [
    `${each(slots, "is asked to shut down")}, loses its power until that is proved, and gets it back.`,
    "One Zero starts at a time.",
    ...loss(slots),
  ],
  isDone: ({ state, boots }, bootsThen) => UP.has(state) && boots > bootsThen,
};

const DRAIN: Act = {
  ...PLAIN,
  verb: "drain",
  label: "Drain",
  wish: "drained",
  reason: "required",
  says: (slots) => [
    `${each(slots, "finishes its job")} and gets no other. It keeps its power, and is not fenced.`,
    "It stays paused until somebody resumes it.",
    ...loss(slots),
  ],
  isDone: ({ state, hold }) => state === "Cordoned" || (hold !== null && hold.kind === "cordon"),
};

const PAUSE: Act = {
  ...PLAIN,
  verb: "cordon",
  label: "Pause",
  wish: "paused",
  reason: "required",
  lasts: true,
  says: (slots) => [
    `${each(slots, "gets no new jobs")}. It keeps its power and stays in reach.`,
    "Automation does not fence it meanwhile.",
    ...loss(slots),
  ],
  isDone: ({ hold }) => hold?.kind === "cordon",
};

/** The same, for who has his hands at the hardware. */
export const MAINTENANCE: Act = {
  ...PAUSE,
  verb: "maintenance",
  wish: "in maintenance",
  isDone: ({ hold }) => hold?.kind === "maintenance",
};

const RESUME: Act = {
  ...PLAIN,
  verb: "uncordon",
  label: "Resume",
  wish: "resumed",
  reason: "optional",
  says: (slots) => [`${each(slots, "gets jobs again")}, and automation looks after it again.`],
  isDone: ({ hold }) => hold === null,
};

const RELEASE: Act = {
  ...PLAIN,
  verb: "release",
  label: "Release",
  wish: "released",
  reason: "optional",
  says: (slots) => [
    `${each(slots, "comes out of quarantine")}, or is looked at again at once if it is in fault.`,
    "What counted against it is forgotten.",
  ],
  isDone: ({ state }) => state !== "Quarantined" && state !== "Fault",
};

const IDENTIFY: Act = {
  ...PLAIN,
  verb: "identify",
  label: "Identify",
  wish: "identified",
  reason: "no",
  says: (slots) => {
    const [first] = slots;
    return [
      `The alert LED of the HAT that ${first?.slot} sits on blinks for some seconds; then it is as it was.`,
      "Nothing is switched.",
    ];
  },
  isDone: () => true,
};

/** What can be done to one in this state, in the order of the buttons. */
export function actsOf({ hold, state }: SlotStatus): readonly Act[] {
  const held = hold !== null && hold.kind !== "foreign";
  const stuck = state === "Quarantined" || state === "Fault";
  return [ON, OFF, CYCLE, DRAIN, held ? RESUME : PAUSE, IDENTIFY, ...(stuck ? [RELEASE] : [])];
}

/** What can be done to several at once. */
export const BULK_ACTS: readonly Act[] = [ON, OFF, CYCLE, DRAIN, PAUSE, RESUME];

/** "Switch p2 and p3 off?" is what the dialog is called. */
export function titleOf({ verb }: Act, slots: readonly SlotStatus[]): string {
  const names =
    slots.length <= 4 ? listed(slots.map(({ slot }) => slot)) : counted(slots.length, "Zero");
  const titles: Readonly<Record<Verb, string>> = {
    on: `Switch ${names} on?`,
    off: `Switch ${names} off?`,
    cycle: `Power-cycle ${names}?`,
    drain: `Drain ${names}?`,
    cordon: `Pause ${names}?`,
    maintenance: `Pause ${names}?`,
    uncordon: `Resume ${names}?`,
    release: `Release ${names}?`,
    identify: `Blink the LED of ${names}?`,
  };
  return titles[verb];
}
