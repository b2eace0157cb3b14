// What people ask for. An operator's word beats every automatic rule; it is written down before it is done, like the rest.

import { type Draft, enter, patchSlot, report, save, saveRig, slotOf } from "./draft.ts";
import type { EventOf, OperatorVerb } from "./event.ts";
import { type Hold, type Slot, UNREMEDIED } from "./slot.ts";

type Ask = EventOf<"operator">;

/** How long a drain may take where nobody says. */
const DRAIN_MS = 5 * 60_000;

function until(draft: Draft, forMs: number | null | undefined): number {
  return forMs == null ? Number.POSITIVE_INFINITY : draft.now + forMs;
}

function holdAs(kind: "cordon" | "drain" | "maintenance") {
  return (draft: Draft, { reason, forMs }: Ask): Partial<Slot> => {
    const limitMs = kind === "drain" ? (forMs ?? DRAIN_MS) : forMs;
    const hold: Hold = { kind, reason, since: draft.now, until: until(draft, limitMs) };
    return { hold };
  };
}

/** A person vouches for it: what counted against it until now is forgotten. A shed that is under way is carried through. */
function forgiven({
  intent,
  shed,
}: Slot): Pick<Slot, "strikes" | "cuts" | "barren" | "remedies" | "ofNoUseAt" | "shed"> {
  const underWay = intent?.by === "policy";
  return { strikes: 0, cuts: [], barren: 0, ...UNREMEDIED, shed: underWay ? shed : null };
}

/** Off, or about to be: a person's `on` is still to be done then. */
function isOff({ line, phase, intent }: Slot): boolean {
  return line !== "on" || phase === "PoweringOff" || intent?.kind === "quarantine";
}

const ASKS: Readonly<
  Record<OperatorVerb, (draft: Draft, event: Ask, slot: Slot) => Partial<Slot>>
> = {
  on: ({ now }, { reason }, slot) => ({
    wanted: "on",
    onAsked: isOff(slot) ? { reason } : null,
    busyAt: now,
    ...forgiven(slot),
  }),
  off: (_, { reason, hard }, { intent, shed }) => ({
    wanted: "off",
    offAsked: { reason, hard },
    onAsked: null,
    cycleAsked: null,
    shed: intent?.by === "policy" ? shed : null,
  }),
  // A cycle of what is off already is an `on`.
  cycle: (_, { reason, hard }, slot) =>
    isOff(slot)
      ? { wanted: "on", onAsked: { reason }, shed: forgiven(slot).shed }
      : { wanted: "on", cycleAsked: { reason, hard } },
  cordon: holdAs("cordon"),
  drain: holdAs("drain"),
  maintenance: holdAs("maintenance"),
  uncordon: () => ({ hold: null }),
  // A slot in Fault is looked at again at once; one in quarantine is let out below. Others are as they are wanted.
  release: ({ now }, { reason }, slot) => {
    const { phase, intent } = slot;
    if (phase === "Fault") return { ...forgiven(slot), until: now };
    const shutIn = phase === "Quarantined" || intent?.kind === "quarantine";
    return shutIn ? { ...forgiven(slot), wanted: "on", onAsked: { reason } } : forgiven(slot);
  },
};

/** On, cycle and release are the ways out of quarantine that a person has. */
const LETS_OUT: ReadonlySet<OperatorVerb> = new Set<OperatorVerb>(["on", "cycle", "release"]);

/** What was asked beside the verb, where the verb knows of it. */
function detailOf({ verb, hard, forMs }: Ask): { hard?: boolean; for_ms?: number } {
  if (verb === "off" || verb === "cycle") return { hard };
  return forMs == null ? {} : { for_ms: forMs };
}

export function onOperator(draft: Draft, event: Ask): void {
  for (const id of event.slots) {
    const known = slotOf(draft, id);
    if (known === undefined) continue;
    report(draft, "info", `operator.${event.verb}`, id, event.reason || null, detailOf(event));
    // Naming a slot takes it back from a foreign hand: the operator knows of it now.
    const hold = known.hold?.kind === "foreign" ? null : known.hold;
    const asked = ASKS[event.verb](draft, event, known);
    // Said before the line was read, it beats what is found there.
    const wantedKnown = known.wantedKnown || asked.wanted !== undefined;
    const slot = patchSlot(draft, known, { hold, wantedKnown, ...asked });
    const out = slot.phase === "Quarantined" && LETS_OUT.has(event.verb);
    save(draft, out ? enter(draft, slot, "Off", "released") : slot);
  }
}

export function onPause(draft: Draft, { reason, forMs }: EventOf<"pause">): void {
  draft.rig.pause = { reason, since: draft.now, until: until(draft, forMs) };
  report(draft, "info", "operator.pause", null, reason || null, { for_ms: forMs });
  saveRig(draft);
}

export function onResume(draft: Draft, { reason }: EventOf<"resume">): void {
  draft.rig.pause = null;
  // It stopped itself because it met a state that must not be; a person has looked.
  draft.rig.halted = null;
  report(draft, "info", "operator.resume", null, reason || null);
  saveRig(draft);
}

export function onOverride(draft: Draft, { watts, reason, forMs }: EventOf<"override">): void {
  draft.rig.override = { watts, reason, since: draft.now, until: until(draft, forMs) };
  report(draft, "info", "operator.override", null, reason || null, { watts, for_ms: forMs });
  saveRig(draft);
}

export function onEndOverride(draft: Draft, { reason }: EventOf<"end-override">): void {
  draft.rig.override = null;
  report(draft, "info", "operator.end-override", null, reason || null);
  saveRig(draft);
}
