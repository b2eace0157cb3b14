// What holds of each module of the core alone, in any state that can be written down.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootGraceMs } from "../../controller/core/boot.ts";
import { fullBucket, take, tokensAt } from "../../controller/core/bucket.ts";
import { jobLimitMs } from "../../controller/core/candidate.ts";
import { ceilingOf } from "../../controller/core/ceiling.ts";
import { dispatch } from "../../controller/core/dispatch.ts";
import { draftOf } from "../../controller/core/draft.ts";
import { energyUntil } from "../../controller/core/energy.ts";
import { classify } from "../../controller/core/evidence.ts";
import { violation } from "../../controller/core/guard.ts";
import { memoryOf, NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { backoffUntil, cutHindrance, onHindrance } from "../../controller/core/permit.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import type { Job, Seat } from "../../controller/core/seat.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { census } from "../../controller/core/storm.ts";
import { view } from "../../controller/core/view.ts";
import { wakeAt } from "../../controller/core/wake.ts";
import { exceedsCeiling, fitsCeiling, slotWatts } from "../../controller/core/watts.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

describe("the census", () => {
  it("counts each Zero once at most, and asks for more than half of them", () => {
    holds([rigs], (rig) => {
      const { meant, healthy, silent, floor } = census(rig, NOW);
      expect(meant).toBeLessThanOrEqual(rig.slots.length);
      expect(healthy + silent).toBeLessThanOrEqual(meant);
      expect(floor).toBeLessThanOrEqual(meant);
      expect(floor * 2).toBeGreaterThanOrEqual(meant);
    });
  });

  it("does not look at the order of the slots", () => {
    holds([rigs], (rig) => {
      expect(census({ ...rig, slots: rig.slots.toReversed() }, NOW)).toEqual(census(rig, NOW));
    });
  });
});

describe("the ceiling", () => {
  it("is kept by every Zero that fits", () => {
    holds([rigs, fc.nat({ max: 5 })], (rig, index) => {
      const { model } = rig.policy;
      const ceiling = ceilingOf(rig);
      const started = rig.slots[index % rig.slots.length] as Slot;
      const others = rig.slots.filter((slot) => slot !== started);
      if (!fitsCeiling(others, model, ceiling)) return;
      for (const phase of ["PoweringOn", "Booting", "Ready"] as const) {
        const powered = [...others, { ...started, phase }].filter(
          (slot) => slotWatts(slot, model) > 0,
        );
        expect(exceedsCeiling(powered, model, ceiling)).toBe(false);
      }
    });
  });

  it("that is higher shuts out nothing that fitted", () => {
    holds([rigs, fc.nat({ max: 9 })], (rig, more) => {
      const { model } = rig.policy;
      const low = ceilingOf(rig);
      const high = { ...low, watts: low.watts + more };
      if (fitsCeiling(rig.slots, model, low)) {
        expect(fitsCeiling(rig.slots, model, high)).toBe(true);
      }
      if (exceedsCeiling(rig.slots, model, high)) {
        expect(exceedsCeiling(rig.slots, model, low)).toBe(true);
      }
    });
  });
});

describe("the back-off", () => {
  it("doubles with each strike, up to its end, within a fifth more or less", () => {
    holds([rigs], ({ slots: [slot], policy }) => {
      const last = slot?.cuts.at(-1);
      if (slot === undefined || last === undefined || slot.strikes === 0) return;
      const pauseMs = backoffUntil(slot, policy) - last;
      const doubledMs = policy.backoffBaseMs * 2 ** (slot.strikes - 1);
      const plainMs = Math.min(policy.backoffMaxMs, doubledMs);
      expect(pauseMs).toBeGreaterThanOrEqual(0.8 * plainMs);
      expect(pauseMs).toBeLessThanOrEqual(1.2 * plainMs);
    });
  });

  it.each([
    // slot, strikes, seconds
    [0, 1, 27.6],
    [1, 1, 24],
    [2, 1, 32.4],
    [0, 2, 62.4],
    [3, 3, 96],
  ])("of slot %i after %i strikes is %f s from the last cut", (index, strikes, s) => {
    const shape = { slots: ["p1"] as const, hostWorkers: 0 };
    const [slot] = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0).slots as [Slot];
    const until = backoffUntil({ ...slot, index, strikes, cuts: [1, NOW] }, DEFAULT_POLICY);
    expect(until - NOW).toBeCloseTo(s * 1000, 3);
  });

  it("parts the slots of a rig", () => {
    holds([rigs, fc.integer({ min: 1, max: 4 })], ({ slots: [slot], policy }, strikes) => {
      const like = (index: number) => ({ ...(slot as Slot), index, strikes, cuts: [NOW] });
      const pauses = [0, 1, 2, 3].map((index) => backoffUntil(like(index), policy));
      expect(new Set(pauses).size).toBe(4);
    });
  });

  it("is not there without a cut or without a strike", () => {
    holds([rigs], ({ slots: [slot], policy }) => {
      const never = Number.NEGATIVE_INFINITY;
      expect(backoffUntil({ ...(slot as Slot), cuts: [] }, policy)).toBe(never);
      expect(backoffUntil({ ...(slot as Slot), strikes: 0 }, policy)).toBe(never);
    });
  });
});

