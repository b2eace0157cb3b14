// What a link and its frames do to a slot, in each phase.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining } from "../../test/sim/scene.ts";
import { helloOf } from "../../test/sim/sim-link.ts";
import { draftOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { judgeVitals, onBeat, onHeard, onLinkDown, onLinkUp } from "./observe-link.ts";
import { onResult } from "./observe-work.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Intent, Link, Phase, Slot, Vitals } from "./slot.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];
const LINK: Link = { ...(ready.link as Link), id: 5, bootId: "boot-1", tested: true, askedAt: 0 };
const VITALS: Vitals = { at: 0, hashes: 1000, tempC: 40, throttled: 0, uptimeMs: 9 };
const CYCLE: Intent = {
  id: 3,
  kind: "cycle",
  by: "automation",
  why: "x",
  reason: "",
  durable: false,
};
const plain: Slot = {
  ...ready,
  link: LINK,
  bootId: "boot-1",
  vitals: VITALS,
  task: null,
  heardAt: 0,
  progressAt: 0,
  until: Number.POSITIVE_INFINITY,
};

/** Does something to a slot like this, alone in its rig. */
function done(changes: Partial<Slot>, what: (draft: ReturnType<typeof draftOf>) => void) {
  const slot = { ...plain, ...changes };
  const draft = draftOf({ ...state, slots: [slot] }, now);
  what(draft);
  return { before: slot, slot: draft.rig.slots[0] as Slot, effects: draft.effects };
}

function linkUp(changes: Partial<Slot>, bootId = "boot-2", rates: readonly number[] = [7, 9, 8]) {
  const kernels = rates.map((hashrateHs) => ({
    name: `k${hashrateHs}`,
    algorithm: "duco-s1" as const,
    hashrateHs,
  }));
  const hello = { ...helloOf(bootId), kernels };
  return done(changes, (draft) =>
    onLinkUp(draft, { type: "link-up", now, slot: "p1", link: 6, hello }),
  );
}

