// A Zero that is heard and of no use: which faults are its own, when it is given up, and what makes it start from the bottom.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import { probeFault, remedy, toFault } from "./ladder.ts";
import { onResult, onShareSecured } from "./observe-work.ts";
import { concludeOff } from "./power.ts";
import type { Seat, Share } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import type { Why } from "./why.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];
const LINK = ready.link?.id ?? 0;

function drafted(changes: Partial<Slot>) {
  return draftOf({ ...state, slots: [{ ...ready, task: null, ...changes }] }, now);
}

describe("a fault that is looked at", () => {
  const faults: [Why, boolean][] = [
    ["stuck-but-heard", true],
    ["wrong-answers", true],
    ["no-shares", true],
    ["cut-not-proved", false],
    ["on-failed", false],
    ["no-enumeration", false],
  ];
  it.each(faults)("as %s is the Zero's own, and remedied: %s", (why, remedied) => {
    const draft = drafted({ phase: "Fault", why, ofNoUseAt: now - 60_000 });
    probeFault(draft, draft.rig.slots[0] as Slot);
    const [slot] = draft.rig.slots;
    if (remedied) expect(slot).toMatchObject({ phase: "Remediating", remedies: 1 });
    else expect(slot).toMatchObject({ phase: "Fault", why, remedies: 0, until: now + 60_000 });
    expect(slot?.task?.seat).toBe(SELF_TEST_SEAT);
  });

  const pauses: [number, number][] = [
    // remedies, the pause before the next: it doubles with each whole ladder, not with each rung
    [0, 60_000],
    [2, 60_000],
    [3, 120_000],
    [5, 120_000],
    [8, 240_000],
  ];
  it.each(pauses)("after %i remedies waits %i ms for the next", (remedies, pauseMs) => {
    const looked = (ms: number) => {
      const fault = { phase: "Fault", why: "no-shares", since: now - 1 } as const;
      const draft = drafted({ ...fault, ofNoUseAt: now - ms, remedies });
      probeFault(draft, draft.rig.slots[0] as Slot);
      return draft.rig.slots[0]?.phase;
    };
    expect([looked(pauseMs - 1), looked(pauseMs)]).toEqual(["Fault", "Remediating"]);
  });

  it.each([
    [8, false],
    [9, true],
    [10, true],
  ])("after %i remedies is given up, and a person is told: %s", (remedies, given) => {
    const draft = drafted({ remedies });
    toFault(draft, draft.rig.slots[0] as Slot, "no-shares");
    const told = reportsOf(draft.effects).filter(({ ev }) => ev === "slot.given-up");
    const todo = expect.stringContaining("zerorig release");
    const report = {
      level: "error",
      ev: "slot.given-up",
      slot: "p1",
      why: "no-shares",
      detail: { remedies, todo },
    };
    expect(told).toEqual(given ? [report] : []);
  });

  it.each([
    ["not asked for an answer that it knew all the time", 10_000, [], 60_000],
    ["looked at again at the end of its pause", 119_999, [], 1],
    ["in its pause no more", 120_000, ["restart", "job"], 20_000],
  ] as const)("for no shares is %s, %i ms after it was of no use", (_, ms, sent, nextMs) => {
    const fault = { phase: "Fault", why: "no-shares", remedies: 3 } as const;
    const draft = drafted({ ...fault, ofNoUseAt: now - ms });
    probeFault(draft, draft.rig.slots[0] as Slot);
    expect(ofType(draft.effects, "send").map(({ message }) => message.type)).toEqual(sent);
    expect(draft.rig.slots[0]?.until).toBe(now + nextMs);
  });

  it.each([0, 60_000])("has nobody to ask without a link, %i ms after it was of no use", (ms) => {
    const fault = { phase: "Fault", why: "stuck-but-heard", link: null } as const;
    const draft = drafted({ ...fault, ofNoUseAt: now - ms });
    probeFault(draft, draft.rig.slots[0] as Slot);
    expect(draft.effects).toEqual([]);
    expect(draft.rig.slots[0]).toMatchObject({ phase: "Fault", until: now + 60_000, remedies: 0 });
  });

  it("and given up is asked after a pause, to be given jobs again, but not remedied", () => {
    const asked = (ms: number) => {
      const fault = { phase: "Fault", why: "no-shares", remedies: 9 } as const;
      const draft = drafted({ ...fault, ofNoUseAt: now - ms });
      probeFault(draft, draft.rig.slots[0] as Slot);
      return ofType(draft.effects, "send").map(({ message }) => message.type);
    };
    expect([asked(479_999), asked(480_000)]).toEqual([[], ["job"]]);
  });

  it.each([
    ["stuck-but-heard", null, now],
    ["stuck-but-heard", now - 70_000, now - 70_000],
    ["no-shares", now - 70_000, now - 70_000],
  ] as const)("as %s, of no use since %o, pauses from %i on", (why, ofNoUseAt, from) => {
    const draft = drafted({ remedies: 3, ofNoUseAt });
    toFault(draft, draft.rig.slots[0] as Slot, why);
    expect(draft.rig.slots[0]).toMatchObject({ phase: "Fault", why, ofNoUseAt: from });
    const saved = { remedies: 3, ofNoUseForMs: now - from };
    expect(ofType(draft.effects, "save-slot")).toMatchObject([{ memory: saved }]);
  });

  it("again when it was given up is told nobody again, and its pause begins anew", () => {
    const draft = drafted({ remedies: 9, ofNoUseAt: now - 500_000 });
    toFault(draft, draft.rig.slots[0] as Slot, "no-shares");
    expect(reportsOf(draft.effects).map(({ ev }) => ev)).toEqual(["slot.state"]);
    expect(draft.rig.slots[0]).toMatchObject({ phase: "Fault", ofNoUseAt: now });
  });

  it.each([
    [3, 119_999, "Fault"],
    [3, 120_000, "Remediating"],
    [9, 480_000, "Fault"],
    [4, 0, "Remediating"],
  ])("after %i remedies and back for a try %i ms later is %s", (remedies, ms, phase) => {
    const draft = drafted({ remedies, ofNoUseAt: now - ms });
    remedy(draft, draft.rig.slots[0] as Slot, "no-shares");
    expect(draft.rig.slots[0]?.phase).toBe(phase);
    if (phase === "Fault") return;
    expect(draft.rig.slots[0]).toMatchObject({ remedies: remedies + 1, ofNoUseAt: null });
    const saved = { remedies: remedies + 1, ofNoUseForMs: null };
    expect(ofType(draft.effects, "save-slot")).toMatchObject([{ memory: saved }]);
  });

  it("for wrong answers, and wrong again, has nothing new to say: its pause goes on", () => {
    const again = (why: Why) => {
      const task = { jobId: "t1", seat: SELF_TEST_SEAT, link: LINK, until: now + 1 };
      const draft = drafted({ phase: "Fault", why, since: 7, until: 8, epoch: 9, task });
      const answer = { jobId: "t1", epoch: 9, nonce: 1, hashes: 1, elapsedMs: 1 };
      onResult(draft, { type: "result", now, worker: "p1", link: LINK, ...answer });
      return { slot: draft.rig.slots[0], told: reportsOf(draft.effects).map(({ ev }) => ev) };
    };
    expect(again("wrong-answers")).toMatchObject({ slot: { since: 7, until: 8 }, told: [] });
    expect(again("stuck-but-heard")).toMatchObject({
      slot: { why: "wrong-answers", since: now, until: now + 60_000 },
      told: ["slot.state"],
    });
  });
});

