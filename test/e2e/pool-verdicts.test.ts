// What a pool says of shares, end to end: its reasons, how each is answered, and two connections a Zero. Both sides count the same.

import { expect, it } from "vitest";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

const LIMIT = { timeout: 180_000 };

it("who is one worker too many stays away, and the other mines on", LIMIT, async () => {
  const rig = await Rig.start({ zeros: 2, pool: { workerLimit: 1 } });
  const status = await until("one was turned away, the other has mined since", async () => {
    const now = await rig.status();
    return now.totals.rejected > 0 && now.totals.accepted > 3 ? now : null;
  });
  expect(status.pool.last_error).toBe("denied: Too many workers");
  const [away] = Object.entries(status.work ?? {}).find(([, { rejected }]) => rejected > 0) ?? [];
  expect(status.work?.[away ?? ""]?.rejected_by).toEqual({ "Too many workers": 1 });
  const why = await run(ZERORIG, ["why", away ?? "", "--socket", rig.paths.controlSocket]);
  expect(why.stdout).toMatch(
    /pool p\d: no session for .*; nothing is asked for (1\d\d|\d\d)\.\d s; last error: denied/,
  );
  const { status: settled, pool } = await rig.settled();
  expect(pool.totals.rejectedByReason).toEqual({ "Too many workers": settled.totals.rejected });
  expect(settled.totals.accepted).toBe(pool.totals.accepted);
});

it("a pool that calls right shares wrong is left after two, and tried again", LIMIT, async () => {
  const rig = await Rig.start({ zeros: 1, pool: { wrong: 1 } });
  const status = await until("it was left", async () => {
    const now = await rig.status();
    return now.pool.last_error === null ? null : now;
  });
  expect(status.pool.last_error).toBe(
    "desync: verified nonces were called incorrect twice in a row",
  );
  expect(status.work?.["p1"]).toMatchObject({
    rejected_by: { "Incorrect result": 2 },
    best_streak: 0,
  });
  await until("it was tried again", async () => rig.pool.stats().totals.connections > 1);
});

it("two connections a Zero, each its own worker to the pool", LIMIT, async () => {
  const rig = await Rig.start({
    zeros: 2,
    edit: (toml) => toml.replace("[pool]", "[pool]\nconnections_per_zero = 2"),
  });
  const work = await until("both of each have brought shares", async () => {
    const { users } = rig.pool.stats();
    const rigs = Object.entries(users["e2e"]?.rigs ?? {});
    const good = rigs.filter(([, { accepted }]) => accepted >= 3).map(([name]) => name);
    return good.length === 4 ? good : null;
  });
  expect(work.map((name) => name.replace(/^.*-/, "")).sort()).toEqual(["p1", "p1.2", "p2", "p2.2"]);
  const { pool, work: figures, slots } = await rig.status();
  expect(slots.map(({ kernel }) => kernel)).toEqual([
    expect.stringMatching(/^(wasm|native)/),
    expect.stringMatching(/^(wasm|native)/),
  ]);
  expect(pool.connected).toBe(4);
  expect(figures?.["p1"]?.busy).toBeGreaterThan(0);
  const { status, pool: counted } = await rig.settled();
  expect(status.totals).toMatchObject({
    accepted: counted.totals.accepted,
    rejected: 0,
    unknown: 0,
  });
});

it("one connection for all: each job divided, no share lost or doubled", LIMIT, async () => {
  const rig = await Rig.start({
    zeros: 2,
    edit: (toml) => toml.replace("[pool]", '[pool]\nmode = "split"'),
  });
  await until("both have searched parts, and shares were accepted", async () => {
    const { totals, work } = await rig.status();
    const both = ["p1", "p2"].every((slot) => (work?.[slot]?.jobs ?? 0) > 0);
    return both && totals.accepted >= 10;
  });
  const { pool } = await rig.status();
  expect(pool.connected).toBe(1);
  const rigs = Object.keys(rig.pool.stats().users["e2e"]?.rigs ?? {});
  expect(rigs).toEqual([expect.stringMatching(/-all$/)]);
  const { status, pool: counted } = await rig.settled();
  expect(status.totals).toMatchObject({
    accepted: counted.totals.accepted,
    rejected: 0,
    unknown: 0,
  });
  expect(rig.doubleShares()).toEqual([]);
});
