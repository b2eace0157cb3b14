// Power actions on reached states: each intent has one end, each write one answer, and nobody is convicted who was heard.

import { describe, expect, it } from "vitest";
import { draftOf } from "../../controller/core/draft.ts";
import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import { isSilent } from "../../controller/core/evidence.ts";
import { NOTHING_REMEMBERED, type Remembered } from "../../controller/core/memory.ts";
import { isUp, type Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { leftBehind } from "../sim/scene.ts";
import { STARTS, walk } from "./walks.ts";

function ofType<T extends Effect["type"]>(effects: readonly Effect[], type: T): EffectOf<T>[] {
  return effects.filter((effect): effect is EffectOf<T> => effect.type === type);
}

/** The slot as it was before the step. */
function was(before: RigState, { index }: Slot): Slot {
  return before.slots[index] as Slot;
}

/** The disk after this effect was done. */
function written(disk: Remembered, effect: Effect): Remembered {
  const slots = new Map(disk.slots);
  const intents = new Map(disk.intents);
  if (effect.type === "save-slot") slots.set(effect.slot, effect.memory);
  if (effect.type === "write-intent") {
    const { kind, by, why, reason } = effect;
    intents.set(effect.slot, { id: effect.intent, kind, by, why, reason });
  }
  if (effect.type === "close-intent") {
    for (const [id, intent] of intents) if (intent.id === effect.intent) intents.delete(id);
  }
  return { ...disk, slots, intents };
}

/** What a controller that starts on this disk knows of the slots. */
function successors(disk: Remembered, { slots, policy }: RigState, now: number): readonly Slot[] {
  const shape = { slots: slots.map(({ id }) => id), hostWorkers: 0 };
  return initialState(shape, policy, disk, now).slots;
}

describe("an intent", () => {
  it("is written when it is opened, ended once when it is not open any more, and never changed in between", () => {
    walk(25, (before, _, { state, effects }) => {
      const closed = ofType(effects, "close-intent").map(({ intent }) => intent);
      const written = ofType(effects, "write-intent");
      expect(new Set(closed).size).toBe(closed.length);
      for (const slot of state.slots) {
        if (slot === was(before, slot)) continue;
        const { intent: old } = was(before, slot);
        const { intent } = slot;
        if (old !== null) expect(closed.includes(old.id)).toBe(intent?.id !== old.id);
        if (old?.id === intent?.id && old !== null) {
          expect(intent).toEqual({ ...old, durable: intent?.durable });
          expect(intent?.durable || !old.durable).toBe(true);
        }
        if (intent === null || intent.id === old?.id) continue;
        expect(intent.durable).toBe(false);
        expect(written.map((effect) => effect.intent)).toContain(intent.id);
      }
      const known = [...before.slots, ...state.slots].map(({ intent }) => intent?.id);
      // One that was opened and superseded in the same step is known by what was written.
      for (const id of closed) {
        expect([...known, ...written.map((effect) => effect.intent)]).toContain(id);
      }
      for (const { slot, intent, kind, by } of written) {
        const open = state.slots.find(({ id }) => id === slot)?.intent;
        if (open?.id === intent) expect([open.kind, open.by]).toEqual([kind, by]);
        else expect(closed).toContain(intent);
      }
    });
  });

  it("is open for the next controller as it was for this one, whichever of its effects was the last to be done", () => {
    let disk: Remembered = NOTHING_REMEMBERED;
    walk(25, (before, { now }, { state, effects }) => {
      if (Object.values(STARTS).includes(before)) disk = leftBehind({ state: before, now });
      for (const effect of effects) {
        disk = written(disk, effect);
        for (const { id, intent } of successors(disk, state, now)) {
          if (intent === null) continue;
          const known = [...before.slots, ...state.slots].filter((slot) => slot.id === id);
          const opened = ofType(effects, "write-intent").map((each) => each.intent);
          expect([...known.map((slot) => slot.intent?.id), ...opened]).toContain(intent.id);
        }
      }
      if (effects.length === 0) return;
      for (const { index, intent } of successors(disk, state, now)) {
        expect(intent?.id).toBe(state.slots[index]?.intent?.id);
      }
    });
  });
});

describe("a write to a line", () => {
  it("is one at a time for each slot, on ticks only, and its answer is taken once", () => {
    walk(25, (before, event, { state, effects }) => {
      for (const { slot: id, action, to, by } of ofType(effects, "power")) {
        const slot = state.slots.find((each) => each.id === id) as Slot;
        expect(event.type).toBe("tick");
        expect(was(before, slot).action).toBeNull();
        expect(slot.action).toBe(action);
        expect(slot.phase).toBe(to === "on" ? "PoweringOn" : "PoweringOff");
        expect(slot.intent?.by).toBe(by);
        expect(slot.line).not.toBe("unknown");
      }
      for (const slot of state.slots) {
        const { action } = was(before, slot);
        if (action === null || slot.action === action) continue;
        // Nothing but its answer ends a write.
        expect(slot.action).toBeNull();
        expect(event).toMatchObject({ action });
      }
    });
  });

  it("is begun in one pass for one start and, by automation, for as many cuts as the lane has places", () => {
    walk(25, (before, event, { state, effects }) => {
      const begun = state.slots.filter(
        (slot) => slot.phase === "PoweringOn" && was(before, slot).phase !== "PoweringOn",
      );
      if (event.type === "tick") expect(begun.length).toBeLessThanOrEqual(1);
      const cuts = ofType(effects, "write-intent").filter(
        ({ by, kind, intent }) =>
          by === "automation" &&
          kind !== "on" &&
          !before.slots.some((slot) => slot.intent?.id === intent),
      );
      expect(cuts.length).toBeLessThanOrEqual(state.policy.laneWidth);
      if (state.pause !== null || state.halted !== null) expect(cuts).toEqual([]);
    });
  });
});

describe("what automation counts against a Zero", () => {
  it("rises by one with each cut that is decided, and falls only with its end or by mercy", () => {
    walk(25, (before, event, { state, effects }) => {
      for (const slot of state.slots) {
        const old = was(before, slot);
        if (slot === old) continue;
        const decided = ofType(effects, "write-intent").some(
          ({ slot: id, by, kind, intent }) =>
            id === slot.id && by === "automation" && kind !== "on" && intent !== old.intent?.id,
        );
        expect(slot.strikes - old.strikes).toBeLessThanOrEqual(decided ? 1 : 0);
        const retried = slot.tries > old.tries;
        if (slot.cuts.length > old.cuts.length) expect(decided || retried).toBe(true);
        expect(slot.fences - old.fences).toBeLessThanOrEqual(1);
        if (slot.fences > old.fences) {
          expect(old.intent?.by).toBe("automation");
          expect([slot.line, slot.usb]).not.toContain("present");
          expect(slot.line).toBe("off");
        }
        if (slot.strikes >= old.strikes || event.type === "operator") continue;
        const closed = ofType(effects, "close-intent").some(
          ({ intent }) => intent === old.intent?.id,
        );
        const well = event.now - old.since >= state.policy.backoffResetMs;
        const released = old.phase === "Quarantined";
        expect(closed || (isUp(old) && well) || released).toBe(true);
      }
    });
  });
});

describe("a tick", () => {
  it("leaves nobody up who is silent, and convicts nobody of silence who was heard", () => {
    walk(25, (before, event, { state }) => {
      if (event.type !== "tick") return;
      const draft = draftOf(state, event.now);
      for (const slot of state.slots) {
        const silent = isSilent(draft, slot);
        expect(silent && isUp(slot)).toBe(false);
        const fresh = slot.phase === "Suspect" && was(before, slot).phase !== "Suspect";
        if (fresh && slot.why !== "no-progress") expect(silent).toBe(true);
        // Our own standstill makes no silent Zero a loud one.
        if (slot.phase !== "Remediating" || slot.stage !== "power-cycle") continue;
        expect(event.now - slot.heardAt).toBeGreaterThanOrEqual(state.policy.livenessMs);
      }
    });
  });

  it("after a standstill ends no deadline but a person's", () => {
    walk(25, (before, event, { state }) => {
      if (event.type !== "tick") return;
      if (event.now - before.lastTickAt < state.policy.pauseGuardMs) return;
      for (const slot of state.slots) {
        const { phase } = slot;
        if (phase === was(before, slot).phase) continue;
        expect(["Suspect", "Remediating", "Fault", "Quarantined"]).not.toContain(phase);
        if (phase === "PoweringOff") expect(slot.intent?.by).not.toBe("automation");
      }
    });
  });
});
