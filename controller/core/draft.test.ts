// The working copy of a step: what it is given stays as it was; what is changed is changed once and for all who look.

import { describe, expect, it } from "vitest";
import { frozen } from "../../test/property/frozen.ts";
import { reportsOf } from "../../test/sim/effects.ts";
import { mining, withSlot } from "../../test/sim/scene.ts";
import {
  draftOf,
  enter,
  ownSeat,
  patchHost,
  patchSeat,
  patchSlot,
  save,
  seatOf,
  slotOf,
  takeId,
} from "./draft.ts";
import { closeIntent } from "./power.ts";
import type { Host, Seat } from "./seat.ts";
import type { Phase, Slot } from "./slot.ts";

const { state, now } = mining({ hostWorkers: 2 });
frozen(state);

describe("a draft", () => {
  it("begins with what it was given, in lists of its own", () => {
    const { rig, effects } = draftOf(state, now);
    expect(rig).toEqual(state);
    expect(effects).toEqual([]);
    expect(rig.slots).not.toBe(state.slots);
    expect(rig.seats).not.toBe(state.seats);
    expect(rig.hosts).not.toBe(state.hosts);
  });

  it("copies an item at its first change, and writes on in that copy", () => {
    const draft = draftOf(state, now);
    for (const index of [0, 1, 3]) {
      const given = state.slots[index] as Slot;
      const first = patchSlot(draft, given, { tries: 7 });
      // Also by the handle from before the first change.
      const second = patchSlot(draft, given, { strikes: 8 });
      expect(second).toBe(first);
      expect(draft.rig.slots[index]).toBe(first);
      expect(first).toEqual({ ...given, tries: 7, strikes: 8 });
    }
    expect(draft.rig.slots[2]).toBe(state.slots[2]);
  });

  it("goes on in the same copy when others were changed meanwhile", () => {
    const draft = draftOf(state, now);
    const first = patchSlot(draft, state.slots[0] as Slot, { tries: 7 });
    patchSlot(draft, state.slots[1] as Slot, { tries: 8 });
    expect(patchSlot(draft, state.slots[0] as Slot, { strikes: 9 })).toBe(first);
    expect(draft.rig.slots[0]).toBe(first);
    const seat = patchSeat(draft, state.seats[0] as Seat, { failures: 7 });
    expect(patchSeat(draft, state.seats[0] as Seat, { retryAt: 8 })).toBe(seat);
    expect(ownSeat(draft, seat)).toBe(seat);
    const host = patchHost(draft, state.hosts[0] as Host, { hashes: 7 });
    expect(patchHost(draft, state.hosts[0] as Host, { epoch: 8 })).toBe(host);
  });

  it("changes slots, seats and hosts of the same number apart", () => {
    const draft = draftOf(state, now);
    patchSlot(draft, state.slots[0] as Slot, { tries: 7 });
    patchSeat(draft, state.seats[0] as Seat, { failures: 7 });
    patchSeat(draft, state.seats[5] as Seat, { failures: 8 });
    patchHost(draft, state.hosts[0] as Host, { hashes: 7 });
    patchHost(draft, state.hosts[1] as Host, { hashes: 8 });
    expect(draft.rig.slots.map(({ tries }) => tries)).toEqual([7, 0, 0, 0]);
    expect(draft.rig.seats.map(({ failures }) => failures)).toEqual([7, 0, 0, 0, 0, 8]);
    expect(draft.rig.hosts.map(({ hashes }) => hashes)).toEqual([7, 8]);
  });

  it("finds what is there by its name, and nothing else", () => {
    const draft = draftOf(state, now);
    expect(slotOf(draft, "p3")?.index).toBe(2);
    expect(slotOf(draft, "h1")).toBeUndefined();
    expect(seatOf(draft, "h1")?.index).toBe(4);
    expect(seatOf(draft, "p9")).toBeUndefined();
  });

  it("gives out each number once", () => {
    const draft = draftOf(state, now);
    expect([takeId(draft), takeId(draft)]).toEqual([state.nextId, state.nextId + 1]);
    expect(draft.rig.nextId).toBe(state.nextId + 2);
  });
});

describe("a slot that enters a phase", () => {
  function entered(phase: Phase, changes: Partial<Slot> = {}) {
    const draft = draftOf(state, now + 500);
    const given = patchSlot(draft, state.slots[0] as Slot, { since: 0, until: 5, stage: "soft" });
    const slot = enter(draft, given, phase, "operator", changes);
    return { slot, reports: reportsOf(draft.effects) };
  }

  const levels: [Phase, string][] = [
    ["Fault", "error"],
    ["Suspect", "warn"],
    ["Remediating", "warn"],
    ["Quarantined", "warn"],
    ["Unknown", "info"],
    ["Off", "info"],
    ["PoweringOn", "info"],
    ["Booting", "info"],
    ["Ready", "info"],
    ["Degraded", "info"],
    ["PoweringOff", "info"],
  ];
  it.each(levels)("%s is told as %s", (phase, level) => {
    const { slot, reports } = entered(phase);
    expect(slot.phase).toBe(phase);
    const detail = { from: "Ready", to: phase };
    expect(reports).toEqual([{ level, ev: "slot.state", slot: "p1", why: "operator", detail }]);
  });

  it("is in it from now on, without deadline and stage if none is named", () => {
    const none = {
      why: "operator",
      since: now + 500,
      until: Number.POSITIVE_INFINITY,
      stage: null,
    };
    expect(entered("Off").slot).toMatchObject(none);
    expect(entered("Off", { until: 9, stage: "cut" }).slot).toMatchObject({
      until: 9,
      stage: "cut",
    });
  });

  it("has its energy counted for the phase that it leaves", () => {
    const { energy } = entered("Off").slot;
    const before = state.slots[0]?.energy;
    expect(energy.at).toBe(now + 500);
    // Mining, 1 W.
    const seconds = (now + 500 - (before?.at ?? 0)) / 1000;
    expect(energy.modelledJ - (before?.modelledJ ?? 0)).toBeCloseTo(seconds, 6);
  });
});

describe("what is remembered of a slot", () => {
  const intent = {
    id: 7,
    kind: "cycle",
    by: "automation",
    why: "x",
    reason: "",
    durable: true,
  } as const;

  it("is written before the end of the intent that the step closes, so that whoever dies between the two has both", () => {
    const draft = draftOf(withSlot(state, "p1", { intent }), now);
    const [slot] = draft.rig.slots as [Slot];
    save(draft, closeIntent(draft, slot, "done"));
    expect(draft.effects.map(({ type }) => type)).toEqual(["save-slot", "close-intent"]);
    expect(draft.effects[0]).toMatchObject({ memory: { openIntent: null } });
  });

  it("is written in its turn beside the end of another's", () => {
    const draft = draftOf(withSlot(state, "p1", { intent }), now);
    const [slot, other] = draft.rig.slots as [Slot, Slot];
    closeIntent(draft, slot, "done");
    save(draft, other);
    expect(draft.effects.map(({ type }) => type)).toEqual(["close-intent", "save-slot"]);
  });
});
