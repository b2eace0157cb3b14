// Work: nobody loses a job unsaid, no job is lost, and a result counts once.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftOf, patchSeat, patchSlot } from "../../controller/core/draft.ts";
import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Job, Seat } from "../../controller/core/seat.ts";
import { SELF_TEST_SEAT } from "../../controller/core/self-test.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { step } from "../../controller/core/step.ts";
import { beginSelfTest, orphan, releaseSlot, retest } from "../../controller/core/work.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";
import { walk } from "./walks.ts";

type Sent = EffectOf<"send">;

function sentTo(effects: readonly Effect[], id: string): readonly Sent["message"][] {
  return effects.flatMap((effect) =>
    effect.type === "send" && effect.slot === id ? [effect.message] : [],
  );
}

/** The rig whose first Zero works for the last seat. */
function working(given: RigState): RigState {
  const draft = draftOf(given, NOW);
  const [slot] = given.slots as readonly [Slot];
  const seat = given.seats.at(-1) as Seat;
  const job: Job = {
    id: "j1",
    algorithm: "duco-s1",
    poolTarget: "b",
    node: "",
    ref: "",
    prefix: "a",
    target: "b",
    difficulty: 1,
    to: 100,
    receivedAt: NOW,
    worker: slot.id,
    tried: ["h9"],
    missed: [],
  };
  patchSeat(draft, seat, { state: "working", job });
  patchSlot(draft, slot, { task: { jobId: job.id, seat: seat.id, link: 4, until: NOW + 9 } });
  return frozen(draft.rig);
}

describe("a slot that is released", () => {
  it("is told so over the link that it was asked over, and its job is free for others as it was", () => {
    holds([rigs, fc.boolean()], (given, failed) => {
      const rig = working(given);
      const [slot] = rig.slots as readonly [Slot];
      const draft = draftOf(rig, NOW);
      const { task, epoch } = releaseSlot(draft, slot, failed);
      expect([task, epoch]).toEqual([null, slot.epoch + 1]);
      const message = { type: "cancel", jobId: "j1", epoch: slot.epoch };
      expect(draft.effects).toEqual([{ type: "send", slot: slot.id, link: 4, message }]);
      const before = rig.seats.at(-1) as Seat;
      const tried = failed ? ["h9", slot.id] : ["h9"];
      const job = { ...before.job, worker: null, tried };
      expect(draft.rig.seats.at(-1)).toEqual({ ...before, job });
      for (const seat of rig.seats.slice(0, -1)) expect(draft.rig.seats).toContain(seat);
    });
  });

  it("without work is told nothing, and its epoch is closed all the same", () => {
    holds([rigs], (rig) => {
      const [slot] = rig.slots as readonly [Slot];
      const draft = draftOf(frozen(rig), NOW);
      expect(releaseSlot(draft, slot, true)).toEqual({ ...slot, epoch: slot.epoch + 1 });
      expect(draft.effects).toEqual([]);
      expect(draft.rig.seats).toEqual(rig.seats);
    });
  });

  it("before it was asked is told nothing of it", () => {
    holds([rigs, fc.boolean()], (rig, failed) => {
      const [slot] = rig.slots as readonly [Slot];
      if (slot.link === null) return;
      const draft = draftOf(frozen(rig), NOW);
      const asked = beginSelfTest(draft, slot, slot.link);
      expect(sentTo(draft.effects, slot.id)).toHaveLength(1);
      expect(releaseSlot(draft, asked, failed)).toMatchObject({
        task: null,
        epoch: slot.epoch + 1,
      });
      expect(draft.effects).toEqual([]);
    });
  });

  it("gives no job back that is not the seat's any more", () => {
    holds([rigs, fc.constantFrom("j2", "t1"), fc.constantFrom("h1", "nobody")], (given, id, by) => {
      const rig = working(given);
      const seat = rig.seats.at(-1) as Seat;
      const draft = draftOf(rig, NOW);
      expect(orphan(draft, seat.id, id, by)).toEqual([]);
      expect(orphan(draft, "nobody", "j1", by)).toEqual([]);
      expect(draft.rig.seats).toEqual(rig.seats);
    });
  });
});

describe("the known answer", () => {
  it("is asked for over the link that is there, at the epoch that is open, and takes nobody's word from before", () => {
    holds([rigs], (rig) => {
      const [slot] = rig.slots as readonly [Slot];
      const draft = draftOf(frozen(rig), NOW);
      retest(draft, slot);
      const after = { ...(draft.rig.slots[0] as Slot) };
      if (slot.link === null) {
        expect([after, draft.effects]).toEqual([slot, []]);
        return;
      }
      expect(after.link).toEqual({ ...slot.link, tested: false, askedAt: NOW });
      const [job] = sentTo(draft.effects, slot.id);
      expect(job).toMatchObject({ type: "job", id: after.task?.jobId, epoch: slot.epoch });
      expect(after.task).toMatchObject({ seat: SELF_TEST_SEAT, link: slot.link.id });
      // Asked once more without an answer is no progress.
      const again = beginSelfTest(draft, patchSlot(draft, slot, { progressAt: 1 }), slot.link);
      expect([after.progressAt, again.progressAt]).toEqual([NOW, 1]);
      expect(again.task?.jobId).not.toBe(after.task?.jobId);
    });
  });
});

describe("work", () => {
  it("is taken from no Zero without telling it, unless it has answered", () => {
    walk(25, (before, event, { state, effects }) => {
      for (const [index, slot] of state.slots.entries()) {
        const { task, epoch, id } = before.slots[index] as Slot;
        if (task === null || task.seat === SELF_TEST_SEAT) continue;
        if (slot.task?.jobId === task.jobId) continue;
        const answered = event.type === "result" && event.worker === id;
        const told = sentTo(effects, id).filter(
          (message) => message.type === "cancel" && message.jobId === task.jobId,
        );
        expect(told).toEqual(answered ? [] : [{ type: "cancel", jobId: task.jobId, epoch }]);
      }
    });
  });

  it("of a closed epoch, or of another job, moves no counter and frees nobody", () => {
    holds([rigs, fc.constantFrom(-1, 1), fc.boolean(), fc.nat()], (given, off, stale, nonce) => {
      const rig = working({ ...given, quiescing: true });
      const [slot] = rig.slots as readonly [Slot];
      if (slot.link === null) return;
      const { state, effects } = step(rig, {
        type: "result",
        worker: slot.id,
        link: slot.link.id,
        jobId: stale ? "j1" : "j2",
        epoch: slot.epoch + (stale ? off : 0),
        nonce,
        hashes: 1000,
        elapsedMs: 1000,
        now: NOW,
      });
      const [after] = state.slots as readonly [Slot];
      for (const key of ["task", "epoch", "rateHs", "hashes", "busyAt", "restUntil"] as const) {
        expect(after[key]).toEqual(slot[key]);
      }
      expect([after.progressAt, after.barren]).toEqual([slot.progressAt, slot.barren]);
      // It is a sign of life all the same.
      expect(after.heardAt).toBe(NOW);
      expect(state.seats).toEqual(rig.seats);
      expect(effects.map(({ type }) => type)).not.toContain("secure-share");
    });
  });
});