describe("a link that comes up", () => {
  it("replaces the one before, starts all clocks anew, and is tested before there is work", () => {
    const task = { jobId: "p1-1", seat: "p1", link: 5, until: now };
    const { slot, before, effects } = linkUp({ slowResults: 2, unanswered: 2, rateHs: 0, task });
    expect(slot.link).toEqual({
      id: 6,
      bootId: "boot-2",
      model: helloOf("").model,
      agentVersion: helloOf("").agentVersion,
      kernel: "k9",
      nominalHs: 9,
      hasKernel: true,
      tested: false,
      askedAt: now,
    });
    expect(slot).toMatchObject({
      phase: "Booting",
      why: "linked",
      until: now + 90_000,
      bootId: "boot-2",
      rateHs: 9,
      heardAt: now,
      progressAt: now,
      vitals: null,
      slowResults: 0,
      unanswered: 0,
      epoch: before.epoch + 1,
      task: { seat: SELF_TEST_SEAT, link: 6 },
    });
    expect(ofType(effects, "close-link")).toMatchObject([{ link: 5, why: "newer link" }]);
    expect(reportsOf(effects)[0]).toEqual({
      level: "info",
      ev: "link.up",
      slot: "p1",
      why: "new-boot",
      detail: { agentVersion: "0.0.0-test", model: "Raspberry Pi Zero W" },
    });
  });

  it("takes the rate of the algorithm that there is work for", () => {
    const kernels = [
      { name: "k", algorithm: "duco-s1" as const, hashrateHs: 5 },
      { name: "k", algorithm: "sha256d", hashrateHs: 6 },
    ] as const;
    const hello = { ...helloOf("boot-2"), kernels: [...kernels] };
    const { slot } = done({ rateHs: 0 }, (draft) =>
      onLinkUp(draft, { type: "link-up", now, slot: "p1", link: 6, hello }),
    );
    expect(slot).toMatchObject({ rateHs: 5, link: { kernel: "k", nominalHs: 5 } });
  });

  it("keeps the rate that was measured, and without kernels has none", () => {
    expect(linkUp({ rateHs: 5 }).slot.rateHs).toBe(5);
    expect(linkUp({ rateHs: 0 }, "boot-2", []).slot).toMatchObject({
      rateHs: 0,
      link: { kernel: null, nominalHs: 0 },
    });
  });

  it("keeps the rate that its agent told from a lucky first share", () => {
    const { slot } = linkUp({ rateHs: 0, rateWeightMs: 0 }, "boot-2", [1000]);
    const task = { jobId: "p1-1", seat: "p1", link: 6, until: now + 1e6 };
    const at = { now, worker: "p1", link: 6, jobId: "p1-1", epoch: slot.epoch, nonce: null };
    const lucky = done({ ...slot, task }, (draft) =>
      onResult(draft, { type: "result", ...at, hashes: 10_000, elapsedMs: 1000 }),
    );
    // Five seconds at 1000, and one at 10,000.
    expect(lucky.slot.rateHs).toBe(2500);
  });

  it("of the same boot keeps its vitals, counts no boot, and stays as it was", () => {
    const { slot, before, effects } = linkUp({ phase: "Degraded" }, "boot-1");
    expect(slot).toMatchObject({ phase: "Degraded", vitals: VITALS, boots: before.boots });
    expect(slot.task?.seat).toBe(SELF_TEST_SEAT);
    expect(reportsOf(effects)).toMatchObject([{ ev: "link.up", why: "same-boot" }]);
  });

  const boots: [string, Partial<Slot>, string, boolean, number][] = [
    // what is known, boot id then, adopted, boots more
    [
      "the first boot that is seen of a Zero that was on",
      { bootId: null, bootPending: false },
      "a",
      true,
      0,
    ],
    ["the first boot after our own power-on", { bootId: null, bootPending: true }, "a", false, 1],
    ["another boot of an adopted Zero", { bootId: "b", adopted: true }, "a", false, 1],
    ["the same boot of an adopted Zero", { bootId: "a", adopted: true }, "a", true, 0],
    ["the same boot of our own", { bootId: "a", adopted: false }, "a", false, 0],
  ];
  it.each(boots)("with %s", (_, changes, bootId, adopted, more) => {
    const { slot, before } = linkUp(changes, bootId);
    expect(slot.adopted).toBe(adopted);
    expect(slot.boots).toBe(before.boots + more);
  });

  it.each(["up", "down"])("that goes %s takes a job back without blame", (way) => {
    const job = {
      id: "p1-1",
      algorithm: "duco-s1" as const,
      poolTarget: "",
      node: "",
      ref: "",
      prefix: "",
      target: "",
      difficulty: 1,
      to: 9,
      receivedAt: 0,
      worker: "p1",
      tried: [],
      missed: [],
    };
    const seats = state.seats.map((seat) => ({
      ...seat,
      state: "working" as const,
      share: null,
      job,
    }));
    const task = { jobId: "p1-1", seat: "p1", link: 5, until: now };
    const draft = draftOf({ ...state, seats, slots: [{ ...plain, task }] }, now);
    const common = { now, slot: "p1" } as const;
    if (way === "up") onLinkUp(draft, { ...common, type: "link-up", link: 6, hello: helloOf("b") });
    else onLinkDown(draft, { ...common, type: "link-down", link: 5, detail: "" });
    expect(draft.rig.seats[0]?.job).toMatchObject({ worker: null, tried: [] });
  });

  it("counts as progress also where it changes nothing else", () => {
    expect(linkUp({ phase: "Unknown" }).slot).toMatchObject({ phase: "Unknown", progressAt: now });
  });

  const phases: [Phase, Partial<Slot>, Phase][] = [
    ["Off", {}, "Off"],
    ["Quarantined", {}, "Quarantined"],
    ["Unknown", {}, "Unknown"],
    ["PoweringOn", { stage: "write" }, "PoweringOn"],
    ["PoweringOn", { stage: "settle" }, "Booting"],
    ["Booting", {}, "Booting"],
    ["Ready", {}, "Booting"],
    ["Degraded", {}, "Booting"],
    ["Suspect", { why: "silent" }, "Booting"],
    ["Remediating", { stage: "power-cycle" }, "Booting"],
    ["PoweringOff", { stage: "soft", intent: { ...CYCLE, by: "operator" } }, "PoweringOff"],
    ["PoweringOff", { stage: "cut", intent: { ...CYCLE, by: "operator" } }, "PoweringOff"],
    ["PoweringOff", { stage: "cut", intent: CYCLE, line: "off" }, "PoweringOff"],
    ["PoweringOff", { stage: "cut", intent: CYCLE, action: 9 }, "PoweringOff"],
    ["PoweringOff", { stage: "prove", intent: CYCLE }, "PoweringOff"],
    ["PoweringOff", { stage: "cut", intent: CYCLE }, "Booting"], // taken back
    ["Fault", { intent: null }, "Booting"],
    ["Fault", { intent: CYCLE }, "Booting"], // taken back
    ["Fault", { intent: CYCLE, line: "off" }, "Fault"],
    ["Fault", { intent: { ...CYCLE, by: "operator" } }, "Fault"],
  ];
  it.each(phases)("with a new boot, %s %o, is then %s", (phase, changes, then) => {
    const { slot, effects } = linkUp({ phase, ...changes });
    expect(slot.phase).toBe(then);
    const asked = ofType(effects, "send").some(({ message }) => message.type === "job");
    expect(asked).toBe(then === "Booting" && slot.why === "linked");
  });

  const NEW_GRACE = now + 90_000;
  it.each([
    ["Booting", "usb-seen", NEW_GRACE],
    ["Booting", "linked", now + 7],
    ["Booting", "heard-again", now + 7],
    ["Suspect", "silent", NEW_GRACE],
  ] as const)("gives one that is %s as %s its time until %i", (phase, why, until) => {
    expect(linkUp({ phase, why, until: now + 7 }).slot).toMatchObject({ why: "linked", until });
  });

  it.each(["Off", "Quarantined"] as const)(
    "of a slot that is %s is an error for people",
    (phase) => {
      const { effects } = linkUp({ phase });
      expect(reportsOf(effects)).toMatchObject([
        { ev: "link.up" },
        {
          level: "error",
          ev: "link.while-off",
          slot: "p1",
          detail: { todo: expect.stringContaining("card") },
        },
      ]);
    },
  );
});

