// Ordinary miners at a rig that mines alone: a second rig behind it finds blocks, and the full node takes them.

import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { ask } from "../../controller/cli/control-client.ts";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { BitcoinNode, installBitcoin } from "./bitcoin-node.ts";
import { until } from "./programs.ts";
import { receiver } from "./receiver.ts";
import { Rig } from "./rig.ts";
import { blocksTaken, minesAlone, SCRIPT } from "./solo-rig.ts";

beforeAll(installBitcoin, 180_000);
beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

it("a second rig's shares are blocks of the first one's node", { timeout: 180_000 }, async () => {
  const node = await BitcoinNode.start();
  const port = await freePort();
  const alone = minesAlone([node]);
  const served = `[miners]\nlisten = "127.0.0.1"\nport = ${port}\n`;
  const { url, got } = await receiver();
  const alerts = `[alerts]\nwebhook_url = "${url}"\nkinds = ["block"]\n`;
  const edit = (toml: string) => `${alone(toml)}\n${served}${alerts}`;
  const first = await Rig.start({ zeros: 1, edit });
  // Only who is behind it shall find blocks.
  await first.ask({ verb: "cordon", slots: ["p1"], reason: "test", forMs: null });
  const miners = async () => (await ask(first.paths.controlSocket, { verb: "miners" })).miners;
  await until("there is work for miners", async () => (await miners()).has_work);
  const nodes = `nodes = [ "stratum+tcp://127.0.0.1:${port}" ]\nalgorithm = "sha256d"`;
  const second = await Rig.start({
    zeros: 1,
    edit: (toml) => toml.replace(/nodes = \[.*\]/, nodes),
  });
  await second.mining();
  await until("blocks were found", async () => (await miners()).forwarded.accepted >= 3);
  await second.ask({ verb: "quiesce", timeoutMs: 10_000 });
  const found = () => first.events().filter(({ ev }) => ev === "miner.block").length;
  // Each block that was said to be one stands, and there is no other.
  await until("all are told", async () => found() + blocksTaken(first) === (await node.height()));
  expect(found()).toBeGreaterThanOrEqual(3);
  // Each is told of once, in the first of many by itself.
  const told = await until("they are told", () => (got.length >= 3 ? [...got] : null));
  const letters = told.map(({ body }) => JSON.parse(body));
  expect(letters[0]).toMatchObject({ kind: "block", state: "raised", level: "info" });
  expect(letters[0].text).toContain(`block 1 was found and taken by ${node.url}; its hash is`);
  expect(new Set(letters.map(({ text }) => text)).size).toBe(letters.length);
  expect(await node.coinbase(1)).toContain(SCRIPT);
  await until("the counts agree", async () => {
    const { accepted, unknown } = (await second.status()).totals;
    return unknown === 0 && (await miners()).accepted === accepted;
  });
});
