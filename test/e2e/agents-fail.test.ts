// A program that does not last goes back by itself and ends the roll-out; an agent of the protocol before this one is served all the
// same, and brought up to date.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildAgent } from "./agent-bundles.ts";
import { agents, agentsOf, agentsRig, versionsOf } from "./agents-rig.ts";
import { until } from "./programs.ts";
import { tempDir } from "./rig.ts";

it("ends where a program does not last: that Zero goes back by itself, and the others are not tried", {
  timeout: 300_000,
}, async () => {
  const old = await buildAgent(tempDir(), { version: "8.0.0", protocol: { min: 1, max: 1 } });
  const { rig, dir, offered } = await agentsRig({ zeros: 2, agent: old });
  const before = await rig.edges();
  const good = readFileSync(offered);
  const banner = "setTimeout(() => process.exit(1), 100);";
  copyFileSync(await buildAgent(dir, { version: "9.9.9", banner }), offered);
  const failed = await agents(rig, "update", "--yes", "--wait", "4m");
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("p1: it ended 3 times before it was confirmed");
  const after = await agentsOf(rig);
  expect(versionsOf(after)).toEqual(["8.0.0", "8.0.0"]);
  expect(after.rollout?.slots.map(({ stage }) => stage)).toEqual(["failed", "skipped"]);
  await rig.minesOn();

  // An agent of the protocol before this one is served, and can be brought up to date.
  writeFileSync(offered, good);
  const updated = await agents(rig, "update", "p1", "--yes", "--wait", "4m", "--json");
  expect(updated.code).toBe(0);
  expect(versionsOf(JSON.parse(updated.stdout))).toEqual(["9.0.0", "8.0.0"]);
  // What lies on its card outlives its power.
  await rig.ask({ verb: "cycle", slots: ["p1"], reason: "", hard: true });
  await until("p1 is up again with it", async () => {
    const { boots } = await rig.slot("p1");
    return boots > 1 && (await agentsOf(rig)).slots[0]?.version === "9.0.0";
  });
  expect((await rig.edges())[1]).toEqual(before[1]);
});
