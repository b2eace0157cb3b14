// Deadlines and liveness, judged on a tick: after the sockets were drained, never on a timer of its own.

import { bootGraceMs } from "./boot.ts";
import { type Draft, enter, patchSlot, report, save } from "./draft.ts";
import { isFreshlyRead, isJustBack, isSilent } from "./evidence.ts";
import { judgeHolds } from "./hold.ts";
import { isRung, probeFault, remedy } from "./ladder.ts";
import { takeOn } from "./observe-link.ts";
import { laneFree, mayRetryEnumeration } from "./permit.ts";
import { beginAsking, closeIntent, endSoftOff, readsOff, retryEnumeration } from "./power.ts";
import { isUp, type Phase, type Slot } from "./slot.ts";
import type { Why } from "./why.ts";
import { beginSelfTest, releaseSlot, retest } from "./work.ts";

/** Who falls silent has its dwell, wherever it was before: the cause may be common, and the others a moment behind. */
function suspect(draft: Draft, slot: Slot, why: Why): void {
  const until = draft.now + draft.rig.policy.suspectDwellMs;
  enter(draft, releaseSlot(draft, slot, false), "Suspect", why, { until });
}

function judgeUnknown(draft: Draft, slot: Slot, due: boolean): void {
  if (slot.line === "on" && slot.link !== null) {
    takeOn(draft, slot, slot.link);
    return;
  }
  if (!due) return;
  if (slot.line === "on") suspect(draft, slot, "adopt-overdue");
  else if (slot.line === "off") {
    enter(draft, slot, "Fault", "cut-not-proved", {
      until: draft.now + draft.rig.policy.reprobeMs,
    });
  }
  // An unread line is nobody's fault but the board's, and that is reported where it fails.
}

function judgePoweringOn(draft: Draft, slot: Slot, due: boolean): void {
  const { policy } = draft.rig;
  if (slot.stage === "write") {
    // What is on the bus may still be done, and is concluded then.
    if (!due || slot.action !== null) return;
    const until = draft.now + policy.reprobeMs;
    enter(draft, closeIntent(draft, slot, "on-failed"), "Fault", "on-failed", { until });
    return;
  }
  const until = slot.onAt + bootGraceMs(slot, policy.bootGraceMs);
  if (slot.link !== null) takeOn(draft, slot, slot.link);
  else if (slot.usb === "present") enter(draft, slot, "Booting", "usb-seen", { until });
  else if (slot.usb === "unknown" && draft.now >= slot.onAt + policy.staggerMs) {
    enter(draft, slot, "Booting", "settled", { until });
  } else if (due && isFreshlyRead(draft.rig, draft.now) && mayRetryEnumeration(draft.rig)) {
    retryEnumeration(draft, slot);
  }
}

function judgeBooting(draft: Draft, slot: Slot, due: boolean): void {
  if (!due) return;
  if (isSilent(draft, slot)) {
    suspect(draft, closeIntent(draft, slot, "boot-overdue"), "boot-overdue");
    return;
  }
  // Heard a moment ago, and gone: it dials in anew, or is silent soon.
  if (slot.link === null) return;
  // It is heard but has not proved itself. Its start ends here, or its cycle would keep the lane for as long as that lasts.
  const slow = closeIntent(draft, slot, "boot-overdue");
  if (slow.hold?.kind !== "maintenance") {
    remedy(draft, slow, "stuck-but-heard");
    return;
  }
  const until = draft.now + draft.rig.policy.bootGraceMs;
  retest(draft, patchSlot(draft, slow, { until }));
}

function judgeUp(draft: Draft, slot: Slot): void {
  const { policy, resumedAt } = draft.rig;
  if (isSilent(draft, slot)) {
    suspect(draft, slot, "silent");
    return;
  }
  // It is up, so that is done: kept, it would outrank a pause or a quarantine of some later day.
  if (slot.onAsked !== null) patchSlot(draft, slot, { onAsked: null });
  if (slot.hold?.kind === "maintenance") return;
  const idleMs = draft.now - Math.max(slot.progressAt, resumedAt);
  if (slot.task !== null && idleMs >= policy.progressMs) {
    suspect(draft, slot, "no-progress");
    return;
  }
  if (slot.strikes > 0 && draft.now - slot.since >= policy.backoffResetMs) {
    save(draft, patchSlot(draft, slot, { strikes: 0 }));
  }
}

function judgeSuspect(draft: Draft, slot: Slot, due: boolean): void {
  if (!due) return;
  if (slot.why === "no-progress") judgeStuck(draft, slot);
  else enter(draft, slot, "Remediating", "power-cycle", { stage: "power-cycle" });
}

