// Power actions: begun with an intent, carried out in stages, ended by proof.

import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import { bootGraceMs } from "./boot.ts";
import { take } from "./bucket.ts";
import { askerOf } from "./demand.ts";
import { type Draft, emit, enter, patchSlot, report, save, saveRig, takeId } from "./draft.ts";
import { isSilent } from "./evidence.ts";
import { evidence } from "./evidence-text.ts";
import { capReached, isPressing } from "./permit.ts";
import {
  type By,
  type Intent,
  type IntentKind,
  isFurtherTry,
  type Slot,
  UNREMEDIED,
} from "./slot.ts";
import type { Why } from "./why.ts";
import { releaseSlot } from "./work.ts";

/** How long a written `on` may take to read back before the slot is a fault. */
const ON_LIMIT_MS = 10_000;
const HOUR_MS = 3_600_000;

/**
 * Whether the slot is off beyond doubt: the line reads low, and its USB device is gone where ports can be read. A port that
 * showed the device last and cannot be read now, for the hub is gone, proves nothing.
 */
export function readsOff({ line, usb, lastUsb }: Slot): boolean {
  return line === "off" && (usb === "unknown" ? lastUsb !== "present" : usb === "absent");
}

/** How long the store has before an intent is written again: a write that failed is answered by nothing. */
const INTENT_RETRY_MS = 5000;

/** Asks for the slot's intent to be written down, once more if that got no answer. */
export function writeIntent(draft: Draft, slot: Slot, intent: Intent): Slot {
  const { id, kind, by, why, reason } = intent;
  emit(draft, {
    type: "write-intent",
    slot: slot.id,
    intent: id,
    kind,
    by,
    why,
    reason,
    evidence: evidence(draft.rig, slot, draft.now),
  });
  return patchSlot(draft, slot, { intent, retryAt: draft.now + INTENT_RETRY_MS });
}

/** A decision takes its token when it is made; tries to carry it out cost nothing more. */
function takeToken(draft: Draft): void {
  const { rig, now } = draft;
  const { switchBurst, switchesPerMinute } = rig.policy;
  rig.switches = take(rig.switches, switchBurst, switchesPerMinute, now);
  saveRig(draft);
}

function openIntent(draft: Draft, slot: Slot, asked: Omit<Intent, "id" | "durable">): Slot {
  takeToken(draft);
  return writeIntent(draft, slot, { ...asked, id: takeId(draft), durable: false });
}

/** Closes the slot's intent, if it has one, and says how it ended. */
export function closeIntent(draft: Draft, slot: Slot, outcome: string): Slot {
  if (slot.intent === null) return slot;
  emit(draft, { type: "close-intent", intent: slot.intent.id, outcome });
  return patchSlot(draft, slot, { intent: null });
}

export interface Cut {
  readonly kind: Exclude<IntentKind, "on">;
  readonly by: By;
  readonly why: Why;
  /** What a person said, or what the rule goes by. */
  readonly reason: string;
  /** Without asking the Zero to shut down first. */
  readonly hard: boolean;
}

/** How long a Zero that is asked may take: less where its heat or the supply presses. */
function softLimitMs({ rig }: Draft, why: Why): number {
  return isPressing(why) ? rig.policy.shedSoftMs : rig.policy.softOffMs;
}

/** Begins to switch a slot off. A Zero that may be asked, and is heard, is asked to shut down first. */
export function beginCut(draft: Draft, given: Slot, cut: Cut): Slot {
  const { kind, by, why, reason } = cut;
  let slot = releaseSlot(draft, closeIntent(draft, given, "superseded"), false);
  slot = patchSlot(draft, openIntent(draft, slot, { kind, by, why, reason }), {
    cycleAsked: null,
    written: null,
    asking: cut.hard ? null : { at: null, limitMs: softLimitMs(draft, cut.why) },
    tries: 0,
  });
  if (cut.by === "automation") {
    patchSlot(draft, slot, { cuts: countCut(draft, slot), strikes: slot.strikes + 1 });
  }
  save(draft, slot);
  slot = enter(draft, slot, "PoweringOff", cut.why, {
    stage: "cut",
    until: draft.now + draft.rig.policy.cutProofMs,
  });
  return beginAsking(draft, slot) ?? slot;
}

