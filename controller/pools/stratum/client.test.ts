import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StratumClient, type StratumOptions } from "./client.ts";
import { ScriptedPool } from "./scripted-pool.ts";
import VECTORS from "./vectors.json" with { type: "json" };
import type { ClientEvent } from "./work-client.ts";

const [, SLUSH] = VECTORS;

/** Events as they come, to be awaited one by one. */
class Events {
  readonly #all: ClientEvent[] = [];
  #waiting: (() => void) | null = null;

  readonly take = (event: ClientEvent): void => {
    this.#all.push(event);
    this.#waiting?.();
  };

  async next(): Promise<ClientEvent> {
    for (;;) {
      const event = this.#all.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  async of<T extends ClientEvent["type"]>(type: T): Promise<Extract<ClientEvent, { type: T }>> {
    for (;;) {
      const event = await this.next();
      if (event.type === type) return event as Extract<ClientEvent, { type: T }>;
    }
  }
}

function options(port: number, more: Partial<StratumOptions> = {}): StratumOptions {
  return {
    host: "127.0.0.1",
    port,
    user: "me",
    password: "x",
    algorithm: "sha256d",
    agent: "zerorig/test",
    suggestDifficulty: null,
    rollsVersion: false,
    name: "1",
    tls: false,
    ca: null,
    ...more,
  };
}

/** Answers what a miner begins with, and sends work. */
async function greet(pool: ScriptedPool): Promise<void> {
  expect((await pool.hears()).method).toBe("mining.subscribe");
  pool.says({ id: 1, result: [[], "08000002", 4], error: null });
  expect((await pool.hears()).method).toBe("mining.authorize");
  pool.says({ id: null, method: "mining.notify", params: SLUSH?.notify });
  pool.says({ id: 2, result: true, error: null });
  expect((await pool.hears()).method).toBe("mining.extranonce.subscribe");
}

describe("a client", () => {
  let pool: ScriptedPool;
  let port: number;
  beforeEach(async () => {
    pool = new ScriptedPool();
    port = await pool.listen();
  });
  afterEach(() => pool.close());

  it("mines: work, a share, its verdict, and a farewell", async () => {
    const events = new Events();
    const client = new StratumClient(options(port), events.take);
    await greet(pool);
    await events.of("up");
    client.ask("p1", 1000);
    const { ref } = await events.of("job");
    client.submit("p1", ref, 7);
    const share = await pool.hears();
    expect(share).toMatchObject({
      method: "mining.submit",
      params: ["me", "bf", "00000000", "504e86b9", "00000007"],
    });
    pool.says({ id: share.id, result: true, error: null });
    expect(await events.of("verdict")).toMatchObject({ seat: "p1", verdict: "accepted" });
    client.leave("p1");
    client.close();
    expect(await events.next()).toMatchObject({ type: "down", code: "stopped" });
    // Over is over: nothing is written, nothing told.
    client.ask("p1", 0);
    client.close();
  });

  it("tells that the pool hung up", async () => {
    const events = new Events();
    new StratumClient(options(port), events.take);
    await greet(pool);
    await events.of("up");
    pool.hangUp();
    expect(await events.of("down")).toMatchObject({ code: "closed", detail: "the pool hung up" });
  });

  it("gives up on a pool that is silent, though it is connected", async () => {
    const events = new Events();
    const limits = { answerMs: 30 };
    new StratumClient(options(port, { limits }), events.take);
    await pool.hears();
    expect(await events.of("down")).toMatchObject({ code: "timeout" });
  });

  it("tells where it is to connect next", async () => {
    const events = new Events();
    new StratumClient(options(port), events.take);
    await greet(pool);
    pool.says({ id: null, method: "client.reconnect", params: [] });
    const redirect = { host: "127.0.0.1", port };
    expect(await events.of("down")).toMatchObject({ code: "closed", redirect });
  });

  it("tells of a port where nobody listens", async () => {
    const other = new ScriptedPool();
    const free = await other.listen();
    await other.close();
    const events = new Events();
    new StratumClient(options(free), events.take);
    expect(await events.of("down")).toMatchObject({ code: "refused" });
  });
});

describe("over TLS", () => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-tls-"));
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"].concat(
      ["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"],
      ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ),
    { stdio: "ignore" },
  );
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  const ca = String(tls.cert);
  rmSync(dir, { recursive: true });
  let pool: ScriptedPool;
  let port: number;
  beforeEach(async () => {
    pool = new ScriptedPool(tls);
    port = await pool.listen();
  });
  afterEach(() => pool.close());

  it.each(["127.0.0.1", "localhost"])("mines at %s whose certificate is trusted", async (host) => {
    const events = new Events();
    const client = new StratumClient(options(port, { host, tls: true, ca }), events.take);
    await greet(pool);
    await events.of("up");
    client.close();
    await events.of("down");
  });

  it("tells nothing to one whose is not", async () => {
    const events = new Events();
    new StratumClient(options(port, { tls: true }), events.take);
    const down = await events.of("down");
    expect(down.detail).toMatch(/self.signed/);
  });
});