describe("a link that ends", () => {
  it("takes the work with it", () => {
    const task = { jobId: "p1-1", seat: "p1", link: 5, until: now };
    const { slot, before, effects } = done({ task }, (draft) =>
      onLinkDown(draft, { type: "link-down", now, slot: "p1", link: 5, detail: "gone" }),
    );
    expect(slot).toMatchObject({ link: null, task: null, epoch: before.epoch + 1, phase: "Ready" });
    expect(reportsOf(effects)).toMatchObject([
      { level: "info", ev: "link.down", slot: "p1", detail: { detail: "gone" } },
    ]);
  });
});

describe("a frame", () => {
  const heard = (changes: Partial<Slot>, link = 5) =>
    done(changes, (draft) => {
      onHeard(draft, "p1", link);
    });

  it("of another link says nothing", () => {
    const { slot, before } = heard({ phase: "Suspect", why: "silent" }, 4);
    expect(slot).toEqual(before);
  });

  const untested = { ...LINK, tested: false };
  const table: [string, Partial<Slot>, Phase, string][] = [
    ["clears a silence", { phase: "Suspect", why: "silent" }, "Ready", "heard-again"],
    [
      "clears a late boot",
      { phase: "Suspect", why: "boot-overdue", link: untested },
      "Booting",
      "heard-again",
    ],
    [
      "clears one that waits for its cut",
      { phase: "Remediating", stage: "power-cycle", why: "power-cycle" },
      "Ready",
      "heard-again",
    ],
    [
      "clears no lack of progress",
      { phase: "Suspect", why: "no-progress" },
      "Suspect",
      "no-progress",
    ],
    [
      "ends no other remedy",
      { phase: "Remediating", stage: "restart-agent", why: "restart-agent" },
      "Remediating",
      "restart-agent",
    ],
    [
      "takes back a cut that is not written",
      { phase: "PoweringOff", stage: "cut", why: "power-cycle", intent: CYCLE },
      "Ready",
      "heard-again",
    ],
    [
      "takes back a cut that could not be proved",
      { phase: "Fault", why: "cut-not-proved", intent: CYCLE },
      "Ready",
      "heard-again",
    ],
    [
      "leaves a fault without a cut",
      { phase: "Fault", why: "wrong-answers", intent: null },
      "Fault",
      "wrong-answers",
    ],
    [
      "leaves a cut by an operator",
      { phase: "PoweringOff", stage: "cut", why: "operator", intent: { ...CYCLE, by: "operator" } },
      "PoweringOff",
      "operator",
    ],
    [
      "leaves a cut under way",
      { phase: "PoweringOff", stage: "cut", why: "power-cycle", intent: CYCLE, action: 9 },
      "PoweringOff",
      "power-cycle",
    ],
    [
      "leaves a cut that reads off",
      { phase: "PoweringOff", stage: "cut", why: "power-cycle", intent: CYCLE, line: "off" },
      "PoweringOff",
      "power-cycle",
    ],
    [
      "leaves the open cycle of one that boots",
      { phase: "Booting", stage: null, why: "usb-seen", intent: CYCLE },
      "Booting",
      "usb-seen",
    ],
  ];
  it.each(table)("%s", (_, changes, phase, why) => {
    const { slot } = heard(changes);
    expect(slot).toMatchObject({ phase, why, heardAt: now });
  });

  it("that takes a cut back lets it not count, and closes and saves it", () => {
    const { slot, effects } = heard({
      phase: "PoweringOff",
      stage: "cut",
      intent: CYCLE,
      cuts: [1, 2, 3],
      strikes: 3,
      slowResults: 2,
    });
    expect(slot).toMatchObject({ cuts: [1, 2], strikes: 2, intent: null, slowResults: 0 });
    expect(ofType(effects, "close-intent")).toEqual([
      { type: "close-intent", intent: 3, outcome: "heard-again" },
    ]);
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { strikes: 2 } }]);
    expect(heard({ phase: "Fault", intent: CYCLE, cuts: [], strikes: 0 }).slot.strikes).toBe(0);
  });

  it("of one that never passed its test gives it a boot grace", () => {
    const { slot } = heard({ phase: "Suspect", why: "silent", link: untested });
    expect(slot.until).toBe(now + 90_000);
  });
});