describe("a permission", () => {
  it("to cut is never given in a storm's first minutes, under a hold, nor while others are between cut and beat", () => {
    holds([rigs], (rig) => {
      const cycling = rig.slots.filter(
        ({ intent, phase }) =>
          phase !== "Fault" && (intent?.kind === "cycle" || intent?.kind === "quarantine"),
      );
      for (const slot of rig.slots) {
        if (cutHindrance(rig, slot, NOW) !== null) continue;
        expect(rig.halted).toBeNull();
        expect(rig.hub).not.toBe("lost");
        expect(slot.hold).toBeNull();
        expect(
          rig.storm.state === "normal" || (rig.storm.state === "storm" && rig.storm.alerted),
        ).toBe(true);
        expect(cycling.length).toBeLessThan(rig.policy.laneWidth);
        expect(NOW).toBeGreaterThanOrEqual(backoffUntil(slot, rig.policy));
        expect(NOW - rig.linkServerProvedAt).toBeLessThan(15_000);
      }
    });
  });

  it("to start is never given within a dwell, beside another start, nor above the ceiling", () => {
    holds([rigs], (rig) => {
      for (const slot of rig.slots) {
        if (onHindrance(rig, slot, NOW) !== null) continue;
        expect(NOW - slot.offAt).toBeGreaterThanOrEqual(rig.policy.offDwellMs);
        expect(NOW - rig.lastOnAt).toBeGreaterThanOrEqual(rig.policy.staggerMs);
        expect(rig.slots.some(({ phase }) => phase === "PoweringOn")).toBe(false);
        const others = rig.slots.filter((other) => other !== slot);
        expect(fitsCeiling(others, rig.policy.model, ceilingOf(rig))).toBe(true);
        expect(slot.hold?.kind).not.toBe("maintenance");
      }
    });
  });
});

describe("the class of what is seen", () => {
  const ZERO_S: readonly string[] = ["agent-dead", "link-dead", "zero-dead"];

  it("blames no Zero while its cut waits for what is our side", () => {
    holds([rigs], (rig) => {
      for (const slot of rig.slots) {
        const hindrance = cutHindrance(rig, slot, NOW);
        if (hindrance !== "hub-lost" && hindrance !== "link-server-unproved") continue;
        expect(ZERO_S).not.toContain(classify(rig, slot, NOW));
      }
    });
  });
});

describe("the next look", () => {
  it("is never in the past, never later than in a second, and passes over no deadline by more than 20 ms", () => {
    holds([rigs], (rig) => {
      const at = wakeAt(rig, NOW);
      expect(at).toBeGreaterThanOrEqual(NOW + 20);
      expect(at).toBeLessThanOrEqual(NOW + 1000);
      for (const { until, retryAt, heardAt } of rig.slots) {
        for (const due of [until, retryAt, heardAt + rig.policy.livenessMs]) {
          if (due > NOW) expect(at).toBeLessThanOrEqual(Math.max(due, NOW + 20));
        }
      }
    });
  });
});

