// What a person says, and how it ends: never unsaid, never forgotten, and by no more slots than were named.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftOf } from "../../controller/core/draft.ts";
import type { Effect } from "../../controller/core/effect.ts";
import type { EventOf, OperatorVerb } from "../../controller/core/event.ts";
import { judgeHolds } from "../../controller/core/hold.ts";
import { onOperator } from "../../controller/core/operator.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";
import { walk } from "./walks.ts";

const VERBS = ["on", "off", "cycle", "release", "uncordon", "cordon", "drain", "maintenance"];
const HOLDS: readonly string[] = VERBS.slice(4);

const asks: fc.Arbitrary<EventOf<"operator">> = fc.record({
  type: fc.constant("operator" as const),
  verb: fc.constantFrom(...(VERBS as OperatorVerb[])),
  slots: fc.uniqueArray(fc.constantFrom("p1" as const, "p2" as const, "p7" as const)),
  reason: fc.constantFrom("", "fan"),
  hard: fc.boolean(),
  forMs: fc.constantFrom(null, 0, 5000),
  now: fc.constant(NOW),
});

function saidOf(effects: readonly Effect[], id: string): readonly string[] {
  return effects.flatMap((effect) =>
    effect.type === "report" && effect.slot === id ? [effect.ev] : [],
  );
}

/** What is remembered of the slot by this step, if anything is written. */
function savedOf(effects: readonly Effect[], id: string) {
  const saved = effects.findLast((effect) => effect.type === "save-slot" && effect.slot === id);
  return saved?.type === "save-slot" ? saved.memory : undefined;
}

describe("an operator's verb", () => {
  it("changes the slots that it names, says and remembers it, and changes no other and no power", () => {
    holds([rigs, asks], (rig, ask) => {
      const draft = draftOf(frozen(rig), NOW);
      onOperator(draft, ask);
      for (const [index, slot] of draft.rig.slots.entries()) {
        const before = rig.slots[index] as Slot;
        if (!ask.slots.includes(slot.id)) {
          expect(slot).toBe(before);
          continue;
        }
        expect(saidOf(draft.effects, slot.id)).toContain(`operator.${ask.verb}`);
        expect(savedOf(draft.effects, slot.id)).toMatchObject({ wanted: slot.wanted });
        // What is under way goes on; the next pass sees what is asked.
        for (const key of ["intent", "action", "line", "usb", "link", "task", "epoch"] as const) {
          expect(slot[key]).toBe(before[key]);
        }
      }
      for (const { type } of draft.effects) expect(["report", "save-slot"]).toContain(type);
      expect({ ...draft.rig, slots: rig.slots }).toEqual(rig);
    });
  });

  it("ends no hold but a foreign hand's, unless it is about holds", () => {
    holds([rigs, asks], (rig, ask) => {
      const draft = draftOf(rig, NOW);
      onOperator(draft, ask);
      for (const [index, { id, hold, wanted }] of draft.rig.slots.entries()) {
        const before = rig.slots[index] as Slot;
        if (!ask.slots.includes(id)) continue;
        if (!HOLDS.includes(ask.verb)) {
          expect(hold).toBe(before.hold?.kind === "foreign" ? null : before.hold);
        } else {
          expect(wanted).toBe(before.wanted);
          expect(hold?.kind ?? "uncordon").toBe(ask.verb);
        }
      }
    });
  });

  it("said twice is what it is said once", () => {
    holds([rigs, asks], (rig, ask) => {
      const draft = draftOf(rig, NOW);
      onOperator(draft, ask);
      const once = structuredClone(draft.rig);
      onOperator(draft, ask);
      // A cycle of what was let out of quarantine by it is an `on` by then.
      if (ask.verb !== "cycle") expect(draft.rig).toEqual(once);
      expect(draft.rig.slots.map(({ hold, wanted, phase }) => [hold, wanted, phase])).toEqual(
        once.slots.map(({ hold, wanted, phase }) => [hold, wanted, phase]),
      );
    });
  });
});

describe("a hold", () => {
  const looks = fc.array(fc.constantFrom(0, 1, 4000, 5000), { minLength: 1, maxLength: 12 });

  it("ends at the first look when its time is over, not before; so do the pause and the override", () => {
    holds([rigs, looks], (given, waits) => {
      let rig = given;
      let now = NOW - 5000;
      for (const wait of waits) {
        now += wait;
        const draft = draftOf(rig, now);
        judgeHolds(draft);
        for (const key of ["pause", "override"] as const) {
          const before = rig[key];
          expect(draft.rig[key]).toBe(before !== null && now < before.until ? before : null);
        }
        for (const [index, slot] of draft.rig.slots.entries()) {
          const before = rig.slots[index] as Slot;
          const { hold, task } = before;
          if (hold === null || (now < hold.until && (hold.kind !== "drain" || task !== null))) {
            expect(slot).toBe(before);
          } else if (hold.kind === "drain") {
            // What was drained stays without work.
            expect(slot.hold).toMatchObject({ kind: "cordon", reason: hold.reason });
            expect(slot.hold?.until).toBe(Number.POSITIVE_INFINITY);
          } else expect(slot).toEqual({ ...before, hold: null });
        }
        rig = draft.rig;
      }
    });
  });

  it("begins and ends only by what is said of that slot, and is remembered as it is; so is what is wanted", () => {
    const SAID = /^(operator\.|hold\.expired|slot\.drain|power\.foreign-change)/;
    walk(60, (before, _, { state, effects }) => {
      for (const [index, slot] of state.slots.entries()) {
        const { hold, wanted, wantedKnown } = before.slots[index] as Slot;
        if (slot.hold !== hold) expect(saidOf(effects, slot.id).join()).toMatch(SAID);
        if (slot.hold === hold && (slot.wanted === wanted || !wantedKnown)) continue;
        expect(savedOf(effects, slot.id)).toMatchObject({
          wanted: slot.wanted,
          hold: slot.hold && { kind: slot.hold.kind, reason: slot.hold.reason },
        });
      }
    });
  });

  it("of the rig, and a ceiling from people or outside, begins and ends only by what is said, and is remembered", () => {
    walk(60, (before, event, { state, effects }) => {
      const said = effects.flatMap((effect) => (effect.type === "report" ? [effect.ev] : []));
      const saved = effects.findLast(({ type }) => type === "save-rig");
      const memory = saved?.type === "save-rig" ? saved.memory : undefined;
      for (const key of ["pause", "override", "halted"] as const) {
        if (state[key] === before[key]) continue;
        expect(said.join()).toMatch(/operator\.|expired|invariant/);
        expect(memory).toBeDefined();
        if (key === "halted") expect(memory?.halted).toBe(state.halted);
        else expect(memory?.[key]?.reason).toBe(state[key]?.reason);
      }
      if (state.external?.watts !== before.external?.watts) {
        expect(said.join()).toMatch(/ceiling\.e/);
        expect(memory).toBeDefined();
        expect(memory?.external?.watts).toBe(state.external?.watts);
      }
      if (event.type !== "tick") return;
      for (const { until } of [state.pause, state.override, state.external].flatMap(
        (x) => x ?? [],
      )) {
        expect(until).toBeGreaterThan(event.now);
      }
    });
  });
});
