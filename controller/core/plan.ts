// Wanted against observed: what one pass may begin. Level-triggered: it looks at the state as it is, never at past events.

import { type Draft, emit, enter, patchSlot, save, takeId } from "./draft.ts";
import { classify, isSilent } from "./evidence.ts";
import { mayBeTakenBack, takeBack } from "./observe-link.ts";
import {
  cutBan,
  cutHindrance,
  cyclesLeft,
  laneFree,
  onBan,
  onHindrance,
  startsTooSoon,
} from "./permit.ts";
import {
  beginAsking,
  beginCut,
  beginOn,
  closeIntent,
  readsOff,
  uncount,
  writeIntent,
} from "./power.ts";
import { shedPower } from "./shed.ts";
import { isFurtherTry, type Slot } from "./slot.ts";
import type { OnHindrance } from "./why.ts";

/** Whether a fence that was decided may not be carried out any more: much can happen while its intent is written down. */
function isBanned({ rig, now }: Draft, slot: Slot): boolean {
  const { stage, intent, line } = slot;
  if (stage !== "cut" || intent?.by !== "automation" || line !== "on") return false;
  return !isFurtherTry(slot) && cutBan(rig, slot, now) !== null;
}

/** Whether a Zero that automation was to cut has a voice again, which may have come while a try was under way. */
function isHeardAgain(draft: Draft, slot: Slot): boolean {
  return mayBeTakenBack(slot) && slot.link !== null && !isSilent(draft, slot);
}

/** Nothing was cut, so nothing counts; the slot waits for its turn again. */
function withdraw(draft: Draft, given: Slot): void {
  const slot = uncount(draft, closeIntent(draft, given, "withdrawn"));
  enter(draft, slot, "Remediating", "power-cycle", { stage: "power-cycle" });
}

/** Emits the power effect that the slot's stage asks for, once its intent is on disk. */
function drive(draft: Draft, slot: Slot): void {
  const { stage, intent, action } = slot;
  if (stage !== "cut" && stage !== "write") return;
  if (intent === null || action !== null || draft.now < slot.retryAt) return;
  // Somebody else was at the lines: not again before they were read.
  if (slot.refused) return;
  if (!intent.durable) {
    writeIntent(draft, slot, intent);
    return;
  }
  // It may have spoken up, or its link come, while nothing was written yet.
  if (stage === "cut" && beginAsking(draft, slot) !== null) return;
  if (isHeardAgain(draft, slot)) {
    takeBack(draft, slot);
    return;
  }
  // It speaks although its line reads off: the reading lies, and the Zero is not cut for it.
  if (stage === "cut" && intent.by === "automation" && !isSilent(draft, slot)) return;
  if (isBanned(draft, slot)) {
    withdraw(draft, slot);
    return;
  }
  if (stage === "write" && onBan(draft.rig, slot, draft.now) !== null) {
    // The intent stays open, so it goes on where it was as soon as it may.
    enter(draft, slot, "Off", "postponed");
    return;
  }
  if (intent.by !== "operator" && draft.rig.halted !== null) return;
  // On again only from off; a line that reads on already is concluded by its reading.
  if (stage === "write" && !readsOff(slot)) return;
  if (stage === "write" && draft.now < slot.offAt + draft.rig.policy.offDwellMs) return;
  // A start of another's that was given up may have been done all the same, a moment ago.
  if (stage === "write" && startsTooSoon(draft.rig, slot, draft.now)) return;
  const id = takeId(draft);
  const to = stage === "cut" ? "off" : "on";
  emit(draft, { type: "power", slot: slot.id, action: id, to, by: intent.by });
  patchSlot(draft, slot, { action: id });
}

/** Asks for the clean shutdown, once the intent is on disk; asked again each second until the Zero is gone. */
function askToShutDown(draft: Draft, known: Slot): void {
  const { link, intent, asking } = known;
  if (known.stage !== "soft" || link === null || intent === null) return;
  if (draft.now < known.retryAt) return;
  if (!intent.durable) {
    writeIntent(draft, known, intent);
    return;
  }
  // Its time runs from the first question.
  const slot =
    asking?.at === null
      ? patchSlot(draft, known, {
          asking: { ...asking, at: draft.now },
          until: draft.now + asking.limitMs,
        })
      : known;
  emit(draft, {
    type: "send",
    slot: slot.id,
    link: link.id,
    message: {
      type: "shutdown",
      how: "poweroff",
      commandId: `s${intent.id}`,
      deadlineMs: Math.max(0, Math.round(slot.until - draft.now)),
    },
  });
  patchSlot(draft, slot, { retryAt: draft.now + 1000 });
}

