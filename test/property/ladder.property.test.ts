// Remedies for a Zero that is heard and does not get on: never by its power line, always with an end, and never for ever.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftOf } from "../../controller/core/draft.ts";
import { judge } from "../../controller/core/judge.ts";
import { BARREN_JOBS, countBarren, isRung, remedy } from "../../controller/core/ladder.ts";
import type { Link, Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { releaseSlot } from "../../controller/core/work.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

const whys = fc.constantFrom("stuck-but-heard" as const, "no-shares" as const);

const LINK: Link = {
  id: 1,
  bootId: "boot",
  model: "zero",
  agentVersion: "1",
  kernel: "plain",
  nominalHs: 1000,
  hasKernel: true,
  tested: true,
  askedAt: NOW,
};

/** The rig whose first Zero is linked. */
function linked(rig: RigState, changes: Partial<Slot>): [RigState, Slot] {
  const [first, ...others] = rig.slots as [Slot, ...Slot[]];
  const slot: Slot = { ...first, link: LINK, ...changes };
  return [{ ...rig, slots: [slot, ...others] }, slot];
}

describe("a remedy", () => {
  it("never touches the power line, and ends on a rung or in a fault, with a deadline to come", () => {
    holds([rigs, whys], (given, why) => {
      const [rig, slot] = linked(given, {});
      const draft = draftOf(rig, NOW);
      remedy(draft, releaseSlot(draft, slot, false), why);
      const [after] = draft.rig.slots as [Slot];
      for (const { type } of draft.effects) expect(type).not.toMatch(/power|intent/);
      const asks = draft.effects.filter(
        (effect) => effect.type === "send" && ["restart", "shutdown"].includes(effect.message.type),
      );
      expect([after.line, after.usb, after.intent]).toEqual([slot.line, slot.usb, slot.intent]);
      expect(after.until).toBeGreaterThan(NOW);
      expect(after.until).toBeLessThan(NOW + 3_600_000);
      const climbs = after.phase === "Remediating";
      expect(asks).toHaveLength(climbs ? 1 : 0);
      expect(after.remedies - slot.remedies).toBe(climbs ? 1 : 0);
      if (climbs) expect(isRung(after.stage)).toBe(true);
      else expect([after.phase, after.why]).toEqual(["Fault", why]);
      // What is remembered is not behind.
      const saved = draft.effects.findLast(({ type }) => type === "save-slot");
      expect(saved?.type === "save-slot" && saved.memory.remedies).toBe(after.remedies);
    });
  });

  it("is not given to a Zero that cannot be asked", () => {
    holds([rigs, whys], (given, why) => {
      const [rig, slot] = linked(given, { link: null });
      const draft = draftOf(rig, NOW);
      remedy(draft, slot, why);
      expect(draft.rig.slots).toEqual(rig.slots);
      expect(draft.effects).toEqual([]);
    });
  });

  it("is given so often only, with pauses that grow to their limit, and a person is told once", () => {
    const cycles = fc.integer({ min: 1, max: 8 });
    holds(
      [rigs, cycles, fc.nat({ max: 500 })],
      (given, quarantineCycles, late) => {
        const policy = { ...given.policy, quarantineCycles };
        let [rig] = linked(
          { ...given, policy },
          {
            phase: "Remediating",
            stage: "restart-worker",
            until: NOW,
            remedies: 1,
            ofNoUseAt: null,
            intent: null,
            action: null,
            hold: null,
            line: "on",
          },
        );
        let now = NOW;
        const rungs: { readonly stage: string; readonly at: number }[] = [];
        let told = 0;
        for (let looks = 0; looks < 200; looks++) {
          const [stuck, ...others] = rig.slots as [Slot, ...Slot[]];
          now = stuck.until + late;
          // It beats, and answers nothing. The others are left out: each tick would judge them too.
          const heard = { ...stuck, heardAt: now, task: null };
          const draft = draftOf({ ...rig, slots: [heard], lastTickAt: now, resumedAt: 0 }, now);
          judge(draft);
          rig = { ...draft.rig, slots: [...draft.rig.slots, ...others] };
          const [after] = rig.slots as [Slot];
          expect(["Remediating", "Fault"]).toContain(after.phase);
          expect(after.until).toBeGreaterThan(now);
          if (after.remedies > stuck.remedies)
            rungs.push({ stage: after.stage as string, at: now });
          for (const effect of draft.effects) {
            expect(effect.type).not.toMatch(/power|intent/);
            if (effect.type === "report" && effect.ev === "slot.given-up") told++;
          }
        }
        // The first was begun already.
        expect(rungs).toHaveLength(3 * quarantineCycles - 1);
        expect(told).toBe(1);
        const begins = rungs.filter(({ stage }) => stage === "restart-worker").map(({ at }) => at);
        const ends = rungs.filter(({ stage }) => stage === "soft-reboot").map(({ at }) => at);
        const waits = begins.map((at, index) => at - (ends[index] as number));
        for (const [index, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual(Math.min(policy.backoffMaxMs, policy.reprobeMs));
          expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 0);
        }
      },
      30,
    );
  });
});

describe("a job that was not solved", () => {
  it("counts once, and costs a remedy at each fourth of a Zero that is up only", () => {
    holds([rigs], (given) => {
      const [rig, slot] = linked(given, {});
      const draft = draftOf(rig, NOW);
      countBarren(draft, slot);
      const [after] = draft.rig.slots as [Slot];
      expect(after.barren).toBe(slot.barren + 1);
      const up = slot.phase === "Ready" || slot.phase === "Degraded";
      if (up && after.barren % BARREN_JOBS === 0) expect(after.phase).toMatch(/Remediating|Fault/);
      else expect(after).toEqual({ ...slot, barren: slot.barren + 1 });
    });
  });
});
