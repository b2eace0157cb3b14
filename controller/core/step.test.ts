// The door of the core: which events want a tick, what is saved when, and what happens to an effect that must not be.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining, withSlot } from "../../test/sim/scene.ts";
import type { Event } from "./event.ts";
import type { Slot } from "./slot.ts";
import { step, wantsTick } from "./step.ts";

const world = mining();
const { state, now } = world;

describe("an event", () => {
  const tickless: Event["type"][] = [
    "heard",
    "beat",
    "pool-up",
    "pool-job",
    "pool-verdict",
    "share-secured",
  ];
  it.each(tickless)("%s changes nothing that a tick decides", (type) => {
    expect(wantsTick({ type })).toBe(false);
  });

  const wanting: Event["type"][] = [
    "board-read",
    "board-failed",
    "intent-durable",
    "power-done",
    "power-failed",
    "link-up",
    "link-down",
    "link-server-proved",
    "result",
    "nack",
    "pool-down",
    "operator",
    "pause",
    "resume",
    "quiesce",
  ];
  it.each(wanting)("%s wants a tick after it", (type) => {
    expect(wantsTick({ type })).toBe(true);
  });

  it("that a frame was heard is a sign of life, and needs no pass over the seats", () => {
    const link = state.slots[0]?.link?.id ?? 0;
    const silent = withSlot(state, "p1", { heardAt: 0 });
    const seats = silent.seats.map((seat) => ({
      ...seat,
      state: "idle" as const,
      job: null,
      share: null,
    }));
    const slots = silent.slots.map((slot) => ({ ...slot, task: null }));
    const after = step({ ...silent, seats, slots }, { type: "heard", slot: "p1", link, now });
    expect(after.state.slots[0]?.heardAt).toBe(now);
    expect(after.effects).toEqual([]);
  });

  it("of time passing has silent Zeros asked whether their kernel answers", () => {
    const silent = withSlot({ ...state, lastTickAt: now, resumedAt: 0 }, "p1", {
      phase: "Suspect",
      heardAt: now - 10_000,
      until: now + 1,
    });
    const { effects } = step(silent, { type: "tick", now });
    expect(ofType(effects, "probe")).toEqual([{ type: "probe", slot: "p1" }]);
  });

  it("that the link server was proved is kept", () => {
    const after = step({ ...state, linkServerProvedAt: 0 }, { type: "link-server-proved", now });
    expect(after.state.linkServerProvedAt).toBe(now);
  });
});

describe("what is remembered", () => {
  function saved(event: Event, savedAt: number) {
    const { effects, state: after } = step({ ...state, savedAt, lastTickAt: now }, event);
    const names = ofType(effects, "save-slot").map(({ slot }) => slot);
    return { names, rig: ofType(effects, "save-rig").length, savedAt: after.savedAt };
  }
  const all = ["p1", "p2", "p3", "p4"];

  it("is written down each minute", () => {
    const tick = { type: "tick", now } as const;
    expect(saved(tick, now - 59_999)).toEqual({ names: [], rig: 0, savedAt: now - 59_999 });
    expect(saved(tick, now - 60_000)).toEqual({ names: all, rig: 1, savedAt: now });
  });

  it("is written down when the controller stops", () => {
    expect(saved({ type: "quiesce", now }, now)).toEqual({ names: all, rig: 1, savedAt: now });
  });
});

describe("an effect that breaks an invariant", () => {
  it("is held back, stops automation, and is told with all that is known", () => {
    // A start that waits to be written, although a foreign hand has switched the line on behind our back.
    const broken: Partial<Slot> = {
      phase: "PoweringOff",
      stage: "cut",
      intent: { id: 5, kind: "off", by: "policy", why: "idle", durable: true },
      shed: null,
      asking: null,
      action: null,
      retryAt: 0,
      until: now + 1e6,
      task: null,
    };
    const given = withSlot({ ...state, lastTickAt: now }, "p1", broken);
    const { effects, state: after } = step(given, { type: "tick", now });
    expect(ofType(effects, "power")).toEqual([]);
    expect(after.halted).toMatch(/^13:/);
    const [told] = reportsOf(effects).filter(({ ev }) => ev === "invariant.broken");
    expect(told).toMatchObject({ level: "error", slot: null, why: after.halted });
    expect(JSON.parse(String(told?.detail["effect"]))).toMatchObject({
      type: "power",
      slot: "p1",
      to: "off",
    });
    expect(told?.detail["todo"]).toContain("report this");
  });
});
