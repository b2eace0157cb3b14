// Agents brought up to date on a rig of real processes: one Zero after the other while the rest mine on.

import { expect, it } from "vitest";
import type { AgentsStatus } from "../../controller/agents/agents-status.ts";
import { agents, agentsOf, agentsRig, versionsOf } from "./agents-rig.ts";

it("gives all Zeros the new agent one by one, while the rig mines on", {
  timeout: 300_000,
}, async () => {
  const { rig } = await agentsRig({ zeros: 4 });
  const before = await rig.edges();
  expect(versionsOf(await agentsOf(rig))).not.toContain("9.0.0");
  const shares = (await rig.status()).totals.accepted;
  const ended = await agents(rig, "update", "--yes", "--reason", "new", "--wait", "4m", "--json");
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  const after = JSON.parse(ended.stdout) as AgentsStatus;
  expect(versionsOf(after)).toEqual(["9.0.0", "9.0.0", "9.0.0", "9.0.0"]);
  for (const { current, trial, from } of after.slots) {
    expect({ current, trial, from }).toEqual({ current: true, trial: false, from: "update" });
  }
  expect(after.rollout).toMatchObject({ kind: "update", ended: "done", reason: "new" });
  // Each was done before the next was begun.
  const stages = rig
    .events()
    .filter(({ ev }) => /^agents\.(?:sending|done)$/.test(ev))
    .map(({ ev, slot }) => `${slot} ${ev.slice("agents.".length)}`);
  expect(stages).toEqual(
    ["p1", "p2", "p3", "p4"].flatMap((slot) => [`${slot} sending`, `${slot} done`]),
  );
  expect((await rig.status()).totals.accepted).toBeGreaterThan(shares);
  // Nobody was cut for it.
  expect(await rig.edges()).toEqual(before);
  await rig.minesOn();
});
