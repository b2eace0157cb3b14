// kill -9 of the controller in the middle of a power cycle: the next one completes it, and switches nothing else.

import { expect, it } from "vitest";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";

it("completes a cycle that was half done, and nothing else", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 3 });
  await rig.mining();
  const before = await rig.edges();
  await rig.ask({ verb: "cycle", slots: ["p2"], reason: "test", hard: true });
  await until("p2 is cut", async () => (await rig.hat.truth())[1]?.powered === false);
  await rig.kill();
  expect((await rig.hat.truth())[1]?.powered).toBe(false);
  await rig.restart();
  await until("p2 is back", async () => (await rig.slot("p2")).state === "Ready");
  await rig.mining();
  const after = await rig.edges();
  for (const [index, edge] of after.entries()) {
    const cycled = edge.slot === "p2" ? 1 : 0;
    expect(edge.cuts).toBe((before[index]?.cuts ?? 0) + cycled);
    expect(edge.starts).toBe((before[index]?.starts ?? 0) + cycled);
  }
  expect(rig.query("SELECT 1 FROM intents WHERE outcome IS NULL")).toEqual([]);
  expect(rig.doubleShares()).toEqual([]);
});