function beatIn(changes: Partial<Slot>, beat: Partial<EventOf<"beat">["beat"]>, link = 5) {
  return done(changes, (draft) =>
    onBeat(draft, {
      type: "beat",
      now,
      slot: "p1",
      link,
      beat: {
        type: "beat",
        seq: 1,
        hashes: 1500,
        jobId: null,
        tempC: 50,
        throttled: 0,
        load: 1,
        memoryFreeBytes: 1,
        uptimeMs: 77,
        ...beat,
      },
    }),
  );
}

describe("a beat", () => {
  it("is kept, counts hashes and progress", () => {
    const { slot, before } = beatIn({ unanswered: 2 }, {});
    expect(slot.vitals).toEqual({ at: now, hashes: 1500, tempC: 50, throttled: 0, uptimeMs: 77 });
    expect(slot).toMatchObject({
      hashes: before.hashes + 500,
      progressAt: now,
      unanswered: 0,
      heardAt: now,
    });
  });

  it("with one hash is progress", () => {
    expect(beatIn({ unanswered: 2 }, { hashes: 1001 }).slot).toMatchObject({
      progressAt: now,
      unanswered: 0,
    });
  });

  it("without a hash is a sign of life and none of progress", () => {
    const { slot, before } = beatIn({ unanswered: 2 }, { hashes: 1000 });
    expect(slot).toMatchObject({
      hashes: before.hashes,
      progressAt: 0,
      unanswered: 2,
      heardAt: now,
    });
  });

  const counts: [string, Partial<Slot>, number, number][] = [
    ["of an agent that began anew", {}, 300, 300],
    ["that is the first of a boot of ours", { vitals: null, adopted: false }, 300, 300],
    ["that is the first of an adopted boot", { vitals: null, adopted: true }, 300, 0],
    ["that is a later one of an adopted boot", { adopted: true }, 1001, 1],
  ];
  it.each(counts)("%s counts %o with %i as %i", (_, changes, hashes, counted) => {
    const { slot, before } = beatIn(changes, { hashes });
    expect(slot.hashes - before.hashes).toBe(counted);
  });

  const stuck: [Partial<Slot>, number, Phase, string][] = [
    [{ phase: "Suspect", why: "no-progress" }, 1500, "Ready", "recovered"],
    [{ phase: "Suspect", why: "no-progress" }, 1000, "Suspect", "no-progress"],
    [
      { phase: "Remediating", stage: "restart-worker", why: "restart-worker" },
      1500,
      "Ready",
      "recovered",
    ],
    [
      {
        phase: "Remediating",
        stage: "restart-worker",
        why: "restart-worker",
        link: { ...LINK, tested: false },
      },
      1500,
      "Booting",
      "heard-again",
    ],
    // Its hashes rise, as they did all the time: what it must show is a share.
    [
      { phase: "Remediating", stage: "restart-worker", why: "restart-worker", barren: 4 },
      1500,
      "Remediating",
      "restart-worker",
    ],
    [
      { phase: "Remediating", stage: "restart-worker", why: "restart-worker", barren: 3 },
      1500,
      "Ready",
      "recovered",
    ],
  ];
  it.each(stuck)(
    "of one that was stuck, %o, with %i hashes: %s %s",
    (changes, hashes, phase, why) => {
      expect(beatIn(changes, { hashes }).slot).toMatchObject({ phase, why });
    },
  );

  it("of another link says nothing", () => {
    const { slot, before } = beatIn({}, {}, 4);
    expect(slot).toEqual(before);
  });
});

