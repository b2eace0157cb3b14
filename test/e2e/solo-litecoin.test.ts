// A rig that mines Litecoin alone, past the activation of the extension block: real agents, and Debian's litecoind as the nodes.

import { afterEach, beforeEach, expect, it } from "vitest";
import { LitecoinNode, MWEB_HEIGHT } from "./litecoin-node.ts";
import { until } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

/** The program of Bitcoin's example address, on Litecoin's regtest; and the script that pays to it. */
const ADDRESS = "rltc1qw508d6qejxtdg4y5r3zarvary0c5xw7k693xs3";
const SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
/** More than one: the first shows that the node takes them, the next that the work goes on from there. */
const BLOCKS = 5;

beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,scrypt";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

it("mines scrypt blocks with extension blocks, which both nodes take", {
  timeout: 180_000,
}, async () => {
  const dir = tempDir();
  const first = await LitecoinNode.start({ dir, name: "a" });
  await expect(first.rpc("getblocktemplate", { rules: ["mweb", "segwit"] })).rejects.toThrow(
    "it has no peers",
  );
  const second = await LitecoinNode.start({ dir, name: "b", peer: first });
  await first.passMweb();
  await until("both have the chain", async () => (await second.height()) === MWEB_HEIGHT);
  const solo = [
    "[solo]",
    `address = "${ADDRESS}"`,
    'network = "litecoin-regtest"',
    `cookie_file = "${first.cookie}"`,
  ].join("\n");
  const nodes = `nodes = [ "${first.url}" ]\nalgorithm = "scrypt"`;
  const rig = await Rig.start({
    zeros: 1,
    edit: (toml) => `${toml.replace(/nodes = \[.*\]/, nodes)}\n${solo}\n`,
  });
  await until("blocks are mined", async () => (await first.height()) >= MWEB_HEIGHT + BLOCKS);
  // What a Zero has begun it still finds: then the counts agree.
  await rig.ask({ verb: "quiesce", timeoutMs: 10_000 });
  const height = await until("rig and node count the same", async () => {
    const { accepted } = (await rig.status()).totals;
    return MWEB_HEIGHT + accepted === (await first.height()) ? MWEB_HEIGHT + accepted : null;
  });
  expect((await rig.status()).totals.unknown).toBe(0);
  for (let at = MWEB_HEIGHT + 1; at <= height; at++) {
    const block = await first.block(at);
    // The coinbase pays us; the last transaction is the one into the extension block.
    expect(JSON.stringify(block.tx[0])).toContain(SCRIPT);
    expect(block.tx.length).toBeGreaterThan(1);
    expect(block.mweb).toBeDefined();
    // The other node finds it right too, whether it has heard of it from the first by now or not.
    const taken = await second.rpc("submitblock", await first.blockHex(at));
    expect([null, "duplicate"]).toContain(taken);
  }
  expect(await second.height()).toBeGreaterThanOrEqual(height);
});
