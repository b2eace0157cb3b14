// The controller's wall clock jumps while it runs, and is wrong while it starts, as on a Pi without a clock of its own:
// intervals are measured by another clock, so nobody is cut for it.

import { expect, it } from "vitest";
import { until } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";
import { WallClock } from "./wall-clock.ts";

const HOUR_MS = 3_600_000;

/** What the wall clocks of this machine and of the test may differ in: both are cut to whole seconds, and read apart. */
const TOLERANCE_MS = 2000;

/** Each Zero has mined under the clock as it is now, and the controller's own stamps prove that it saw the step. */
async function minesUnder(rig: Rig, clock: WallClock, stepped: Date): Promise<void> {
  const sql = `SELECT seat, at FROM shares WHERE id > ${rig.last("shares")}`;
  const seats = (await rig.status()).slots.map(({ slot }) => slot);
  await until(`each Zero's share at ${stepped.toISOString()}`, () => {
    const from = stepped.getTime() - TOLERANCE_MS;
    const to = clock.now().getTime() + TOLERANCE_MS;
    const now = rig.query<{ seat: string; at: string }>(sql).filter(({ at }) => {
      return Date.parse(at) >= from && Date.parse(at) <= to;
    });
    return seats.every((seat) => now.some((share) => share.seat === seat));
  });
}

it("causes no power action, whether it jumps in a run or between five", {
  timeout: 180_000,
}, async () => {
  const clock = new WallClock(tempDir());
  const rig = await Rig.start({ zeros: 3, env: clock.env });
  await rig.mining();
  const before = { edges: await rig.edges(), boots: await rig.bootIds() };
  const calmSince = rig.last("events");
  const stepTo = async (wall: Date) => {
    clock.stepTo(wall);
    await minesUnder(rig, clock, wall);
  };
  const start = Date.now();
  await stepTo(new Date(start + 10 * HOUR_MS));
  await stepTo(new Date(start - 10 * HOUR_MS));
  await stepTo(new Date(60_000));
  expect(rig.statesAfter(calmSince)).toEqual(new Set());
  // What it measures time by did not jump.
  const { uptime_ms } = await rig.status();
  expect(Math.abs(uptime_ms - (Date.now() - start))).toBeLessThan(HOUR_MS);

  // It is 1970 at the boot of a Pi; the right time comes from the network, some starts later.
  for (const end of ["kill", "stop", "kill", "stop", "kill"] as const) {
    await rig[end]();
    await rig.restart();
  }
  await minesUnder(rig, clock, new Date(60_000));
  await stepTo(new Date());
  await rig.minesOn();

  expect({ edges: await rig.edges(), boots: await rig.bootIds() }).toEqual(before);
  // Nobody was as much as suspected: each controller found them on, and tested those that dialled in.
  expect(rig.statesAfter(calmSince)).toEqual(new Set(["Unknown", "Booting", "Ready"]));
  expect((await rig.status()).automation).toBeNull();
  expect(rig.doubleShares()).toEqual([]);
});
