// What `zerorig top` knows and shows, and what each key does to it. Pure: what is to be done outside is returned.

import type { SlotId } from "../../../hat/slots.ts";
import type { RigEvent, RigStatus, SlotStatus } from "../../core/status.ts";
import { REASON_CHARS_MAX } from "../../shell/control-limits.ts";
import type { Key } from "./keys.ts";

export type TopVerb = "on" | "off" | "cycle" | "drain" | "uncordon";

/** What the keyboard is for just now. */
export type Mode =
  | { readonly kind: "look" }
  | { readonly kind: "help" }
  | { readonly kind: "filter" }
  /** A question that y or n answers. */
  | { readonly kind: "confirm"; readonly verb: Exclude<TopVerb, "drain">; readonly slot: SlotId }
  /** A drain needs a reason: typing it and Enter is the consent. */
  | { readonly kind: "reason"; readonly slot: SlotId; readonly text: string };

export interface Model {
  readonly status: RigStatus | null;
  /** When that was heard, by the clock of the program (ms). */
  readonly heardAt: number;
  /** Newest last; shares are in the figures, and left out. */
  readonly events: readonly RigEvent[];
  readonly selected: SlotId | null;
  readonly filter: string;
  readonly mode: Mode;
  readonly isReadOnly: boolean;
  /** What became of the last key; empty where nothing is to be said. */
  readonly note: string;
}

/** What is to be done outside. */
export type Deed =
  | { readonly do: "ask"; readonly verb: TopVerb; readonly slot: SlotId; readonly reason: string }
  | { readonly do: "quit"; readonly interrupted: boolean };

export interface Turn {
  readonly model: Model;
  readonly deed: Deed | null;
}

const LOOK: Mode = { kind: "look" };
const EVENTS_KEPT = 100;
const FILTER_CHARS_MAX = 40;
/** For the log, so that whoever reads it knows where it came from. */
export const BY_HAND = "by hand, in zerorig top";

const VERB_KEYS: Readonly<Record<string, TopVerb>> = {
  o: "on",
  x: "off",
  c: "cycle",
  d: "drain",
  u: "uncordon",
};

export function emptyModel(isReadOnly: boolean): Model {
  return {
    status: null,
    heardAt: 0,
    events: [],
    selected: null,
    filter: "",
    mode: LOOK,
    isReadOnly,
    note: "",
  };
}

function isShown({ slot, state, why }: SlotStatus, filter: string): boolean {
  return `${slot} ${state} ${why}`.toLowerCase().includes(filter.toLowerCase());
}

/** The slots that the filter lets through. */
export function shownSlots({ status, filter }: Model): readonly SlotStatus[] {
  return (status?.slots ?? []).filter((slot) => isShown(slot, filter));
}

/** The selected slot stays selected while it is shown; else the nearest that is. */
function reselected(model: Model): Model {
  const shown = shownSlots(model).map(({ slot }) => slot);
  if (model.selected !== null && shown.includes(model.selected)) return model;
  return { ...model, selected: shown[0] ?? null };
}

export function heard(model: Model, status: RigStatus, now: number): Model {
  return reselected({ ...model, status, heardAt: now });
}

export function happened(model: Model, event: RigEvent): Model {
  if (event.ev === "share.accepted") return model;
  return { ...model, events: [...model.events, event].slice(-EVENTS_KEPT) };
}

/** What the controller said to a request. */
export function answered(model: Model, note: string): Model {
  return { ...model, note };
}

export function typed(model: Model, key: Key): Turn {
  if (key.name === "interrupt") return { model, deed: { do: "quit", interrupted: true } };
  const { mode } = model;
  switch (mode.kind) {
    case "look":
      return look({ ...model, note: "" }, key);
    case "help":
      return stay({ ...model, mode: LOOK });
    case "filter":
      return stay(reselected(filterTyped(model, key)));
    case "confirm":
      return confirmTyped(model, mode, key);
    case "reason":
      return reasonTyped(model, mode, key);
  }
}

