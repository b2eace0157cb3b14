// Power actions: begun with an intent, carried out in stages, ended by proof.

import type { Line } from "../../hat/board.ts";
import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import { type Draft, emit, enter, patchSlot, report, save, takeId } from "./draft.ts";
import type { Intent, IntentKind, Slot } from "./slot.ts";
import type { Why } from "./why.ts";
import { releaseSlot } from "./work.ts";

/** How long a written `on` may take to read back before the slot is a fault. */
const ON_LIMIT_MS = 10_000;

/** Whether the slot is off beyond doubt: the line reads low, and no USB device is on its port where ports can be read. */
export function readsOff(slot: Slot): boolean {
  return slot.line === "off" && slot.usb !== "present";
}

function openIntent(
  draft: Draft,
  slot: Slot,
  kind: IntentKind,
  by: Intent["by"],
  why: string,
): Intent {
  const intent: Intent = { id: takeId(draft), kind, by, why, durable: false };
  emit(draft, { type: "write-intent", slot: slot.id, intent: intent.id, kind, by, why });
  return intent;
}

/** Closes the slot's intent, if it has one, and says how it ended. */
export function closeIntent(draft: Draft, slot: Slot, outcome: string): Slot {
  if (slot.intent === null) return slot;
  emit(draft, { type: "close-intent", intent: slot.intent.id, outcome });
  return patchSlot(draft, slot, { intent: null });
}

/** Begins to switch a slot off, as part of `kind`. `soft`: the Zero is asked to shut down first. */
export function beginCut(
  draft: Draft,
  given: Slot,
  cut: {
    readonly kind: Exclude<IntentKind, "on">;
    readonly by: Intent["by"];
    readonly why: Why;
    readonly reason: string;
    readonly soft: boolean;
  },
): Slot {
  let slot = releaseSlot(draft, closeIntent(draft, given, "superseded"), false);
  slot = patchSlot(draft, slot, {
    intent: openIntent(draft, slot, cut.kind, cut.by, cut.reason),
    cycleAsked: null,
    tries: 0,
    action: null,
    ...(cut.by === "automation"
      ? { cuts: [...slot.cuts, draft.now], strikes: slot.strikes + 1 }
      : {}),
  });
  save(draft, slot);
  const { softOffMs, cutProofMs } = draft.rig.policy;
  const limitMs = cut.soft ? softOffMs : cutProofMs;
  return enter(draft, slot, "PoweringOff", cut.why, {
    stage: cut.soft ? "soft" : "cut",
    until: draft.now + limitMs,
    retryAt: draft.now,
  });
}

/** Goes on from asking to cutting: it shut down, or its time is over. */
export function endSoftOff(draft: Draft, slot: Slot): Slot {
  report(draft, "info", "power.soft-off-ended", slot.id, slot.usb === "absent" ? "usb-gone" : null);
  return patchSlot(draft, slot, {
    stage: "cut",
    until: draft.now + draft.rig.policy.cutProofMs,
    retryAt: draft.now,
  });
}

/** Begins to switch a slot on: as the second half of its open cycle, or anew. */
export function beginOn(draft: Draft, slot: Slot): Slot {
  const intent = slot.intent ?? openIntent(draft, slot, "on", "automation", slot.why);
  draft.rig.lastOnAt = draft.now;
  return enter(draft, slot, "PoweringOn", "wanted-on", {
    intent,
    stage: "write",
    action: null,
    until: draft.now + ON_LIMIT_MS,
    retryAt: draft.now,
  });
}

/** Nothing showed up on USB: off and on again, within the same intent. */
export function retryEnumeration(draft: Draft, slot: Slot): Slot {
  const tries = slot.tries + 1;
  if (tries >= draft.rig.policy.enumerationTries) {
    return enter(draft, closeIntent(draft, slot, "no-enumeration"), "Fault", "no-enumeration", {
      until: draft.now + draft.rig.policy.reprobeMs,
      tries: 0,
    });
  }
  report(draft, "warn", "power.no-enumeration", slot.id, null, { try: tries });
  return enter(draft, slot, "PoweringOff", "no-enumeration", {
    tries,
    stage: "cut",
    action: null,
    until: draft.now + draft.rig.policy.cutProofMs,
    retryAt: draft.now,
  });
}

/** Off is proved. What comes next is what the intent says. */
export function concludeOff(draft: Draft, given: Slot): Slot {
  const { intent, link } = given;
  if (link !== null) {
    emit(draft, { type: "close-link", link: link.id, code: CLOSE.replaced, why: "power is off" });
  }
  let slot = releaseSlot(draft, given, false);
  const fenced = intent?.by === "automation" && intent.kind !== "on";
  slot = patchSlot(draft, slot, {
    link: null,
    vitals: null,
    bootPending: false,
    offAt: draft.now,
    action: null,
    hardOff: false,
    fences: slot.fences + (fenced ? 1 : 0),
  });
  report(draft, "info", "power.off", slot.id, intent?.why ?? null, {
    proof: slot.usb === "absent" ? "read-back and USB gone" : "read-back; USB cannot be read",
  });
  if (intent?.kind === "quarantine") {
    slot = enter(draft, closeIntent(draft, slot, "done"), "Quarantined", "failed-cycles", {
      until: draft.now + draft.rig.policy.probationMs,
    });
  } else {
    if (intent?.kind === "off") slot = closeIntent(draft, slot, "done");
    slot = enter(draft, slot, "Off", "off-proved");
  }
  save(draft, slot);
  return slot;
}

/** `on` reads back: the inrush place is held until the Zero shows up or the settle time is over. */
export function concludeOn(draft: Draft, slot: Slot): Slot {
  report(draft, "info", "power.on", slot.id, slot.why);
  return patchSlot(draft, slot, {
    stage: "settle",
    onAt: draft.now,
    bootPending: true,
    until: draft.now + draft.rig.policy.enumerationMs,
  });
}

/** Another program switched the line: what is found is adopted, and automation leaves the slot to people. */
export function adoptForeign(draft: Draft, given: Slot, found: Line | "unknown"): Slot {
  report(draft, "warn", "power.foreign-change", given.id, null, { found });
  let slot = releaseSlot(draft, closeIntent(draft, given, "foreign-change"), false);
  slot = patchSlot(draft, slot, {
    action: null,
    cycleAsked: null,
    wanted: found === "unknown" ? slot.wanted : found,
    hold: { kind: "foreign", reason: "another program switched the line", since: draft.now },
  });
  save(draft, slot);
  if (found === "off") return enter(draft, slot, "Off", "foreign-change", { offAt: draft.now });
  return enter(draft, slot, "Unknown", "foreign-change", {
    until: draft.now + draft.rig.policy.bootGraceMs,
  });
}
