// The look at the balance as it runs: how often, over failures, over a restart, and with a clock that is not set.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BalanceLane, type BalanceParts } from "./balance-lane.ts";
import { handClock } from "./hand-clock.ts";
import { Store } from "./store.ts";

const MINUTE = 60_000;
const blocked = { ok: false, code: "blocked", detail: "HTTP 429" } as const;

function setUp(parts: Partial<BalanceParts> = {}, clock = handClock()) {
  const asked: number[] = [];
  const notes: unknown[] = [];
  let duco = 100;
  const lane = new BalanceLane({
    pollMs: MINUTE,
    clock,
    isClockSet: () => true,
    joules: () => clock.now() * 0.0036,
    recall: () => [],
    keep: () => {},
    note: (ev, detail) => notes.push([ev, detail]),
    ...parts,
    ...{
      ask: () => {
        asked.push(clock.now());
        duco += 0.004;
        return parts.ask?.() ?? Promise.resolve({ ok: true, duco });
      },
    },
  });
  lane.start();
  return { lane, clock, asked, notes };
}

test("polls as often as it is told, and no more after a stop", async () => {
  const { lane, clock, asked } = setUp();
  expect(lane.status()).toMatchObject({ duco: null, age_ms: null, error: null });
  await clock.pass(3 * MINUTE + 1000);
  expect(asked).toEqual([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
  expect(lane.status()).toMatchObject({
    duco: expect.closeTo(100.016),
    age_ms: 1000,
    last_interval: { duco: expect.closeTo(0.004), over_ms: MINUTE },
  });
  lane.stop();
  await clock.pass(10 * MINUTE);
  expect(asked).toHaveLength(4);
});

test("asks seldomer the longer it fails, says so once, and keeps its last figures", async () => {
  let fails = false;
  const { lane, clock, asked, notes } = setUp({
    ask: () => Promise.resolve(fails ? blocked : { ok: true, duco: 5 }),
  });
  await clock.pass(MINUTE);
  fails = true;
  await clock.pass(120 * MINUTE);
  const pauses = asked.slice(1).map((at, index) => (at - (asked[index] as number)) / MINUTE);
  expect(pauses).toEqual([1, 1, 2, 4, 8, 16, 30, 30]);
  expect(notes).toEqual([["balance.failed", { error: "blocked: HTTP 429" }]]);
  expect(lane.status()).toMatchObject({ duco: 5, error: "blocked: HTTP 429" });
  fails = false;
  await clock.pass(30 * MINUTE);
  expect(lane.status().error).toBeNull();
});

test("goes on over a restart with what the store kept", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zr-balance-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const clock = handClock();
  const store = new Store(dir, () => clock.wall());
  onTestFinished(() => store.close());
  const kept: Partial<BalanceParts> = {
    recall: (sinceMs) => store.readBalances(sinceMs),
    keep: (sample) => store.writeBalance(sample),
  };
  const first = setUp(kept, clock);
  await clock.pass(60 * MINUTE);
  first.lane.stop();
  const second = setUp({ ...kept, ask: () => Promise.resolve({ ok: true, duco: 100.3 }) }, clock);
  await clock.pass(MINUTE);
  const { last_hour, duco_per_day, duco_per_kwh } = second.lane.status();
  expect(last_hour).toEqual({ duco: expect.closeTo(0.292, 2), over_ms: 60 * MINUTE });
  expect(duco_per_day).toBeGreaterThan(5);
  expect(duco_per_kwh).toBeGreaterThan(50);
  store.thin();
  expect(store.readBalances(0).length).toBeGreaterThan(60);
});

test("by a clock that is not set nothing is kept; once it is, what was known comes first", async () => {
  let set = false;
  const written: number[] = [];
  const clock = handClock();
  const { lane } = setUp(
    {
      isClockSet: () => set,
      keep: ({ atMs }) => written.push(atMs),
      recall: () => [{ atMs: -3_600_000, duco: 99.5, joules: 0 }],
    },
    clock,
  );
  await clock.pass(2 * MINUTE);
  expect(written).toEqual([]);
  expect(lane.status().last_hour).toBeNull();
  set = true;
  await clock.pass(MINUTE);
  expect(written).toEqual([3 * MINUTE]);
  expect(lane.status().last_hour).toMatchObject({ duco: expect.closeTo(0.516) });
});

test("a full disk costs the figures nothing but their memory", async () => {
  const keep = () => {
    throw new Error("disk full");
  };
  const { lane, clock, notes } = setUp({ keep });
  await clock.pass(MINUTE);
  expect(lane.status().last_interval).not.toBeNull();
  expect(notes).toContainEqual(["balance.failed", { error: "store: disk full" }]);
});
