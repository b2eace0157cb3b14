// What the signs say of a silent Zero, and what a kernel that answers changes.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { draftOf } from "./draft.ts";
import { classify, isLinkServerProved, kernelAnswers, onLinkServerProved } from "./evidence.ts";
import { ago, seconds } from "./evidence-text.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

/** Lets the Zero's kernel answer each question, or not, for a while. */
function answering(world: World, yes: boolean, ms: number): void {
  for (let passed = 0; passed < ms; passed += 5000) {
    world.post({ type: "probed", slot: "p1", answers: yes });
    world.run(5000);
  }
}

const NEVER = Number.NEGATIVE_INFINITY;

describe("a link server that answers", () => {
  const { state } = mining();
  const now = 1e6;
  const proved = (rig: Partial<RigState>) => {
    const draft = draftOf({ ...state, startedAt: 0, linkServerBackAt: 7, ...rig }, now);
    onLinkServerProved(draft);
    return draft.rig;
  };

  it.each([
    ["as ever", { linkServerProvedAt: now - 14_999 }, 7],
    ["after a while in which it did not", { linkServerProvedAt: now - 15_000 }, now],
    [
      "for the first time, soon after the start",
      { startedAt: now - 14_999, linkServerProvedAt: NEVER },
      7,
    ],
    ["for the first time, late", { startedAt: now - 15_000, linkServerProvedAt: NEVER }, now],
  ])("%s", (_, rig, linkServerBackAt) => {
    expect(proved(rig)).toMatchObject({ linkServerBackAt, linkServerProvedAt: now });
  });

  it("cuts nobody before the Zeros could dial in anew", () => {
    const world = mining();
    world.serverProved = false;
    for (const zero of world.zeros) world.unlink(zero);
    world.run(300_000);
    world.serverProved = true;
    world.run(24_000);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
    world.until(() => world.powerEffects().some(({ to }) => to === "off"), "a cut, for none did");
  });
});

describe("the class of what is seen", () => {
  const world = mining();
  const { now } = world;
  const silent = { heardAt: now - 20_000 };
  const yes = { yes: true, at: now - 1000 };
  const table: [string, Partial<RigState>, Partial<Slot>, string][] = [
    ["of a Zero that was heard", { hub: "lost" }, { answers: null }, "heard"],
    [
      "of a line that was proved off as the last was heard",
      {},
      { line: "off", heardAt: now - 5, offAt: now - 5 },
      "off",
    ],
    [
      "of a Zero that was heard since its off",
      {},
      { line: "off", heardAt: now - 5, offAt: now - 6 },
      "heard",
    ],
    ["of a line that is off", { hub: "lost" }, { ...silent, line: "off" }, "off"],
    ["of a start", { hub: "lost" }, { ...silent, phase: "PoweringOn" }, "booting"],
    ["of a boot", { hub: "lost" }, { ...silent, phase: "Booting" }, "booting"],
    ["of a hub that is gone", { hub: "lost" }, { ...silent, answers: yes }, "our-side"],
    ["of a board that does not answer", { boardError: "x" }, silent, "our-side"],
    ["of a link server that is not proved", { linkServerProvedAt: 0 }, silent, "our-side"],
    [
      "of a link server that is not proved since the Zero fell silent",
      { linkServerProvedAt: now - 7001, policy: { ...world.policy, livenessMs: 12_000 } },
      { heardAt: now - 13_000 },
      "our-side",
    ],
    [
      "of one that is",
      { linkServerProvedAt: now - 7000, policy: { ...world.policy, livenessMs: 12_000 } },
      { heardAt: now - 13_000, answers: null },
      "zero-dead",
    ],
    ["of a link server that is just back", { linkServerBackAt: now - 19_999 }, silent, "our-side"],
    ["of a storm", { storm: { state: "cooldown", until: now + 1 } }, silent, "our-side"],
    ["of a Zero that nobody asked", {}, { ...silent, answers: null }, "zero-dead"],
    ["of a kernel that is silent", {}, { ...silent, answers: { ...yes, yes: false } }, "zero-dead"],
    [
      "of an answer that is old",
      {},
      { ...silent, answers: { yes: true, at: now - 15_000 } },
      "zero-dead",
    ],
    ["of a kernel without an agent", {}, { ...silent, answers: yes, link: null }, "agent-dead"],
    ["of a kernel whose link says nothing", {}, { ...silent, answers: yes }, "link-dead"],
  ];
  it.each(table)("%s", (_, rig, changes, expected) => {
    const state = { ...world.state, linkServerProvedAt: now, ...rig };
    expect(classify(state, { ...world.slot("p1"), ...changes }, now)).toBe(expected);
  });

  it("rests on a proof of the link server that is fresh", () => {
    expect(isLinkServerProved({ linkServerProvedAt: 0 }, 14_999)).toBe(true);
    expect(isLinkServerProved({ linkServerProvedAt: 0 }, 15_000)).toBe(false);
  });

  it("rests on an answer that is fresh", () => {
    const slot = { ...world.slot("p1"), answers: { yes: true, at: 0 } };
    expect(kernelAnswers(slot, 14_999)).toBe(true);
    expect(kernelAnswers(slot, 15_000)).toBe(false);
  });
});

