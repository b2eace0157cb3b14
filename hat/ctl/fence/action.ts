// The verbs of fence_clusterhat, in one table: what each needs, and what the metadata says of it.

export interface ActionSpec {
  /** It names the slots that it is about. */
  readonly needsPlug: boolean;
  /** It may change a line, so a running controller has to know of it. */
  readonly switches: boolean;
  /** It cuts power, so `delay` holds it back: who waits longer loses a duel. */
  readonly cuts: boolean;
  /** For people. */
  readonly text: string;
}

const LOOKS = { needsPlug: false, switches: false, cuts: false };

/** Name by name, in the order in which they are told. */
export const ACTIONS = {
  on: {
    needsPlug: true,
    switches: true,
    cuts: false,
    text: "switch the slots on; 0 when their lines read on",
  },
  off: {
    needsPlug: true,
    switches: true,
    cuts: true,
    text: "cut the power of the slots; 0 only when that is proved",
  },
  reboot: {
    needsPlug: true,
    switches: true,
    cuts: true,
    text: "off, proved, then on; 0 as soon as off is proved, a failure to come on is a warning",
  },
  status: { ...LOOKS, needsPlug: true, text: "0 on, 2 off, 1 neither is sure" },
  list: { ...LOOKS, text: "print the slots" },
  "list-status": { ...LOOKS, text: "print the slots, each with ON, OFF or UNKNOWN" },
  monitor: { ...LOOKS, text: "0 when the board answers" },
  metadata: { ...LOOKS, text: "print this agent's metadata as XML" },
  manpage: { ...LOOKS, text: "print this agent's manual page as roff" },
  "validate-all": {
    ...LOOKS,
    text: "0 when the parameters make sense; the board is not asked, and plug not judged",
  },
} as const satisfies Readonly<Record<string, ActionSpec>>;

export type Action = keyof typeof ACTIONS;

/** How OCF resource agents spell one of them. */
const ALIASES: Readonly<Record<string, Action>> = { "meta-data": "metadata" };

/** The action that a text names, in any case; null for none of ours. */
export function actionNamed(text: string): Action | null {
  const name = text.toLowerCase();
  if (Object.hasOwn(ACTIONS, name)) return name as Action;
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? null) : null;
}