describe("the ladder is climbed from the bottom", () => {
  it.each([
    [0, 1],
    [1, 0],
    [2, 5],
  ])("after a share that is right: %i misses and %i remedies are none", (barren, remedies) => {
    const share: Share = {
      id: 7,
      seat: "p1",
      jobId: "p1-1",
      worker: "p1",
      algorithm: "duco-s1",
      poolTarget: "",
      node: "",
      ref: "",
      prefix: "",
      target: "",
      difficulty: 1,
      nonce: 1,
      hashrateHs: 1,
    };
    const seats = state.seats.map((seat): Seat => ({ ...seat, state: "securing", share }));
    const slots = [{ ...ready, barren, remedies, ofNoUseAt: remedies > 0 ? 7 : null }];
    const draft = draftOf({ ...state, seats, slots }, now);
    onShareSecured(draft, { type: "share-secured", now, seat: "p1", share: 7, valid: true });
    expect(draft.rig.slots[0]).toMatchObject({ barren: 0, remedies: 0, ofNoUseAt: null });
    expect(ofType(draft.effects, "submit-share")).toHaveLength(1);
    // A single miss is no reason to write to the card.
    const saved = remedies > 0 ? [{ memory: { barren: 0, remedies: 0, ofNoUseForMs: null } }] : [];
    expect(ofType(draft.effects, "save-slot")).toMatchObject(saved);
  });

  it("after it was off", () => {
    const draft = drafted({ phase: "PoweringOff", line: "off", remedies: 5, ofNoUseAt: 7 });
    const slot = concludeOff(draft, draft.rig.slots[0] as Slot);
    expect(slot).toMatchObject({ remedies: 0, ofNoUseAt: null });
  });
});
