// Shares on their way to a real NATS server with JetStream, which is killed while they go out: all arrive, none under two ids.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { loadConfig } from "../../controller/config/load.ts";
import { systemClock } from "../../controller/shell/clock.ts";
import { Store } from "../../controller/shell/store.ts";
import type { ShippedShare } from "../../controller/ship/shipped-share.ts";
import { startShipping } from "../../controller/ship/start-shipping.ts";
import { until } from "./programs.ts";
import { tempDir } from "./rig.ts";

const TOKEN = "e2e-nats-token";
const SUBJECT = "rigs.shares";

async function server(port: number, dir: string): Promise<ChildProcess> {
  const args = ["-js", "-a", "127.0.0.1", "-p", String(port), "-sd", dir, "--auth", TOKEN];
  const child = spawn("/usr/sbin/nats-server", args, { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await until("NATS answers", () =>
    connect({ port, token: TOKEN }).then(
      (connection) => connection.close().then(() => true),
      () => false,
    ),
  );
  return child;
}

/** Every message of the stream, with its id. */
async function messages(port: number): Promise<{ id: string; share: ShippedShare }[]> {
  const connection = await connect({ port, token: TOKEN });
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info("shares");
  const consumer = await jetstream(connection).consumers.get("shares");
  const found: { id: string; share: ShippedShare }[] = [];
  while (found.length < state.messages) {
    for await (const message of await consumer.fetch({ max_messages: 500, expires: 2000 })) {
      found.push({ id: message.headers?.get("Nats-Msg-Id") ?? "", share: message.json() });
    }
  }
  await connection.close();
  return found;
}

const SHARE = {
  seat: "p1",
  jobId: "1",
  worker: "p1",
  algorithm: "duco-s1",
  poolTarget: "b",
  node: "",
  ref: "",
  prefix: "a",
  target: "b",
  difficulty: 9,
  hashrateHs: 1000,
} as const;

/** Writes shares with these ids, settled. */
function mine(store: Store, from: number, to: number): void {
  for (let id = from; id <= to; id++) {
    store.writeShare({ ...SHARE, id, nonce: id }, new Date());
    store.settleShare(id, id % 9 === 0 ? "rejected" : "accepted", id % 9 === 0 ? "low diff" : null);
  }
}

it("publishes every share with its id, over a killed server and a forgotten cursor", async () => {
  const [dir, port] = [tempDir(), await freePort()];
  const passwordFile = join(dir, "token");
  writeFileSync(passwordFile, TOKEN, { mode: 0o600 });
  writeFileSync(
    join(dir, "controller.toml"),
    `[pool]\nuser = "e2e"\n[ship]\nurl = "nats://127.0.0.1:${port}/${SUBJECT}"\npassword_file = "${passwordFile}"\nevery_ms = 1000\n`,
  );
  const cursorName = `nats://127.0.0.1:${port}/${SUBJECT}`;
  const config = await loadConfig(join(dir, "controller.toml"), {});
  const store = new Store(join(dir, "state"), () => new Date());
  onTestFinished(() => store.close());
  let log = "";
  const write = (line: string) => {
    log += line;
  };
  const side = {
    clock: systemClock,
    store,
    log: pino({}, { write }),
    hide: () => {},
  };
  const first = await server(port, dir);
  mine(store, 1, 510);

  // A subject that no stream takes is the user's to mend, and is said.
  const early = await startShipping(config, side);
  await until("it says so", () => log.includes("nats stream add --subjects rigs.shares"));
  await early?.stop();
  const connection = await connect({ port, token: TOKEN });
  await (await jetstreamManager(connection)).streams.add({ name: "shares", subjects: [SUBJECT] });
  await connection.close();

  const lane = await startShipping(config, side);
  onTestFinished(() => lane?.stop());
  await until("more than a batch arrived", () => store.readShip(cursorName) === "510");
  first.kill("SIGKILL");
  mine(store, 511, 560);
  await until("it is noticed", () => log.split("ship.failed").length === 3);
  await server(port, dir);
  await until("it is back", () => log.includes("ship.back"));
  await lane?.stop();

  store.writeShip(cursorName, "300");
  const again = await startShipping(config, side);
  await until("the rest went out again", () => store.readShip(cursorName) === "560");
  await again?.stop();

  const found = await messages(port);
  const ids = new Map(found.map(({ id, share }) => [share.id, id]));
  expect([...ids.keys()].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 560 }, (_, n) => n + 1),
  );
  // The same share twice would be the same message to whoever reads.
  expect(found.every(({ id, share }) => id === `${share.rig}:${share.id}`)).toBe(true);
  expect(new Set(ids.values()).size).toBe(560);
  expect(found.find(({ share }) => share.id === 9)?.share).toMatchObject({
    outcome: "rejected",
    reason: "low diff",
    difficulty: 9,
  });
  expect(log).not.toContain(TOKEN);
});
