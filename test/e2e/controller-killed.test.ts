// kill -9 of the controller: the next one adopts the lines, cuts nobody that runs, and sends no share twice.

import { expect, it } from "vitest";
import { Rig } from "./rig.ts";

it("adopts what runs, though it was killed five times while it mined", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 3 });
  await rig.mining();
  const before = await rig.edges();
  const boots = (await rig.status()).slots.map((slot) => slot.boots);
  for (let round = 0; round < 5; round++) {
    await rig.kill();
    await rig.restart();
  }
  await rig.minesOn();
  expect(await rig.edges()).toEqual(before);
  expect((await rig.status()).slots.map((slot) => slot.boots)).toEqual(boots);
  expect(rig.doubleShares()).toEqual([]);
  const { status, pool } = await rig.settled();
  expect(status.totals.rejected).toBe(0);
  expect(pool.totals.rejected).toBe(0);
  // What a killed controller had sent and not heard of is unknown, never lost and never counted twice.
  expect(status.totals.accepted).toBeLessThanOrEqual(pool.totals.accepted);
  expect(status.totals.accepted + status.totals.unknown).toBeGreaterThanOrEqual(
    pool.totals.accepted,
  );
});
