import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { isFreshlyRead } from "../../controller/core/evidence.ts";
import { cutHindrance } from "../../controller/core/permit.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { type Step, step } from "../../controller/core/step.ts";
import { view } from "../../controller/core/view.ts";
import { Audit } from "./audit.ts";
import { sequences } from "./events.ts";
import { frozen } from "./frozen.ts";
import { runs } from "./runs.ts";
import { follow, rested, STARTS, starts } from "./walks.ts";

const AGE = String.raw`(never|\d+\.\d s ago|\d+ (min|h) ago)`;
const EVIDENCE = new RegExp(`^heard ${AGE}, line (on|off|unread), USB \\w+, read ${AGE}$`);
const AROUND = { version: "1", board: "a board" };

/** What a step has others do: all but what is told, and what is remembered. */
function deeds({ effects }: Step): readonly Effect[] {
  return effects.filter(({ type }) => type !== "report" && !type.startsWith("save-"));
}

/** What an event gives back without asking for a tick: it has waited, and may wait for the second that the next one takes. */
function hasWaited(rest: RigState, event: Event, effect: Effect): boolean {
  // A job that was overdue while its share was written down, and the share was wrong.
  if (effect.type === "drop-pool") {
    return event.type === "share-secured" && effect.seat === event.seat;
  }
  if (effect.type !== "write-intent" && effect.type !== "power") return false;
  if (effect.by !== "automation") return false;
  if (event.type === "board-read") return !isFreshlyRead(rest, event.now);
  const slot = rest.slots.find(({ id }) => id === effect.slot) as Slot;
  const unproved = cutHindrance(rest, slot, event.now) === "link-server-unproved";
  return event.type === "link-server-proved" && unproved;
}

describe("a step, of any state that can be reached and any event", () => {
  it("does not throw, changes nothing that it was given, and breaks no invariant", () => {
    fc.assert(
      fc.property(starts, sequences, (start, draws) => {
        const audit = new Audit(STARTS[start]);
        follow(start, draws, (before, event) => {
          const after = step(before, frozen(event));
          expect(audit.broken(before, event, after)).toEqual([]);
          frozen(after.state);
          return after;
        });
      }),
      runs(60),
    );
  });

  it("decides the same when it is asked again", () => {
    fc.assert(
      fc.property(starts, sequences, (start, draws) => {
        follow(start, draws, (before, event) => {
          const after = step(before, event);
          expect(step(structuredClone(before), structuredClone(event))).toEqual(after);
          return after;
        });
      }),
      runs(5),
    );
  });

  it("that asks for no tick leaves it nothing to do that was not due before, but what has waited", () => {
    fc.assert(
      fc.property(starts, sequences, (start, draws) => {
        follow(start, draws, (before, event) => {
          const { now, type } = event;
          const rest = rested(before, now);
          const { state, wakeAt } = step(rest, event);
          if (type !== "tick" && wakeAt > now) {
            const done = deeds(step(state, { type: "tick", now }));
            expect(done.filter((effect) => !hasWaited(rest, event, effect))).toEqual([]);
          }
          return step(before, event);
        });
      }),
      runs(40),
    );
  });

  it("leaves a state that can be shown, each slot with its evidence", () => {
    fc.assert(
      fc.property(starts, sequences, (start, draws) => {
        follow(start, draws, (before, event) => {
          const after = step(before, event);
          for (const slot of view(after.state, AROUND, event.now).slots) {
            expect(slot.evidence).toMatch(EVIDENCE);
            expect(slot.next ?? "").not.toMatch(/NaN|Infinity|undefined|null/);
            expect(slot.for_ms).toBeGreaterThanOrEqual(0);
          }
          return after;
        });
      }),
      runs(20),
    );
  });
});
