// What the links tell: a Zero is there, it is heard, how it is.

import type { SlotId } from "../../hat/slots.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import { copyLink } from "./copy.ts";
import { type Draft, emit, enter, ownSlot, patchSlot, report, save, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { countHashes } from "./goal.ts";
import { judgeHeat } from "./heat.ts";
import { BARREN_JOBS } from "./ladder.ts";
import { closeIntent, uncount } from "./power.ts";
import { isUp, type Link, type Slot } from "./slot.ts";
import { beginSelfTest, releaseSlot, retest } from "./work.ts";

/** get_throttled: under-voltage, frequency capped, throttled, soft temperature limit; the "now" bits. */
const THROTTLED_NOW = 0b1111;

/** What the agent measured at its start counts as so much work: a lucky first share reports no odd rate to the pool. */
const NOMINAL_WEIGHT_MS = 5000;

/** The slot that this frame may speak for: the link must be its current one. */
function linkedSlot(draft: Draft, slotId: string, link: number): Slot | undefined {
  const slot = slotOf(draft, slotId);
  return slot?.link?.id === link ? slot : undefined;
}

function linkOf({ rig, now }: Draft, id: number, hello: EventOf<"link-up">["hello"]): Link {
  const { bootId, model, agentVersion, kernels } = hello;
  const wanted = rig.policy.algorithm;
  const ours = kernels.filter(({ algorithm }) => algorithm === wanted);
  const [fastest] = ours.toSorted((a, b) => b.hashrateHs - a.hashrateHs);
  return {
    id,
    bootId,
    model,
    agentVersion,
    kernel: fastest?.name ?? null,
    nominalHs: fastest?.hashrateHs ?? 0,
    // The known answer is of DUCO-S1, so each agent has that, whether it says so or not.
    hasKernel: fastest !== undefined || wanted === "duco-s1",
    tested: false,
    askedAt: now,
  };
}

/** Of each algorithm, the rate of its fastest kernel. */
function ratesOf({ kernels }: EventOf<"link-up">["hello"]): Slot["kernels"] {
  const rates: Partial<Record<Algorithm, number>> = {};
  for (const { algorithm, hashrateHs } of kernels) {
    rates[algorithm] = Math.max(rates[algorithm] ?? 0, hashrateHs);
  }
  return rates;
}

function warnOfKernel(draft: Draft, slot: SlotId, { hasKernel }: Link): void {
  if (hasKernel) return;
  const { algorithm } = draft.rig.policy;
  const todo = `add "${algorithm}" to \`algorithms\` in the agent.toml of this Zero`;
  report(draft, "warn", "link.no-kernel", slot, null, { algorithm, todo });
}

export function onLinkUp(draft: Draft, { slot: id, link, hello }: EventOf<"link-up">): void {
  const known = slotOf(draft, id);
  if (known === undefined) return;
  if (known.link !== null) {
    emit(draft, {
      type: "close-link",
      link: known.link.id,
      code: CLOSE.replaced,
      why: "newer link",
    });
  }
  const { bootId, model, agentVersion } = hello;
  const newBoot = bootId !== known.bootId;
  // The first boot that we see of a slot that we did not power on.
  const adopted = newBoot ? known.bootId === null && !known.bootPending : known.adopted;
  const up = linkOf(draft, link, hello);
  const { nominalHs } = up;
  const slot = patchSlot(draft, releaseSlot(draft, known, false), {
    link: up,
    kernels: ratesOf(hello),
    rateHs: known.rateHs || nominalHs,
    rateWeightMs: known.rateHs > 0 ? known.rateWeightMs : NOMINAL_WEIGHT_MS,
    bootId,
    adopted,
    heardAt: draft.now,
    progressAt: draft.now,
    vitals: newBoot ? null : known.vitals,
    slowResults: 0,
    unanswered: 0,
    boots: known.boots + (newBoot && !adopted ? 1 : 0),
  });
  report(draft, "info", "link.up", id, newBoot ? "new-boot" : "same-boot", { agentVersion, model });
  warnOfKernel(draft, id, up);
  switch (slot.phase) {
    case "Off":
    case "Quarantined":
      // Its line reads off, and yet it speaks: a card in the wrong slot, or a Zero with other power.
      report(draft, "error", "link.while-off", id, null, {
        todo: "check that the card in this slot carries this slot's name and key",
      });
      return;
    case "PoweringOff":
      takeBack(draft, slot);
      return;
    case "Fault":
      if (slot.intent !== null) {
        // A cut that is under way, or that a person or a standing rule wants, goes on.
        takeBack(draft, slot);
        return;
      }
      break;
    case "Unknown": // the tick takes it on once its line is known
      return;
    case "PoweringOn":
      if (slot.stage === "write") return;
      break;
    case "Ready":
    case "Degraded":
      if (newBoot) break;
      beginSelfTest(draft, slot, up);
      return;
    default:
      break;
  }
  takeOn(draft, slot, up);
}

/** A Zero that is linked but not yet known to work: it boots until its self-test is right. */
export function takeOn(draft: Draft, slot: Slot, link: Link): void {
  // One that dials in again and again, and never proves itself, gets no more time by that.
  const again = slot.phase === "Booting" && (slot.why === "linked" || slot.why === "heard-again");
  const until = again ? slot.until : draft.now + draft.rig.policy.bootGraceMs;
  beginSelfTest(draft, enter(draft, slot, "Booting", "linked", { until }), link);
}

export function onLinkDown(draft: Draft, { slot: id, link, detail }: EventOf<"link-down">): void {
  const slot = linkedSlot(draft, id, link);
  if (slot === undefined) return;
  report(draft, "info", "link.down", id, null, { detail });
  patchSlot(draft, releaseSlot(draft, slot, false), { link: null });
}

export function onAgentRestart(draft: Draft, { slot: id, forMs }: EventOf<"agent-restart">): void {
  const slot = slotOf(draft, id);
  if (slot !== undefined) patchSlot(draft, slot, { restartUntil: draft.now + forMs });
}

/** Whether the slot is under suspicion because it was silent, so that being heard clears it. */
function clearedByVoice(slot: Slot): boolean {
  return (
    (slot.phase === "Suspect" && slot.why !== "no-progress") ||
    (slot.phase === "Remediating" && slot.stage === "power-cycle")
  );
}

/** Whether automation has decided to cut, but nothing was written yet, or what was written came to nothing. */
export function mayBeTakenBack(slot: Slot): boolean {
  if (slot.intent?.by !== "automation" || slot.action !== null || slot.line === "off") return false;
  return (slot.phase === "PoweringOff" && slot.stage === "cut") || slot.phase === "Fault";
}

/** A heard Zero is up: as far as its self-test has got. */
function resume(draft: Draft, slot: Slot): Slot {
  // What it could not answer while it was silent says nothing of its speed.
  if (slot.link?.tested) return enter(draft, slot, "Ready", "heard-again", { slowResults: 0 });
  const until = draft.now + draft.rig.policy.bootGraceMs;
  return enter(draft, slot, "Booting", "heard-again", { until });
}

/** It speaks although a cut was decided: the cut is not carried out, and does not count. */
export function takeBack(draft: Draft, given: Slot): Slot {
  if (!mayBeTakenBack(given)) return given;
  return resume(draft, uncount(draft, closeIntent(draft, given, "heard-again")));
}

/** Any frame of a proven link: the Zero lives. */
export function onHeard(draft: Draft, slotId: string, link: number): Slot | undefined {
  const known = linkedSlot(draft, slotId, link);
  if (known === undefined) return undefined;
  const slot = ownSlot(draft, known);
  slot.heardAt = draft.now;
  return clearedByVoice(slot) ? resume(draft, slot) : takeBack(draft, slot);
}

/** So many slow results in a row make a Zero Degraded; one good one clears it. */
const SLOW_RESULTS = 3;

/** What makes a Zero that works one that is not well; null if nothing does. */
function ailment(slot: Slot): "hot" | "throttled" | "slow" | null {
  if (slot.heat > 0) return "hot";
  if (((slot.vitals?.throttled ?? 0) & THROTTLED_NOW) !== 0) return "throttled";
  return slot.slowResults >= SLOW_RESULTS ? "slow" : null;
}

/** Ready <-> Degraded, by heat, throttling and speed. Degraded is never cut for it. */
export function judgeVitals(draft: Draft, slot: Slot): Slot {
  const ails = ailment(slot);
  if (slot.phase === "Ready" && ails !== null) return enter(draft, slot, "Degraded", ails);
  const well = ails === null && slot.slowResults === 0;
  if (slot.phase === "Degraded" && well) return enter(draft, slot, "Ready", "recovered");
  return slot;
}

export function onBeat(draft: Draft, { slot: id, link, beat }: EventOf<"beat">): void {
  const heard = onHeard(draft, id, link);
  if (heard === undefined) return;
  const before = heard.vitals?.hashes ?? (heard.adopted ? beat.hashes : 0);
  // The count starts anew with the agent.
  const hashed = beat.hashes >= before ? beat.hashes - before : beat.hashes;
  const slot = ownSlot(draft, heard);
  slot.vitals = {
    at: draft.now,
    hashes: beat.hashes,
    tempC: beat.tempC,
    throttled: beat.throttled,
    uptimeMs: beat.uptimeMs,
  };
  slot.hashes += hashed;
  countHashes(draft, slot.task?.seat ?? slot.id, hashed);
  if (hashed > 0) {
    slot.progressAt = draft.now;
    slot.unanswered = 0;
  }
  judgeHeat(draft, slot, beat.tempC);
  const stuck = slot.phase === "Suspect" || slot.phase === "Remediating";
  if (!stuck || hashed === 0) judgeVitals(draft, slot);
  // Its hashes rise, as they did all the time: what it must show is a share.
  else if (slot.barren >= BARREN_JOBS) return;
  else if (slot.link?.tested) enter(draft, slot, "Ready", "recovered");
  // Stuck until now, it may have lost the question.
  else retest(draft, resume(draft, slot));
}

/** The known answer is right: the slot may work. Ends a boot, and the power cycle that it was part of. */
export function passSelfTest(draft: Draft, given: Slot, link: Link): void {
  const { onAt, bootPending } = given;
  const proved = copyLink(link);
  proved.tested = true;
  let slot = patchSlot(draft, given, { link: proved, tries: 0 });
  if (isUp(slot)) return;
  slot = enter(draft, closeIntent(draft, slot, "done"), "Ready", "self-test-passed", {
    bootPending: false,
    bootMs: bootPending ? [...slot.bootMs.slice(-19), draft.now - onAt] : slot.bootMs,
  });
  if (bootPending) save(draft, slot);
}
