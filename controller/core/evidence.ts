// What the signs say of a silent Zero: is it dead, is its agent, is the link, or is it us?

import { type Draft, emit, patchSlot, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

export type EvidenceClass =
  | "heard"
  | "off"
  | "booting"
  | "our-side"
  | "agent-dead"
  | "link-dead"
  | "zero-dead";

/** How long an answer of the Zero's kernel counts. */
const ANSWER_LIFE_MS = 15_000;
/** Between two questions to a silent Zero. */
const ASK_EVERY_MS = 5000;

type Rig = Pick<
  RigState,
  | "hub"
  | "storm"
  | "boardError"
  | "resumedAt"
  | "linkServerProvedAt"
  | "linkServerBackAt"
  | "policy"
>;

/** Whether the Zero's kernel is known to answer on the network. */
export function kernelAnswers(slot: Slot, now: number): boolean {
  const { answers } = slot;
  return answers?.yes === true && now - answers.at < ANSWER_LIFE_MS;
}

/** A reading older than this, five polls, says nothing of now. */
const READING_LIFE_MS = 5000;

export function isFreshlyRead(
  { boardError, readAt }: Pick<RigState, "boardError" | "readAt">,
  now: number,
): boolean {
  return boardError === null && now - readAt < READING_LIFE_MS;
}

/** A proof of the link server older than this proves nothing. */
const LINK_SERVER_PROOF_MS = 15_000;

/** Whether the link server answered itself lately. Without that the silence may be our own, however long it lasts. */
export function isLinkServerProved(
  { linkServerProvedAt }: Pick<RigState, "linkServerProvedAt">,
  now: number,
): boolean {
  return now - linkServerProvedAt < LINK_SERVER_PROOF_MS;
}

/** The link server answered itself. The first proof that is late means what a late one means: it did not answer before. */
export function onLinkServerProved({ rig, now }: Draft): void {
  const late = now - rig.startedAt >= LINK_SERVER_PROOF_MS;
  if (late && !isLinkServerProved(rig, now)) rig.linkServerBackAt = now;
  rig.linkServerProvedAt = now;
}

/** Links break where our side is gone for long, and agents take some seconds to dial in anew: so many liveness windows for it. */
const RESUME_WINDOWS = 2;

/** Whether our own side, gone until then, came back so lately that nobody can have been heard as they should. */
export function isJustBack(
  { policy }: Pick<RigState, "policy">,
  backAt: number,
  now: number,
): boolean {
  return now - backAt < RESUME_WINDOWS * policy.livenessMs;
}

/**
 * Whether the link server answered itself since this Zero fell silent: half a liveness window after its last frame, in which
 * a Zero that lives beats. A proof from before that says nothing of a server that died with the Zero's last frame.
 */
export function isProvedSince(
  rig: Pick<RigState, "resumedAt" | "linkServerProvedAt" | "policy">,
  slot: Slot,
  now: number,
): boolean {
  const silentSince = Math.max(slot.heardAt, rig.resumedAt) + rig.policy.livenessMs / 2;
  return isLinkServerProved(rig, now) && rig.linkServerProvedAt >= silentSince;
}

/** Whether nothing was heard of the Zero for the liveness window, which starts anew when the loop itself stood still. */
export function isSilent({ rig, now }: Draft, slot: Slot): boolean {
  return now - Math.max(slot.heardAt, rig.resumedAt) >= rig.policy.livenessMs;
}

/** Whether the silence of this Zero may be our own: what it would be heard through is gone, or not known to be there since. */
function isOurSide(rig: Rig, slot: Slot, now: number): boolean {
  if (rig.hub === "lost" || rig.boardError !== null || rig.storm.state !== "normal") return true;
  return isJustBack(rig, rig.linkServerBackAt, now) || !isProvedSince(rig, slot, now);
}

/** The class of what is seen of the slot, from the strongest sign to the weakest. */
export function classify(rig: Rig, slot: Slot, now: number): EvidenceClass {
  // What was heard before its off was proved says nothing of now; a voice since then does.
  if (slot.line === "off" && slot.offAt >= slot.heardAt) return "off";
  if (now - slot.heardAt < rig.policy.livenessMs) return "heard";
  if (slot.line === "off") return "off";
  if (slot.phase === "PoweringOn" || slot.phase === "Booting") return "booting";
  if (isOurSide(rig, slot, now)) return "our-side";
  if (!kernelAnswers(slot, now)) return "zero-dead";
  return slot.link === null ? "agent-dead" : "link-dead";
}

/** Asks silent Zeros whether their kernel answers. Part of a tick. */
export function probeSilent(draft: Draft): void {
  const { rig, now } = draft;
  for (const slot of rig.slots) {
    if (slot.phase !== "Suspect" && slot.phase !== "Remediating") continue;
    if (!isSilent(draft, slot) || now - slot.probeAskedAt < ASK_EVERY_MS) continue;
    emit(draft, { type: "probe", slot: slot.id });
    patchSlot(draft, slot, { probeAskedAt: now });
  }
}

export function onProbed(draft: Draft, { slot: id, answers }: EventOf<"probed">): void {
  const slot = slotOf(draft, id);
  if (slot !== undefined) patchSlot(draft, slot, { answers: { yes: answers, at: draft.now } });
}
