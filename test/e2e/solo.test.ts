// A rig that mines alone: real agents, and bcoin as the full node, which takes the blocks or does not.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { BitcoinNode, installBitcoin } from "./bitcoin-node.ts";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";
import { countsAgree, minesAlone, SCRIPT } from "./solo-rig.ts";

beforeAll(installBitcoin, 180_000);
beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

it("mines blocks that the node takes, each its own", { timeout: 120_000 }, async () => {
  const node = await BitcoinNode.start();
  const rig = await Rig.start({ zeros: 2, edit: minesAlone([node]) });
  await rig.mining();
  const status = await rig.ask({ verb: "quiesce", timeoutMs: 10_000 });
  expect(status.pool.address).toBe(node.url);
  await countsAgree(rig, node);
  expect((await rig.status()).totals.unknown).toBe(0);
  expect(await node.coinbase(1)).toContain(SCRIPT);
  expect(rig.doubleShares()).toEqual([]);
  const folder = join(rig.paths.stateDir, "blocks");
  await until("nothing is left to be handed in", () => readdirSync(folder).length === 0);
  expect(rig.controller.out()).not.toContain(node.password);
});

it("loses no block when it dies itself", { timeout: 180_000 }, async () => {
  const node = await BitcoinNode.start();
  const rig = await Rig.start({ zeros: 1, edit: minesAlone([node]) });
  await rig.mining();
  const folder = join(rig.paths.stateDir, "blocks");
  const blocks = () => readdirSync(folder).filter((name) => name.endsWith(".block"));
  // Nobody answers: what is found is on the disk. A node that stops while it makes a template leaves nothing to find.
  const waiting = await until("it died with a block that waits", async () => {
    node.stop();
    await until("a block waits", () => blocks().length > 0, 5000).catch(() => null);
    await rig.kill();
    if (blocks().length > 0) return blocks();
    node.goOn();
    await rig.restart();
    await rig.minesOn();
    return null;
  });
  const height = Number(waiting[0]?.split("-")[0]);
  node.goOn();
  await rig.restart();
  await until(
    "it was handed in",
    () => !readdirSync(folder).some((each) => waiting.includes(each)),
  );
  expect(rig.controller.out()).toContain('"ev":"block.again"');
  expect(await node.height()).toBeGreaterThanOrEqual(height);
  await rig.minesOn();
});