describe("a silent Zero", () => {
  it("is asked whether its kernel answers, each five seconds; one that is heard is not", () => {
    const world = mining();
    world.post({ type: "pause", reason: "", forMs: null });
    world.zero("p1").hung = true;
    world.run(60_000);
    const asked = world.effects.filter((effect) => effect.type === "probe");
    expect(asked.every(({ slot }) => slot === "p1")).toBe(true);
    expect(asked.length).toBeGreaterThan(5);
    const pauses = asked.slice(1).map(({ now }, index) => now - (asked[index]?.now ?? 0));
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(5000);
  });

  it("whose kernel answers has the agent's grace before it is cut", () => {
    const world = mining();
    world.zero("p1").hung = true;
    const { heardAt } = world.slot("p1");
    answering(world, true, 40_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Remediating", fences: 0 });
    answering(world, true, 10_000);
    const [cut] = world.powerEffects("p1").filter(({ to }) => to === "off");
    expect((cut?.now ?? 0) - heardAt).toBeGreaterThanOrEqual(world.state.policy.agentGraceMs);
    expect(world.slot("p1").fences).toBe(1);
  });

  it.each([
    ["does not answer", false],
    ["was not asked", null],
  ])("whose kernel %s is cut as soon as it always was", (_, answer) => {
    const world = mining();
    world.zero("p1").hung = true;
    const { heardAt } = world.slot("p1");
    if (answer !== null) answering(world, answer, 25_000);
    else world.run(25_000);
    const [cut] = world.powerEffects("p1").filter(({ to }) => to === "off");
    expect((cut?.now ?? 0) - heardAt).toBeLessThan(16_000);
  });

  it("whose agent is started anew at our word has the leave that goes with it, and no longer", () => {
    const world = mining();
    world.post({ type: "agent-restart", slot: "p1", forMs: 70_000 });
    world.post({ type: "agent-restart", slot: "p9", forMs: 70_000 });
    world.zero("p1").hung = true;
    const { now } = world;
    answering(world, true, 65_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Remediating", fences: 0 });
    answering(world, true, 10_000);
    const [cut] = world.powerEffects("p1").filter(({ to }) => to === "off");
    expect((cut?.now ?? 0) - now).toBeGreaterThanOrEqual(70_000);
    expect(world.slot("p1").fences).toBe(1);
  });

  it("that dies while its agent is started anew is cut as soon as it always was", () => {
    const world = mining();
    world.post({ type: "agent-restart", slot: "p1", forMs: 120_000 });
    world.zero("p1").hung = true;
    const { heardAt } = world.slot("p1");
    answering(world, false, 25_000);
    const [cut] = world.powerEffects("p1").filter(({ to }) => to === "off");
    expect((cut?.now ?? 0) - heardAt).toBeLessThan(16_000);
  });

  it("whose agent comes back within its grace is not cut at all", () => {
    const world = mining();
    const zero = world.zero("p1");
    world.unlink(zero);
    answering(world, true, 30_000);
    world.linkUp(zero, zero.bootId);
    world.run(60_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", fences: 0, strikes: 0 });
  });

  it("whose kernel stops to answer is cut when the last answer is old", () => {
    const world = mining();
    world.zero("p1").hung = true;
    answering(world, true, 20_000);
    world.run(25_000);
    expect(world.slot("p1").fences).toBe(1);
    const [cut] = world.powerEffects("p1").filter(({ to }) => to === "off");
    expect(cut?.now).toBeLessThan(world.now);
  });

  it("that there is not is answered for in vain", () => {
    const world = mining({ zeros: 1 });
    world.post({ type: "probed", slot: "p9", answers: true });
    expect(world.slot("p1").answers).toBeNull();
  });
});

describe("words for people", () => {
  it("tell time in seconds, and never a negative one", () => {
    expect(seconds(1249)).toBe("1.2 s");
    expect(seconds(-5)).toBe("0.0 s");
    expect(ago(1000, 3500)).toBe("2.5 s ago");
    expect(ago(Number.NEGATIVE_INFINITY, 5)).toBe("never");
  });
});