/** A Zero that must be asked, is heard, and was not asked yet is to be asked, and then has its time; null if it is none. */
export function beginAsking(draft: Draft, slot: Slot): Slot | null {
  const { asking, link, usb } = slot;
  if (asking === null || link === null || isSilent(draft, slot)) return null;
  const until = (asking.at ?? draft.now) + asking.limitMs;
  if (asking.at !== null && (usb === "absent" || draft.now >= until)) return null;
  return patchSlot(draft, slot, { stage: "soft", until });
}

/** One more automatic cut, and no memory of those that no window looks back to. */
function countCut({ rig, now }: Draft, slot: Slot): number[] {
  const windowMs = Math.max(HOUR_MS, rig.policy.quarantineWindowMs);
  return [...slot.cuts.filter((at) => now - at < windowMs), now];
}

/** A cut that was counted when it was decided, and not carried out. Off and on again within a cycle is a cut and no strike. */
export function uncount(draft: Draft, slot: Slot): Slot {
  const cuts = slot.cuts.slice(0, -1);
  const struck = isFurtherTry(slot) ? 0 : 1;
  const next = patchSlot(draft, slot, { cuts, strikes: Math.max(0, slot.strikes - struck) });
  save(draft, next);
  return next;
}

/** Goes on from asking to cutting: it shut down, or its time is over. */
export function endSoftOff(draft: Draft, slot: Slot): Slot {
  draft.stirred = true;
  report(draft, "info", "power.soft-off-ended", slot.id, slot.usb === "absent" ? "usb-gone" : null);
  return patchSlot(draft, slot, {
    stage: "cut",
    until: draft.now + draft.rig.policy.cutProofMs,
    retryAt: draft.now,
  });
}

function openOn(draft: Draft, slot: Slot): Slot {
  const { onAsked, why, shed } = slot;
  if (onAsked !== null) {
    const { reason } = onAsked;
    return openIntent(draft, slot, { kind: "on", by: "operator", why: "operator", reason });
  }
  const asker = askerOf(draft, slot);
  if (asker !== null) {
    return openIntent(draft, slot, { kind: "on", by: "automation", why: "demand", reason: asker });
  }
  const reason = `it was off: ${shed?.why ?? why}`;
  return openIntent(draft, slot, { kind: "on", by: "automation", why: "wanted-on", reason });
}

/** Begins to switch a slot on: as the second half of its open cycle, or anew. */
export function beginOn(draft: Draft, given: Slot): Slot {
  const byCeiling = given.shed?.why === "ceiling" ? draft.now : Number.NEGATIVE_INFINITY;
  const movedAt = given.intent === null ? byCeiling : given.movedAt;
  const slot = given.intent
    ? patchSlot(draft, given, { retryAt: draft.now })
    : openOn(draft, given);
  draft.rig.lastOnAt = draft.now;
  const why = slot.intent?.why === "demand" ? "demand" : "wanted-on";
  return enter(draft, slot, "PoweringOn", why, {
    written: null,
    movedAt,
    // It comes up cool, and whatever kept it off is over.
    shed: null,
    onAsked: null,
    heat: 0,
    busyAt: draft.now,
    stage: "write",
    until: draft.now + ON_LIMIT_MS,
  });
}

/** What is left of a cycle whose cut was proved too late: to switch on, as a new intent that holds no lane. */
export function reopenAsOn(draft: Draft, slot: Slot): Slot {
  const closed = closeIntent(draft, slot, "proved late");
  const reason = "its off was proved late";
  return openIntent(draft, closed, { kind: "on", by: "automation", why: "wanted-on", reason });
}