describe("the memory of a slot", () => {
  it("brings back what counts, with ages for times, at whatever time the next controller starts", () => {
    holds([rigs, fc.nat({ max: 1e6 })], ({ slots: [slot], policy }, later) => {
      if (slot === undefined) return;
      const memory = JSON.parse(JSON.stringify(memoryOf(slot, NOW, 7)));
      const remembered = { ...NOTHING_REMEMBERED, slots: new Map([[slot.id, memory]]) };
      const next = initialState({ slots: [slot.id], hostWorkers: 0 }, policy, remembered, later);
      const [back] = next.slots as [Slot];
      const same = [
        "wanted",
        "strikes",
        "barren",
        "remedies",
        "bootMs",
        "hashes",
        "fences",
        "boots",
      ] as const;
      for (const key of same) expect(back[key]).toEqual(slot[key]);
      expect(back.cuts.map((at) => later - at)).toEqual(slot.cuts.map((at) => NOW - at));
      const idle = (at: number | null, now: number) => (at === null ? null : now - at);
      expect(idle(back.ofNoUseAt, later)).toBe(idle(slot.ofNoUseAt, NOW));
      expect(back.hold?.kind).toBe(slot.hold?.kind);
      expect(back.shed?.why).toBe(slot.shed?.why);
      expect(back.epoch).toBeGreaterThan(slot.epoch);
      expect(back.phase === "Quarantined").toBe(slot.phase === "Quarantined");
      if (back.phase === "Quarantined") expect(later - back.since).toBe(NOW - slot.since);
      expect(back.energy.modelledJ + back.energy.measuredJ).toBe(
        slot.energy.modelledJ + slot.energy.measuredJ,
      );
    });
  });
});

describe("the limit of a job", () => {
  it("lies within its bounds, and falls with the rate", () => {
    const rates = fc.double({ min: 0.001, max: 1e9, noNaN: true });
    holds([rigs, fc.integer({ min: 1, max: 1e9 }), rates, rates], ({ policy }, to, one, two) => {
      const job = { to } as Job;
      const [slow, fast] = [Math.min(one, two), Math.max(one, two)];
      const limits = [jobLimitMs(job, fast, policy), jobLimitMs(job, slow, policy)] as const;
      expect(limits[0]).toBeLessThanOrEqual(limits[1]);
      expect(limits[0]).toBeGreaterThanOrEqual(policy.jobLimitMinMs);
      expect(limits[1]).toBeLessThanOrEqual(policy.jobLimitMaxMs);
    });
  });
});

/** The rig with a free job in some of its seats. */
function withJobs(rig: RigState, chosen: readonly number[]): RigState {
  const seats = rig.seats.map((seat): Seat => {
    if (!chosen.includes(seat.index)) return { ...seat, state: "requested" };
    const job: Job = {
      id: `${seat.id}-1`,
      algorithm: "duco-s1",
      poolTarget: "b",
      node: "",
      ref: "",
      prefix: "a",
      target: "b",
      difficulty: 1,
      to: 100,
      receivedAt: NOW,
      worker: null,
      tried: rig.slots.filter(({ strikes }) => strikes % 3 === seat.index).map(({ id }) => id),
      missed: [],
    };
    return { ...seat, state: "working", job };
  });
  return { ...rig, seats };
}

describe("dispatch", () => {
  const chosen = fc.uniqueArray(fc.nat({ max: 7 }));

  it("gives a job to one worker at most, and a worker one job at most, that is up, tested, cool and not held", () => {
    holds([rigs, chosen], (rig, indices) => {
      const before = frozen(withJobs(rig, indices));
      const draft = draftOf(before, NOW);
      dispatch(draft);
      const workers = [...draft.rig.slots, ...draft.rig.hosts];
      const held = workers.flatMap(({ id, task }) => (task ? [`${task.jobId} ${id}`] : []));
      const said = draft.rig.seats.flatMap(({ job }) =>
        job?.worker ? [`${job.id} ${job.worker}`] : [],
      );
      expect(held.sort()).toEqual(said.sort());
      expect(new Set(held.map((text) => text.split(" ")[0])).size).toBe(held.length);
      for (const { task, phase, link, hold, heat } of draft.rig.slots) {
        if (task === null) continue;
        expect(["Ready", "Degraded"]).toContain(phase);
        expect(link?.tested).toBe(true);
        expect(hold === null || hold.kind === "foreign").toBe(true);
        expect(heat).toBeLessThan(2);
      }
    });
  });

  it("leaves no host worker idle while there is a job that it did not fail", () => {
    holds([rigs, chosen], (rig, indices) => {
      const draft = draftOf(withJobs(rig, indices), NOW);
      dispatch(draft);
      for (const { job } of draft.rig.seats) {
        if (job === null || job.worker !== null) continue;
        const idle = draft.rig.hosts.filter(
          ({ id, task }) => task === null && !job.tried.includes(id),
        );
        expect(idle).toEqual([]);
      }
    });
  });
});