describe("a Zero that works", () => {
  const judged = (changes: Partial<Slot>) =>
    done(changes, (draft) => {
      judgeVitals(draft, draft.rig.slots[0] as Slot);
    }).slot;
  const throttledBy = (throttled: number | null) => ({ vitals: { ...VITALS, throttled } });

  const ill: [Partial<Slot>, string][] = [
    [{ heat: 1 }, "hot"],
    [throttledBy(0b0001), "throttled"],
    [throttledBy(0b0010), "throttled"],
    [throttledBy(0b0100), "throttled"],
    [throttledBy(0b1000), "throttled"],
    [{ slowResults: 3 }, "slow"],
    [{ heat: 1, ...throttledBy(1), slowResults: 3 }, "hot"],
    [{ ...throttledBy(1), slowResults: 3 }, "throttled"],
  ];
  it.each(ill)("is Degraded with %o: %s", (changes, why) => {
    expect(judged({ phase: "Ready", ...changes })).toMatchObject({ phase: "Degraded", why });
    // And stays so.
    expect(judged({ phase: "Degraded", why: "hot", ...changes }).phase).toBe("Degraded");
  });

  it.each([{ slowResults: 2 }, throttledBy(0b10000), throttledBy(null), { vitals: null }])(
    "is Ready with %o",
    (changes) => {
      expect(judged({ phase: "Ready", ...changes }).phase).toBe("Ready");
    },
  );

  it("is Ready again only when it is well and no longer slow", () => {
    expect(judged({ phase: "Degraded", slowResults: 1 }).phase).toBe("Degraded");
    expect(judged({ phase: "Degraded", slowResults: 0 })).toMatchObject({
      phase: "Ready",
      why: "recovered",
    });
  });
});