/** Whether the slot is on its way off and stays off; what a standing rule began, a person's `off` takes over. */
function isGoingOff({ phase, intent }: Slot): boolean {
  return phase === "PoweringOff" && intent?.kind !== "cycle" && intent?.by !== "policy";
}

/** An `off` that finds the power off, or about to come on: what is open is closed, and nothing is switched. */
function stayOff(draft: Draft, slot: Slot): Slot {
  const closed = closeIntent(draft, slot, "operator-off");
  return slot.phase === "PoweringOn" ? enter(draft, closed, "Off", "wanted-off") : closed;
}

/** A request of an operator, which needs no permission but the lane's. */
function obeyOperator(draft: Draft, slot: Slot): Slot {
  const { rig } = draft;
  // A line that was never read is not switched.
  if (slot.line === "unknown" || slot.action !== null) return slot;
  const beforeOn = slot.phase === "PoweringOn" && slot.stage === "write";
  if (slot.wanted === "off" && slot.line === "off" && (slot.phase === "Off" || beforeOn)) {
    return stayOff(draft, slot);
  }
  if (slot.wanted === "off" && slot.line === "on" && !isGoingOff(slot)) {
    // Nobody has said so since the start: then it is what the start made of it.
    const { reason, hard } = slot.offAsked ?? {
      reason: `power_restore = ${rig.policy.powerRestore}`,
      hard: false,
    };
    return beginCut(draft, slot, { kind: "off", by: "operator", why: "wanted-off", reason, hard });
  }
  if (slot.cycleAsked === null || slot.phase === "PoweringOff") return slot;
  if (slot.phase === "Off") return patchSlot(draft, slot, { cycleAsked: null });
  if (!laneFree(rig.slots, rig.policy.laneWidth)) return slot;
  const { reason, hard } = slot.cycleAsked;
  return beginCut(draft, slot, {
    kind: "cycle",
    by: "operator",
    why: "operator",
    reason,
    hard,
  });
}

/** A silent Zero that waits for its power cycle. */
function remediate(draft: Draft, slot: Slot): Slot {
  const { rig, now } = draft;
  if (slot.phase !== "Remediating" || slot.stage !== "power-cycle") return slot;
  if (cutHindrance(rig, slot, now) !== null) return slot;
  const kind = cyclesLeft(slot, rig.policy, now) <= 0 ? "quarantine" : "cycle";
  const why = kind === "quarantine" ? "failed-cycles" : "power-cycle";
  const reason = classify(rig, slot, now);
  return beginCut(draft, slot, { kind, by: "automation", why, reason, hard: true });
}

/** What may keep a slot off for long. */
const MAY_LAST: ReadonlySet<OnHindrance> = new Set<OnHindrance>([
  "hold",
  "under-voltage",
  "heat",
  "ceiling",
]);

function powerOn(draft: Draft, slot: Slot): Slot {
  if (slot.phase !== "Off" || slot.wanted !== "on") return slot;
  const hindrance = onHindrance(draft.rig, slot, draft.now);
  if (hindrance === null) return beginOn(draft, slot);
  // Its cycle ends here, or it would keep the lane, and count as lost, for as long as that lasts.
  if (MAY_LAST.has(hindrance) && slot.intent !== null) {
    const off = closeIntent(draft, slot, `off; on waits for ${hindrance}`);
    save(draft, off);
    return off;
  }
  return slot;
}

/** One pass over the slots, in the order of their numbers: at most one new cut and one new start can come of it. */
export function plan(draft: Draft): void {
  shedPower(draft);
  for (const slot of draft.rig.slots) powerOn(draft, remediate(draft, obeyOperator(draft, slot)));
  // Only when all is decided: what one slot begins bears on what another may still do.
  for (const slot of draft.rig.slots) {
    askToShutDown(draft, slot);
    drive(draft, slot);
  }
}