describe("the guard", () => {
  it("lets no automatic cut of a Zero through that was heard, and no start that is not off", () => {
    const effects = fc.record({
      type: fc.constant("power" as const),
      slot: fc.constant("p1" as const),
      action: fc.constant(1),
      to: fc.constantFrom("on" as const, "off" as const),
      by: fc.constantFrom("operator" as const, "automation" as const, "policy" as const),
    });
    holds([rigs, effects], (rig, effect) => {
      const [slot] = rig.slots as [Slot];
      if (violation(rig, effect, NOW) !== null) return;
      expect(slot.intent?.durable).toBe(true);
      if (effect.to === "on") {
        expect([slot.line, slot.usb]).not.toContain("present");
        expect(slot.line).toBe("off");
      } else if (effect.by === "automation") {
        expect(NOW - slot.heardAt).toBeGreaterThanOrEqual(rig.policy.livenessMs);
      }
    });
  });
});

describe("a token bucket", () => {
  it("never holds more than a burst, owes no more than one, and gives no more than burst and rate together", () => {
    const pauses = fc.array(fc.nat({ max: 30_000 }), { maxLength: 60 });
    holds(
      [fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 30 }), pauses],
      (burst, perMinute, waits) => {
        let bucket = fullBucket(burst, 0);
        let now = 0;
        let given = 0;
        for (const wait of waits) {
          now += wait;
          const tokens = tokensAt(bucket, burst, perMinute, now);
          expect(tokens).toBeLessThanOrEqual(burst);
          expect(tokens).toBeGreaterThanOrEqual(-burst);
          if (tokens < 1) continue;
          bucket = take(bucket, burst, perMinute, now);
          given++;
        }
        expect(given).toBeLessThanOrEqual(burst + (now / 60_000) * perMinute + 1e-6);
      },
    );
  });
});

describe("energy", () => {
  it("never falls, and is the same in one step as in two", () => {
    holds(
      [rigs, fc.nat({ max: 1e6 }), fc.nat({ max: 1e6 })],
      ({ slots: [given], policy }, one, two) => {
        const slot = { ...(given as Slot), energy: { measuredJ: 1, modelledJ: 2, at: NOW } };
        const half = energyUntil(slot, policy.model, NOW + one);
        const whole = energyUntil({ ...slot, energy: half }, policy.model, NOW + one + two);
        const direct = energyUntil(slot, policy.model, NOW + one + two);
        expect(half.modelledJ).toBeGreaterThanOrEqual(2);
        expect(whole.modelledJ).toBeCloseTo(direct.modelledJ, 6);
        expect(whole.measuredJ).toBeCloseTo(direct.measuredJ, 6);
      },
    );
  });
});

describe("the boot grace", () => {
  it("is never less than what is configured, nor than any boot that was seen", () => {
    holds([rigs], ({ slots: [slot], policy }) => {
      const graceMs = bootGraceMs(slot as Slot, policy.bootGraceMs);
      expect(graceMs).toBeGreaterThanOrEqual(policy.bootGraceMs);
      for (const bootMs of slot?.bootMs ?? []) expect(graceMs).toBeGreaterThanOrEqual(1.5 * bootMs);
    });
  });
});

describe("the view", () => {
  const around = { version: "1", board: "a board" };

  it("shows each slot with its evidence, and sums that are those of its parts", () => {
    holds([rigs], (rig) => {
      const { slots, totals, host, watts, pool } = view(rig, around, NOW);
      expect(slots.map(({ slot }) => slot)).toEqual(rig.slots.map(({ id }) => id));
      const sum = (of: (slot: (typeof slots)[number]) => number) =>
        slots.reduce((total, slot) => total + of(slot), 0);
      expect(totals.accepted).toBe(sum((slot) => slot.accepted) + host.accepted);
      expect(totals.hashes).toBe(sum((slot) => slot.hashes) + host.hashes);
      expect(totals.fences).toBe(sum((slot) => slot.fences));
      expect(watts).toBeCloseTo(
        sum((slot) => slot.watts),
        1,
      );
      expect(pool.connected).toBeLessThanOrEqual(rig.seats.length);
      for (const { evidence } of slots)
        expect(evidence).toMatch(/^heard .+, line .+, USB .+, read .+$/);
    });
  });
});
