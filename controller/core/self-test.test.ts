// The known answer: what is asked of a Zero on a new link, checked with the reference kernel.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { referenceKernel } from "../../zero-agent/kernels/reference.ts";
import type { DucoS1JobMessage } from "../../zero-agent/protocol/messages.ts";
import { draftOf } from "./draft.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Link, Slot } from "./slot.ts";
import { beginSelfTest } from "./work.ts";

/** The questions that were sent, and when. */
function askings(world: World): { readonly now: number; readonly message: DucoS1JobMessage }[] {
  return world.effects.flatMap((effect) => {
    if (effect.type !== "send" || effect.message.type !== "job") return [];
    const { message } = effect;
    return message.algorithm === "duco-s1" ? [{ now: effect.now, message }] : [];
  });
}

/** A Zero that is linked and answers no question. */
function stuck(): World {
  const world = new World({ zeros: 1 });
  world.zero("p1").stuckWorker = true;
  world.until(() => world.slot("p1").link !== null, "linked");
  return world;
}

describe("the known answer", () => {
  const job = askings(stuck())[0]?.message;

  it("is this, which no release may change without looking at the answer", () => {
    expect(SELF_TEST).toEqual({
      prefix: "0f7e1e74cae89e0309a8a374f3f6aa1b89fe8207",
      target: "62f7d44a9422bd2496c76eabe5059a90c72514c3",
      from: 95_000,
      to: 105_000,
      nonce: 100_003,
    });
    // A word that no seat can have.
    expect(SELF_TEST_SEAT).toBe("self-test");
  });

  it("is asked for as it is, and is right", () => {
    const { prefix, target, from, to, nonce } = SELF_TEST;
    expect(job).toMatchObject({ prefix, target, from, to, algorithm: "duco-s1" });
    const asked = { ...SELF_TEST, algorithm: "duco-s1" } as const;
    expect(referenceKernel.search(asked, nonce, nonce, 1)).toMatchObject({ nonce });
  });

  it("is the only solution in the range that is asked for, beyond the rollover to six digits", () => {
    expect(job).toMatchObject({ from: 95_000, to: 105_000, algorithm: "duco-s1" });
    if (job === undefined) throw new Error("nothing was asked");
    const all = job.to - job.from + 1;
    const first = referenceKernel.search(job, job.from, job.to, all);
    expect(first.nonce).toBe(SELF_TEST.nonce);
    expect(first.nonce).toBeGreaterThan(100_000);
    // A word that no seat can have.
    expect(SELF_TEST_SEAT).toBe("self-test");
    expect(referenceKernel.search(job, first.next, job.to, all).nonce).toBeNull();
  });

  it("has half a minute, belongs to no seat, and its time counts as progress", () => {
    const world = stuck();
    const [asking] = askings(world);
    const { task, epoch, progressAt, link } = world.slot("p1");
    expect(asking?.message).toMatchObject({ budgetMs: 30_000, epoch });
    expect(progressAt).toBe(asking?.now);
    expect(task).toEqual({
      jobId: asking?.message.id,
      seat: SELF_TEST_SEAT,
      link: link?.id,
      until: progressAt + 30_000,
    });
  });
});

it("asking for the known answer is work that is begun: its clock runs from then", () => {
  const { state, now } = mining({ zeros: 1 });
  const [slot] = state.slots as [Slot];
  const draft = draftOf({ ...state, slots: [{ ...slot, progressAt: 0 }] }, now);
  const asked = beginSelfTest(draft, draft.rig.slots[0] as Slot, slot.link as Link);
  expect(asked).toMatchObject({
    progressAt: now,
    link: { tested: false, askedAt: now },
    task: { seat: SELF_TEST_SEAT, link: slot.link?.id, until: now + 30_000 },
  });
});

describe("a Zero that does not give it", () => {
  it("is asked again when its half a minute is over", () => {
    const world = stuck();
    const [first] = askings(world);
    world.run(40_000);
    const [, second, third] = askings(world);
    const pauseMs = (second?.now ?? 0) - (first?.now ?? 0);
    expect(pauseMs).toBeGreaterThanOrEqual(30_000);
    expect(pauseMs).toBeLessThanOrEqual(31_000);
    expect(third).toBeUndefined();
    expect(world.slot("p1").link).toMatchObject({ tested: false, askedAt: second?.now });
  });

  it("is asked again five seconds after the question that it refused", () => {
    const world = stuck();
    const { task, epoch, link } = world.slot("p1");
    const refused = { worker: "p1", link: link?.id ?? 0, jobId: task?.jobId ?? "", epoch };
    world.post({ type: "nack", ...refused });
    expect(world.slot("p1").task).toBeNull();
    world.run(20_000);
    const [first, second, third] = askings(world);
    expect((second?.now ?? 0) - (first?.now ?? 0)).toBeGreaterThanOrEqual(5000);
    expect((second?.now ?? 0) - (first?.now ?? 0)).toBeLessThanOrEqual(6000);
    expect(third).toBeUndefined();
  });
});
