// An agent that hangs in a Zero whose kernel lives: it gets more time than a Zero that is dead, and no power action.

import { expect, it } from "vitest";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";

/** Beyond the default liveness and dwell (10 s and 3 s), at which a Zero that does not answer is cut. */
const STUCK_MS = 20_000;

it("is not cut for, unlike a Zero that hangs", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 3 });
  await rig.mining();
  const before = await rig.edges();
  const agent = (await rig.hat.truth())[0]?.pid ?? Number.NaN;
  process.kill(agent, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, STUCK_MS));
  expect((await rig.slot("p1")).state).toBe("Remediating");
  expect(await rig.edges()).toEqual(before);
  process.kill(agent, "SIGCONT");
  await until("p1 is ready again", async () => (await rig.slot("p1")).state === "Ready");
  expect(await rig.edges()).toEqual(before);

  await rig.hat.fault({ kind: "hang", slot: "p2" });
  await until("p2 was cut", async () => (await rig.edges())[1]?.cuts === 1);
  await rig.minesOn();
  expect((await rig.edges()).map(({ cuts }) => cuts)).toEqual([0, 1, 0]);
});
