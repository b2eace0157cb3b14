// Several pools: one that stays silent though it answers, one that goes, and a person's picker. The rig mines on, and says where.

import { createServer as createHttp } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { PracticePool } from "../../controller/pools/practice/practice-pool.ts";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** A pool that greets whoever comes, and then says nothing any more. */
async function silentPool() {
  const sockets = new Set<Socket>();
  const port = await listen(
    createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.write("3.0\n");
    }),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { address: `127.0.0.1:${port}`, connections: () => sockets.size };
}

it("leaves a pool that greets and is silent, and counts what it costs", {
  timeout: 180_000,
}, async () => {
  const silent = await silentPool();
  const rig = await Rig.start({
    zeros: 2,
    edit: (toml) => toml.replace(/nodes = \[ (.*) \]/, `nodes = [ "${silent.address}", $1 ]`),
  });
  await rig.mining();
  const { pool } = await rig.status();
  expect(silent.connections()).toBeGreaterThanOrEqual(2);
  expect(pool).toMatchObject({ why: "failed-over", connected: 2 });
  expect(pool.detail).toContain(`${silent.address}: timeout: no reply to the job request`);
  expect(pool.finder?.nodes).toMatchObject([
    { address: silent.address },
    { address: pool.address },
  ]);
  const { status, pool: counted } = await rig.settled();
  expect(status.totals).toMatchObject({
    accepted: counted.totals.accepted,
    rejected: 0,
    unknown: 0,
  });
});

it("mines where the picker says, and without it where it was good before", {
  timeout: 180_000,
}, async () => {
  const rig = await (async () => {
    let answer = { status: 429, body: "<html>slow down</html>" };
    const picker = createHttp(({ url }, response) => {
      const account = { result: { username: "e2e", balance: 12.5 }, success: true };
      if (url === "/balances/e2e") response.end(JSON.stringify(account));
      else response.writeHead(answer.status).end(answer.body);
    });
    const port = await listen(picker);
    const started = await Rig.start({
      zeros: 1,
      edit: (toml) =>
        toml.replace(/nodes = .*/, `nodes = []\npicker = "http://127.0.0.1:${port}/getPool"`) +
        `\n[balance]\nurl = "http://127.0.0.1:${port}"\n`,
    });
    const first = await started.status();
    await until("the balance was seen", async () => {
      const { balance } = await started.status();
      return balance?.duco === 12.5;
    });
    expect(first.pool).toMatchObject({ address: null, why: "none", connected: 0 });
    await until("the picker was asked", async () => {
      const { finder } = (await started.status()).pool;
      return finder?.picker?.error === "blocked: HTTP 429";
    });
    const node = new PracticePool({ seed: 9, expectedShareMs: 1000, startDifficulty: 2400 });
    const { port: nodePort } = await node.listen();
    onTestFinished(() => node.close());
    const named = { ip: "127.0.0.1", port: nodePort, name: "practice", success: true };
    answer = { status: 200, body: JSON.stringify(named) };
    await started.mining();
    expect((await started.status()).pool).toMatchObject({
      address: `127.0.0.1:${nodePort}`,
      why: "picked",
      finder: { nodes: [{ name: "practice", from: "picker" }] },
    });
    answer = { status: 200, body: '{"success":false,"message":"no nodes"}' };
    return started;
  })();
  await rig.kill();
  await rig.restart();
  await rig.minesOn();
  const { pool } = await rig.status();
  expect(pool).toMatchObject({ why: "cached", detail: "the picker says refused: no nodes" });

  const text = await run(ZERORIG, ["status", "--socket", rig.paths.controlSocket]);
  expect(text.stdout).toContain("balance: 12.5000 DUCO");

  // A person's choice beats both, is told by the CLI, and lasts over a restart.
  const own = rig.poolAddress;
  const socket = ["--socket", rig.paths.controlSocket];
  const chosen = await run(ZERORIG, ["node", own, "--reason", "own pool", ...socket]);
  expect(chosen.stdout).toContain(`pool ${own}: `);
  expect(chosen.stdout).toContain("a person chose it");
  await until("it mines there", () => rig.pool.stats().totals.accepted > 0);
  await rig.stop();
  await rig.restart();
  expect((await rig.status()).pool).toMatchObject({ address: own, why: "manual" });
  const auto = await run(ZERORIG, ["node", "auto", ...socket]);
  expect(auto.stdout).toContain(`pool ${String(pool.address)}: `);
  expect((await run(ZERORIG, ["node", "nowhere", ...socket])).code).toBe(2);
});