function judgeRemediating(draft: Draft, slot: Slot, due: boolean): void {
  if (due && isRung(slot.stage)) judgeStuck(draft, slot);
}

/** A Zero that did not get on; if it has fallen silent meanwhile, that has a dwell of its own. */
function judgeStuck(draft: Draft, slot: Slot): void {
  if (isSilent(draft, slot)) suspect(draft, slot, "silent");
  else if (slot.hold?.kind !== "maintenance") remedy(draft, slot, "stuck-but-heard");
}

/** From the end of the link to the end of the system, at a guess: no source says. */
const SHUTDOWN_TAIL_MS = 5000;

function judgePoweringOff(draft: Draft, slot: Slot, due: boolean): void {
  // Where ports cannot be read the end of the link is all there is to see; the system behind it still has to stop.
  const { now, rig } = draft;
  const isQuiet = slot.link === null && now - slot.heardAt >= SHUTDOWN_TAIL_MS;
  // Who was out of hearing while we were away may dial in again, and is asked then.
  const justBack = isJustBack(rig, Math.max(rig.startedAt, rig.resumedAt), now);
  const shutDown = slot.usb === "unknown" && isQuiet && !justBack;
  if (slot.stage === "soft" && (due || shutDown)) {
    // Its intent could not be written yet, so it was not asked: it has its time still.
    if (beginAsking(draft, slot) === null) endSoftOff(draft, slot);
  } else if (due) {
    enter(draft, slot, "Fault", "cut-not-proved", {
      until: draft.now + draft.rig.policy.reprobeMs,
    });
  }
}

/** A fault is looked at again: a cut that was not proved is tried again, a silent Zero is suspected, one that is heard is asked. */
function judgeFault(draft: Draft, slot: Slot, due: boolean): void {
  if (!due || slot.action !== null) return;
  const { policy, slots } = draft.rig;
  if (slot.intent !== null) {
    if (!laneFree(slots, policy.laneWidth)) return;
    enter(draft, slot, "PoweringOff", "probed", {
      stage: "cut",
      until: draft.now + policy.cutProofMs,
      retryAt: draft.now,
    });
  } else if (readsOff(slot)) {
    enter(draft, slot, "Off", "probed", { offAt: draft.now });
    // Off by its line and there by its port: it is no silent Zero before the two agree.
  } else if (slot.line === "on" && isSilent(draft, slot)) suspect(draft, slot, "silent");
  else probeFault(draft, slot);
}

function judgeQuarantined(draft: Draft, slot: Slot, due: boolean): void {
  if (due) save(draft, enter(draft, slot, "Off", "probation", { strikes: 0 }));
}

const JUDGES: Readonly<Record<Phase, (draft: Draft, slot: Slot, due: boolean) => void>> = {
  Unknown: judgeUnknown,
  Off: () => {},
  PoweringOn: judgePoweringOn,
  Booting: judgeBooting,
  Ready: judgeUp,
  Degraded: judgeUp,
  Suspect: judgeSuspect,
  Remediating: judgeRemediating,
  PoweringOff: judgePoweringOff,
  Quarantined: judgeQuarantined,
  Fault: judgeFault,
};

/** After the loop stood still no deadline is due before a liveness window has passed. */
function graceAfterPause(draft: Draft): number {
  const { rig } = draft;
  return rig.resumedAt > rig.startedAt ? rig.resumedAt + rig.policy.livenessMs : rig.startedAt;
}

/** A Zero whose self-test was refused or got lost is asked again. */
const ASK_AGAIN_MS = 5000;

function askAgain(draft: Draft, slot: Slot): void {
  const { link, task, phase, stage } = slot;
  if (link === null || link.tested || task !== null) return;
  if (!isUp(slot) && phase !== "Booting" && stage !== "restart-worker") return;
  if (draft.now - link.askedAt >= ASK_AGAIN_MS) beginSelfTest(draft, slot, link);
}

export function judge(draft: Draft): void {
  const { rig, now } = draft;
  const stoodStillMs = now - rig.lastTickAt;
  if (stoodStillMs >= rig.policy.pauseGuardMs) {
    report(draft, "warn", "loop.paused", null, null, { stood_still_ms: Math.round(stoodStillMs) });
    rig.resumedAt = now;
  }
  rig.lastTickAt = now;
  judgeHolds(draft);
  for (const slot of rig.slots) {
    const due = now >= Math.max(slot.until, graceAfterPause(draft));
    JUDGES[slot.phase](draft, slot, due);
  }
  for (const slot of rig.slots) askAgain(draft, slot);
}