/** Nothing showed up on USB: off and on again, within the same intent. */
export function retryEnumeration(draft: Draft, slot: Slot): Slot {
  const tries = slot.tries + 1;
  // With a person's hands on it, or all too often tried, it is left to a person.
  const { hold } = slot;
  const left = hold !== null || draft.rig.pause !== null;
  const capped = capReached(draft.rig, slot, draft.now) !== null;
  if (left || capped || tries >= draft.rig.policy.enumerationTries) {
    const { bootGraceMs: configuredMs, reprobeMs } = draft.rig.policy;
    // It may boot all the same, and is not silent before its grace is over.
    const graceEnd = slot.onAt + bootGraceMs(slot, configuredMs);
    return enter(draft, closeIntent(draft, slot, "no-enumeration"), "Fault", "no-enumeration", {
      until: Math.max(draft.now + reprobeMs, graceEnd),
      tries: 0,
    });
  }
  report(draft, "warn", "power.no-enumeration", slot.id, null, { try: tries });
  const cutting = enter(draft, slot, "PoweringOff", "no-enumeration", {
    tries,
    written: null,
    cuts: countCut(draft, slot),
    stage: "cut",
    until: draft.now + draft.rig.policy.cutProofMs,
    retryAt: draft.now,
  });
  // A controller that dies now must count this cut too.
  save(draft, cutting);
  return cutting;
}

/** On whose word, for who reads the history. */
function wordOf(intent: Intent | null): { by?: string; reason?: string } {
  if (intent === null) return {};
  const { by, reason } = intent;
  return reason === "" ? { by } : { by, reason };
}

/** Off is proved. What comes next is what the intent says. */
export function concludeOff(draft: Draft, given: Slot): Slot {
  const { intent, link } = given;
  if (link !== null) {
    emit(draft, { type: "close-link", link: link.id, code: CLOSE.replaced, why: "power is off" });
  }
  let slot = releaseSlot(draft, given, false);
  // Off and on again is the same fence still.
  const fenced = intent?.by === "automation" && intent.kind !== "on" && !isFurtherTry(given);
  // Whatever rule sheds it, a person's word is newer.
  const overruled = slot.wanted === "off" || slot.onAsked !== null;
  slot = patchSlot(draft, slot, {
    shed: overruled ? null : slot.shed,
    asking: null,
    link: null,
    vitals: null,
    bootPending: false,
    offAt: draft.now,
    action: null,
    written: null,
    offAsked: null,
    ...UNREMEDIED,
    fences: slot.fences + (fenced ? 1 : 0),
  });
  report(draft, "info", "power.off", slot.id, intent?.why ?? null, {
    ...wordOf(intent),
    proof: slot.usb === "absent" ? "read-back and USB gone" : "read-back; USB cannot be read",
  });
  if (intent?.kind === "quarantine" && slot.onAsked === null) {
    slot = enter(draft, closeIntent(draft, slot, "done"), "Quarantined", "failed-cycles", {
      until: draft.now + draft.rig.policy.probationMs,
    });
  } else {
    // A quarantine that a person lifted before it began is an off like any other.
    if (intent?.kind === "off" || intent?.kind === "quarantine") {
      slot = closeIntent(draft, slot, "done");
    }
    slot = enter(draft, slot, "Off", "off-proved");
  }
  save(draft, slot);
  return slot;
}

/** `on` reads back: the inrush place is held until the Zero shows up or the settle time is over. */
export function concludeOn(draft: Draft, slot: Slot): Slot {
  report(draft, "info", "power.on", slot.id, slot.why, wordOf(slot.intent));
  // The next start keeps its distance from the current, not from the decision.
  draft.rig.lastOnAt = draft.now;
  const on = patchSlot(draft, slot, {
    written: null,
    stage: "settle",
    onAt: draft.now,
    bootPending: true,
    until: draft.now + draft.rig.policy.enumerationMs,
  });
  // What is on disk must not say that it waits to be switched on: whoever switches it off from now on means it.
  save(draft, on);
  return on;
}
