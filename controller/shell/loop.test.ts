import { describe, expect, it } from "vitest";
import { helloOf } from "../../test/sim/sim-link.ts";
import type { Effect } from "../core/effect.ts";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../core/policy.ts";
import { SELF_TEST } from "../core/self-test.ts";
import { initialState } from "../core/state.ts";
import type { Clock } from "./clock.ts";
import { Loop } from "./loop.ts";

/** A clock that stands until it is told; timers are only looked at. */
function standingClock() {
  const clock = {
    at: 1000,
    waits: [] as number[],
    now: () => clock.at,
    wall: () => new Date(0),
    after: (ms: number) => {
      clock.waits.push(ms);
      return () => {};
    },
  };
  return clock satisfies Clock;
}

function begin(policy: Partial<Policy> = {}) {
  const clock = standingClock();
  const effects: Effect[] = [];
  const state = initialState(
    { slots: ["p1"], hostWorkers: 0 },
    { ...DEFAULT_POLICY, ...policy },
    NOTHING_REMEMBERED,
    clock.now(),
  );
  const ticks: number[] = [];
  const onTick = () => void ticks.push(clock.at);
  const loop = new Loop(state, clock, (effect) => effects.push(effect), null, onTick);
  return { clock, effects, loop, ticks };
}

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

const LINES_ON = {
  type: "board-read",
  reading: {
    slots: [{ slot: "p1", line: "on", usb: "present", driven: true }],
    underVoltage: null,
  },
} as const;

describe("the loop", () => {
  it("acts on no event within post", async () => {
    const { effects, loop } = begin();
    loop.post(LINES_ON);
    expect(effects).toEqual([]);
    await turn();
    expect(effects.length).toBeGreaterThan(0);
    loop.stop();
  });

  it("tells of turns that judged, not of those that only took something in", async () => {
    const { clock, loop, ticks } = begin();
    await turn();
    expect(ticks).toEqual([1000]);
    for (let beat = 0; beat < 5; beat++) {
      loop.post({ type: "heard", slot: "p1", link: 1 } as never);
      await turn();
    }
    expect(ticks).toEqual([1000]);
    clock.at += 1000;
    loop.post(LINES_ON);
    await turn();
    expect(ticks).toEqual([1000, 2000]);
    loop.stop();
    clock.at += 5000;
    await turn();
    expect(ticks).toEqual([1000, 2000]);
  });

  it("sleeps until the core wants to be woken, a second at most", async () => {
    const { clock, loop } = begin();
    await turn();
    expect(clock.waits.at(-1)).toBeGreaterThan(0);
    expect(clock.waits.at(-1)).toBeLessThanOrEqual(1000);
    loop.stop();
  });

  it("reads what has arrived before it judges, however late it is", async () => {
    // No pause guard, so that nothing but the order of reading and judging saves the Zero.
    const { clock, loop } = begin({ pauseGuardMs: Number.POSITIVE_INFINITY });
    loop.post(LINES_ON);
    loop.post({ type: "link-up", slot: "p1", link: 1, hello: helloOf("boot-1") });
    await turn();
    const { task, epoch } = loop.state.slots[0] ?? {};
    loop.post({
      type: "result",
      worker: "p1",
      link: 1,
      jobId: task?.jobId ?? "",
      epoch: epoch ?? 0,
      nonce: SELF_TEST.nonce,
      hashes: 5000,
      elapsedMs: 20,
    });
    await turn();
    expect(loop.state.slots[0]?.phase).toBe("Ready");
    clock.at += 60_000;
    loop.post({ type: "link-server-proved" });
    loop.post({ type: "heard", slot: "p1", link: 1 });
    await turn();
    expect(loop.state.slots[0]?.phase).toBe("Ready");
    clock.at += 60_000;
    loop.post({ type: "link-server-proved" });
    await turn();
    expect(loop.state.slots[0]?.phase).toBe("Suspect");
    loop.stop();
  });

  it("lets no stream of frames put off its tick", async () => {
    const { clock, loop } = begin();
    await turn();
    const since = loop.state.lastTickAt;
    for (let frame = 0; frame < 10; frame++) {
      clock.at += 400;
      loop.post({ type: "heard", slot: "p1", link: 1 });
      await turn();
    }
    expect(loop.state.lastTickAt - since).toBeGreaterThan(2000);
    loop.stop();
  });

  it("drops signs of life, and nothing else, when its inbox is full", async () => {
    const { loop } = begin();
    for (let index = 0; index < 5000; index++) loop.post({ type: "heard", slot: "p1", link: 1 });
    loop.post(LINES_ON);
    expect(loop.dropped).toBe(5000 - 4096);
    await turn();
    expect(loop.state.slots[0]?.line).toBe("on");
    loop.stop();
  });

  it("shows each step to its witness before any of it is done", async () => {
    const clock = standingClock();
    const seen: string[] = [];
    const shape = { slots: ["p1"], hostWorkers: 0 } as const;
    const state = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, clock.now());
    const execute = (effect: Effect) => seen.push(`did ${effect.type}`);
    const loop = new Loop(state, clock, execute, (before, event, effects) => {
      seen.push(`${before.slots[0]?.line} ${event.type} ${effects.length}`);
    });
    loop.post(LINES_ON);
    await turn();
    loop.stop();
    const firstDone = seen.findIndex((line) => line.startsWith("did"));
    expect(seen[0]).toMatch(/^unknown board-read [1-9]/);
    expect(firstDone).toBe(1);
    expect(seen.find((line) => line.startsWith("on tick"))).toBeDefined();
  });

  it("takes in nothing after its stop", async () => {
    const { effects, loop } = begin();
    loop.post(LINES_ON);
    loop.stop();
    loop.post(LINES_ON);
    await turn();
    expect(effects).toEqual([]);
  });
});
