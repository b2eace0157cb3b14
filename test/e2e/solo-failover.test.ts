// A rig that mines alone from two full nodes, of which one falls silent, or dies: real agents, and bcoin as both nodes.

import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { BitcoinNode, installBitcoin } from "./bitcoin-node.ts";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";
import { countsAgree, minesAlone } from "./solo-rig.ts";

beforeAll(installBitcoin, 180_000);
beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

it("goes to the next node when one is silent, and returns", { timeout: 180_000 }, async () => {
  const first = await BitcoinNode.start();
  const second = await BitcoinNode.start(first);
  const times = "[stratum]\nwork_age_ms = 5000\nreturn_after_ms = 3000";
  const rig = await Rig.start({ zeros: 2, edit: minesAlone([first, second], times) });
  await rig.mining();
  // There, and says nothing: what it holds is not lost, for both have all blocks.
  first.stop();
  await until("the second node is mined from", async () => {
    const { pool } = await rig.status();
    return pool.address === second.url && pool.why === "failed-over";
  });
  await rig.minesOn();
  first.goOn();
  await until("the first node is mined from", async () => {
    const { pool } = await rig.status();
    return pool.address === first.url && pool.why === "returned";
  });
  await rig.minesOn();
  expect((await rig.ask({ verb: "quiesce", timeoutMs: 10_000 })).totals.unknown).toBe(0);
});

it("loses no block when its node dies", { timeout: 180_000 }, async () => {
  const first = await BitcoinNode.start();
  const second = await BitcoinNode.start(first);
  const rig = await Rig.start({ zeros: 2, edit: minesAlone([first, second]) });
  await rig.mining();
  // In the middle of it: what is found meanwhile is the other's.
  await first.kill();
  await until("the second node is mined from", async () => {
    const { pool } = await rig.status();
    return pool.address === second.url;
  });
  await rig.minesOn();
  await rig.ask({ verb: "quiesce", timeoutMs: 10_000 });
  await countsAgree(rig, second);
  expect((await rig.status()).totals.unknown).toBe(0);
});
