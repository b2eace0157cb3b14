// What the board lane tells: readings of the lines and the USB ports, and how power effects ended.

import type { Line, SlotReading } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import { adopt, adoptWanted } from "./adopt.ts";
import { bootGraceMs } from "./boot.ts";
import { type Draft, enter, ownSlot, patchSlot, report, save, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { adoptForeign } from "./foreign.ts";
import {
  closeIntent,
  concludeOff,
  concludeOn,
  endSoftOff,
  readsOff,
  reopenAsOn,
  uncount,
} from "./power.ts";
import { isFurtherTry, type Phase, type Slot } from "./slot.ts";
import { onUnderVoltage } from "./supply.ts";

/** Between two tries of a power effect that failed. */
const POWER_RETRY_MS = 1000;

function observeUnknown(draft: Draft, slot: Slot, driven: boolean): void {
  if (slot.line === "off" && slot.usb === "present") return; // contradictory: the deadline decides
  if (slot.why === "start") adopt(draft, slot);
  // The board lost its supply: that is nobody's wish.
  else if (slot.line === "off" && !driven) observeLive(draft, slot, driven);
  else if (slot.line === "off") {
    // The other hand's word, unless a person's came after it.
    const wanted = slot.onAsked === null ? "off" : "on";
    const off = patchSlot(draft, slot, { wanted });
    save(draft, enter(draft, off, "Off", "found-off", { offAt: draft.now }));
  }
}

/** It read off while its port showed it, and what is wanted was known before: as in doubt as it was before its time was over. */
function isDoubtful({ why, line, wantedKnown }: Slot): boolean {
  return why === "cut-not-proved" && line === "off" && wantedKnown;
}

function observePoweringOn(draft: Draft, slot: Slot, driven: boolean): void {
  if (slot.stage === "settle") observeLive(draft, slot, driven);
  else if (slot.action !== null) return;
  else if (slot.line !== "on") {
    // A try that was reported as failed may have got through until the board lost its supply: off only since now.
    if (!driven && slot.written === "on")
      patchSlot(draft, slot, { written: null, offAt: draft.now });
  } else if (slot.written === "on") concludeOn(draft, slot);
  else adoptForeign(draft, slot, "on");
}

/** A late proof: the lane may be another's by now, so only the way back on is left to do. */
function observeFault(draft: Draft, slot: Slot): void {
  if (slot.intent === null || slot.action !== null || !readsOff(slot)) return;
  const off = concludeOff(draft, slot);
  if (off.intent !== null) reopenAsOn(draft, off);
}

/** What was to be off and on again, for it showed nothing, shows up before it could be switched off: it boots. */
function showsUp(slot: Slot): boolean {
  return isFurtherTry(slot) && slot.line === "on" && slot.usb === "present";
}

function observePoweringOff(draft: Draft, slot: Slot, driven: boolean): void {
  if (slot.action !== null) return;
  if (showsUp(slot)) {
    const until = slot.onAt + bootGraceMs(slot, draft.rig.policy.bootGraceMs);
    enter(draft, uncount(draft, slot), "Booting", "usb-seen", { until, written: null });
    return;
  }
  if (slot.written !== "off" && slot.line === "off" && driven) adoptForeign(draft, slot, "off");
  else if (readsOff(slot)) concludeOff(draft, slot);
  else if (slot.stage === "soft" && slot.usb === "absent") endSoftOff(draft, slot);
}

/** A line that should be on. */
function observeLive(draft: Draft, slot: Slot, driven: boolean): void {
  if (slot.line !== "off" || slot.action !== null) return;
  if (!driven) {
    report(draft, "error", "board.power-lost", slot.id, null, { todo: "check the HAT's supply" });
    concludeOff(draft, closeIntent(draft, slot, "power-lost"));
    // A cut of ours that was given up, and had been done all the same.
  } else if (slot.written === "off") concludeOff(draft, closeIntent(draft, slot, "done late"));
  else adoptForeign(draft, slot, "off");
}

/** A line that should be off. */
function observeOff(draft: Draft, slot: Slot): void {
  if (slot.line !== "on" || slot.action !== null) return;
  // A start of ours that was postponed, and had been done all the same.
  if (slot.written === "on") concludeOn(draft, enter(draft, slot, "PoweringOn", "on-written"));
  else adoptForeign(draft, slot, "on");
}

/** The line of a slot that neither waits for a reading nor is in doubt; null for one that does or is. */
const SETTLED: Readonly<Record<Phase, Line | null>> = {
  Unknown: null,
  Off: "off",
  PoweringOn: null,
  Booting: "on",
  Ready: "on",
  Degraded: "on",
  Suspect: "on",
  Remediating: "on",
  PoweringOff: null,
  Quarantined: "off",
  Fault: null,
};

function observeSlot(draft: Draft, reading: SlotReading): void {
  const known = slotOf(draft, reading.slot);
  if (known === undefined) return;
  const { line, usb, driven } = reading;
  const same = line === known.line && usb === known.usb && !known.refused && known.written === null;
  if (same && SETTLED[known.phase] === line) return;
  if (!same) draft.stirred = true;
  // The driver was kept from writing, and the line is another: turned by somebody else, if it is driven and not by us after all.
  const refused = known.refused && known.action === null && driven;
  const turned = refused && known.line !== line && known.written !== line;
  const lastUsb = usb === "unknown" ? known.lastUsb : usb;
  // While it is switched a line may take its time; else one reading tells that nothing had got through.
  const givenUp = known.phase === "Fault" && known.intent === null && known.action === null;
  const switching = SETTLED[known.phase] === null && !givenUp;
  const written = switching || known.written === line ? known.written : null;
  const read = ownSlot(draft, known);
  read.line = line;
  read.usb = usb;
  read.lastUsb = lastUsb;
  read.refused = false;
  read.written = written;
  if (turned) {
    adoptForeign(draft, read, line);
    return;
  }
  const slot = adoptWanted(draft, read);
  switch (slot.phase) {
    case "Unknown":
      observeUnknown(draft, slot, driven);
      break;
    case "Off":
    case "Quarantined":
      observeOff(draft, slot);
      break;
    case "PoweringOn":
      observePoweringOn(draft, slot, driven);
      break;
    case "PoweringOff":
      observePoweringOff(draft, slot, driven);
      break;
    case "Fault":
      // Where nothing is begun a line is as live, or as off, as any: a foreign hand may have been at it.
      if (slot.intent !== null) observeFault(draft, slot);
      else if (isDoubtful(known) && slot.line === "off") observeUnknown(draft, slot, driven);
      else if (known.line === "on") observeLive(draft, slot, driven);
      else observeOff(draft, slot);
      break;
    default:
      observeLive(draft, slot, driven);
  }
}

function observeHub(draft: Draft, readings: readonly SlotReading[]): void {
  const { rig } = draft;
  const readable = readings.some((reading) => reading.usb !== "unknown");
  if (readable) {
    if (rig.hub === "lost") {
      report(draft, "info", "hub.back", null);
      draft.stirred = true;
    }
    rig.hub = "seen";
  } else if (rig.hub === "seen") {
    report(draft, "error", "hub.lost", null, null, {
      todo: "check the HAT's USB cable; no Zero is cut for this",
    });
    rig.hub = "lost";
    draft.stirred = true;
  }
}

/** Of the whole board, or of a part: what remains is seen, and a person may switch it, but automation cuts nothing then. */
function noteBoardError(draft: Draft, code: HatErrorCode, detail: string): void {
  if (draft.rig.boardError === null) report(draft, "error", "board.failed", null, code, { detail });
  draft.rig.boardError = detail;
}

export function onBoardRead(draft: Draft, { reading }: EventOf<"board-read">): void {
  const { rig } = draft;
  const [gone] = reading.unread ?? [];
  if (gone !== undefined) {
    const detail = `${gone.slots.join(", ")} cannot be read: ${gone.message}`;
    noteBoardError(draft, gone.code, detail);
  } else {
    if (rig.boardError !== null) {
      draft.stirred = true;
      report(draft, "info", "board.back", null);
    }
    rig.boardError = null;
    rig.readAt = draft.now;
  }
  observeHub(draft, reading.slots);
  for (const slot of reading.slots) observeSlot(draft, slot);
  // Last, for it counts who has power.
  if (reading.underVoltage === true) {
    draft.stirred = true;
    onUnderVoltage(draft);
  }
}

export function onBoardFailed(draft: Draft, { code, detail }: EventOf<"board-failed">): void {
  noteBoardError(draft, code, detail);
}

export function onIntentDurable(draft: Draft, event: EventOf<"intent-durable">): void {
  const slot = slotOf(draft, event.slot);
  if (slot?.intent?.id !== event.intent) return;
  patchSlot(draft, slot, { intent: { ...slot.intent, durable: true }, retryAt: draft.now });
}

export function onPowerDone(draft: Draft, { action, reading }: EventOf<"power-done">): void {
  const known = slotOf(draft, reading.slot);
  if (known?.action !== action) return;
  const { line, usb } = reading;
  const lastUsb = usb === "unknown" ? known.lastUsb : usb;
  const slot = patchSlot(draft, known, { action: null, line, usb, lastUsb });
  if (slot.phase === "PoweringOn") concludeOn(draft, slot);
  else if (slot.phase === "Fault") observeFault(draft, slot);
  else if (readsOff(slot)) concludeOff(draft, slot);
  else if (slot.phase === "PoweringOff") patchSlot(draft, slot, { stage: "prove", written: "off" });
}

/** Tried again, after a reading: if another program changed a line, that names the slot and adopts it. */
export function onPowerFailed(draft: Draft, event: EventOf<"power-failed">): void {
  const slot = slotOf(draft, event.slot);
  if (slot?.action !== event.action) return;
  report(draft, "warn", "power.failed", slot.id, event.code, { detail: event.detail });
  const refused = event.code === "foreign-change";
  // Kept from writing by a change of this very line; any other failure may hide that it was done.
  const kept = refused && (event.changed?.includes(slot.id) ?? true);
  const tried = slot.phase === "PoweringOn" ? "on" : "off";
  patchSlot(draft, slot, {
    action: null,
    refused,
    written: kept ? slot.written : tried,
    retryAt: draft.now + POWER_RETRY_MS,
  });
}