function stay(model: Model): Turn {
  return { model, deed: null };
}

function look(model: Model, key: Key): Turn {
  if (key.name === "char") return lookChar(model, key.char);
  switch (key.name) {
    case "up":
      return stay(moved(model, -1));
    case "down":
      return stay(moved(model, 1));
    case "first":
      return stay(moved(model, Number.NEGATIVE_INFINITY));
    case "last":
      return stay(moved(model, Number.POSITIVE_INFINITY));
    case "escape":
      return stay(reselected({ ...model, filter: "" }));
    default:
      return stay(model);
  }
}

function lookChar(model: Model, char: string): Turn {
  const verb = Object.hasOwn(VERB_KEYS, char) ? VERB_KEYS[char] : undefined;
  if (verb !== undefined) return stay(begun(model, verb));
  switch (char) {
    case "q":
      return { model, deed: { do: "quit", interrupted: false } };
    case "k":
      return stay(moved(model, -1));
    case "j":
      return stay(moved(model, 1));
    case "g":
      return stay(moved(model, Number.NEGATIVE_INFINITY));
    case "G":
      return stay(moved(model, Number.POSITIVE_INFINITY));
    case "?":
    case "h":
      return stay({ ...model, mode: { kind: "help" } });
    case "/":
      return stay({ ...model, mode: { kind: "filter" } });
    default:
      return stay(model);
  }
}

function moved(model: Model, by: number): Model {
  const shown = shownSlots(model).map(({ slot }) => slot);
  const at = model.selected === null ? 0 : shown.indexOf(model.selected);
  const to = Math.min(shown.length - 1, Math.max(0, at + by));
  return { ...model, selected: shown[to] ?? null };
}

function begun(model: Model, verb: TopVerb): Model {
  const { selected: slot, isReadOnly } = model;
  if (isReadOnly) return { ...model, note: `${verb}: this view is read-only` };
  if (slot === null) return { ...model, note: `${verb}: no slot is selected` };
  if (verb === "drain") return { ...model, mode: { kind: "reason", slot, text: "" } };
  return { ...model, mode: { kind: "confirm", verb, slot } };
}

function filterTyped(model: Model, key: Key): Model {
  switch (key.name) {
    case "enter":
      return { ...model, mode: LOOK };
    case "escape":
      return { ...model, filter: "", mode: LOOK };
    case "back":
      return { ...model, filter: model.filter.slice(0, -1) };
    case "char":
      return { ...model, filter: (model.filter + key.char).slice(0, FILTER_CHARS_MAX) };
    default:
      return model;
  }
}

function confirmTyped(
  model: Model,
  { verb, slot }: Extract<Mode, { kind: "confirm" }>,
  key: Key,
): Turn {
  const isYes = key.name === "char" && key.char.toLowerCase() === "y";
  if (!isYes) return stay({ ...model, mode: LOOK, note: "nothing was done" });
  const deed = { do: "ask", verb, slot, reason: BY_HAND } as const;
  return { model: { ...model, mode: LOOK, note: `${verb} ${slot} ...` }, deed };
}

function reasonTyped(model: Model, mode: Extract<Mode, { kind: "reason" }>, key: Key): Turn {
  const { slot, text } = mode;
  const withText = (more: string) => stay({ ...model, mode: { ...mode, text: more } });
  switch (key.name) {
    case "escape":
      return stay({ ...model, mode: LOOK, note: "nothing was done" });
    case "back":
      return withText(text.slice(0, -1));
    case "char":
      return withText((text + key.char).slice(0, REASON_CHARS_MAX));
    case "enter": {
      const reason = text.trim();
      if (reason === "") return stay({ ...model, note: "a drain needs a reason" });
      const deed = { do: "ask", verb: "drain", slot, reason } as const;
      return { model: { ...model, mode: LOOK, note: `drain ${slot} ...` }, deed };
    }
    default:
      return stay(model);
  }
}
