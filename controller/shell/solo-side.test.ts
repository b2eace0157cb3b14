// Mining alone, from the configuration to a node that is scripted: who is asked and as whom, what a word of a new block sets off, and what is
// said where something is wrong.

import { createSocket } from "node:dgram";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { compileConfig } from "../config/compile.ts";
import { readSettings } from "../config/settings.ts";
import type { PoolNode } from "../pools/node.ts";
import { NETWORKS } from "../pools/solo/networks.ts";
import { type Heard, ScriptedNode } from "../pools/solo/scripted-node.ts";
import type { ClientEvent, WorkClient } from "../pools/stratum/work-client.ts";
import { systemClock } from "./clock.ts";
import { SoloSide } from "./solo-side.ts";

const ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const SECRET = "a-secret-of-the-tests";
const WAIT = { timeout: 20_000, interval: 10 };

class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), "zr-"));
  readonly hidden: string[] = [];
  readonly notes: Readonly<Record<string, string>>[] = [];
  readonly events: ClientEvent[] = [];
  readonly node: ScriptedNode;
  /** The block that its next template stands on. */
  previous = "aa".repeat(32);
  longPollId: string | null = null;
  submitted: unknown = null;
  at: PoolNode | null = null;
  side: SoloSide | null = null;

  constructor() {
    this.node = new ScriptedNode((heard) => this.#answer(heard));
    onTestFinished(async () => {
      this.side?.close();
      await this.node.close();
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  #answer({ method, params }: Heard): unknown {
    const said = (result: unknown) => ({ result, error: null });
    switch (method) {
      case "getblockhash":
        return said(NETWORKS["bitcoin-regtest"].genesis[0]);
      case "getbestblockhash":
        return said(this.previous);
      case "submitblock":
        return said(this.submitted);
      default:
        // The question for news stays open.
        return Object(params[0]).longpollid === undefined ? said(this.template()) : undefined;
    }
  }

  template(): object {
    return {
      height: 7,
      version: 0x20000000,
      previousblockhash: this.previous,
      bits: "207fffff",
      curtime: 0x60000000,
      coinbasevalue: 5_000_000_000,
      transactions: [],
      rules: [],
      ...(this.longPollId === null ? {} : { longpollid: this.longPollId }),
    };
  }

  file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
  }

  async open(solo: readonly string[], begins = true, others = ""): Promise<WorkClient> {
    this.at = await this.node.listen();
    const text = [
      '[pool]\nuser = "me"\nalgorithm = "sha256d"',
      `nodes = ["http://127.0.0.1:${this.at.port}"${others}]`,
      `[state]\ndir = "${this.dir}"`,
      `[solo]\naddress = "${ADDRESS}"\nnetwork = "bitcoin-regtest"\npoll_ms = 60000`,
      ...solo,
    ].join("\n");
    const settings = readSettings({ file: "f", text, env: {}, flags: [] });
    this.side = new SoloSide({
      config: compileConfig(settings, "f"),
      version: "1",
      clock: systemClock,
      ca: null,
      hide: (secret) => this.hidden.push(secret),
    });
    const allNodes = () => (this.at === null ? [] : [this.at]);
    if (begins) {
      const note = (ev: string, detail: object) => void this.notes.push({ ev, ...detail });
      this.side.begin({ allNodes, note });
    }
    return this.side.open(this.at, "1", (event) => this.events.push(event));
  }

  async event(type: ClientEvent["type"]): Promise<ClientEvent> {
    return await vi.waitUntil(() => this.events.find((each) => each.type === type), WAIT);
  }

  /** The port on which word of a new block is taken. */
  async port(): Promise<number> {
    const note = await vi.waitUntil(() => this.notes.find(({ ev }) => ev === "solo.notify"), WAIT);
    return Number(note["port"]);
  }
}

it("asks with the cookie, as it stands in its file at that time", async () => {
  const bench = new Bench();
  const cookie = bench.file("cookie", "__cookie__:one");
  const client = await bench.open([`cookie_file = "${cookie}"`]);
  await bench.event("up");
  bench.file("cookie", "__cookie__:two");
  const sent = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  expect(bench.node.heard[0]?.authorization).toBe(sent("__cookie__:one"));
  client.ask("p1", 1000);
  client.submit("p1", "1.1", 5);
  await bench.event("verdict");
  expect(bench.node.heard.at(-1)?.authorization).toBe(sent("__cookie__:two"));
  expect(bench.hidden).toEqual(["one", "two"]);
});

it("hands a block in, and says what became of it", async () => {
  const bench = new Bench();
  const client = await bench.open([]);
  client.ask("p1", 1000);
  const job = await bench.event("job");
  if (job.type !== "job") throw new Error("no job");
  client.submit("p1", job.ref, 0x0a0b0c0d);
  expect(await bench.event("verdict")).toMatchObject({
    seat: "p1",
    verdict: "accepted",
    block: true,
  });
  const [block] = bench.node.heard.find(({ method }) => method === "submitblock")?.params ?? [];
  expect(String(block).startsWith(`${job.header}0d0c0b0a`)).toBe(true);
  expect(String(block)).toContain(Buffer.from("/zerorig/").toString("hex"));
  expect(readdirSync(join(bench.dir, "blocks"))).toEqual([]);
  expect(bench.notes.map(({ ev }) => ev)).toEqual([
    "block.found",
    "block.accepted",
    "block.settled",
  ]);
});

it("only looks before it has begun", async () => {
  const bench = new Bench();
  const client = await bench.open([], false);
  client.ask("p1", 1000);
  await bench.event("job");
  client.submit("p1", "1.1", 5);
  expect(await bench.event("down")).toMatchObject({ code: "timeout" });
  expect(bench.node.count("submitblock")).toBe(0);
});

it("fetches work at a word of a new block, by HTTP and by datagram", async () => {
  const bench = new Bench();
  const secret = bench.file("secret", SECRET);
  const client = await bench.open(["notify_port = 0", `notify_secret_file = "${secret}"`]);
  const port = await bench.port();
  client.ask("p1", 1000);
  await bench.event("job");
  bench.previous = "bb".repeat(32);
  const headers = { authorization: `Bearer ${SECRET}` };
  const url = `http://127.0.0.1:${port}/blocknotify`;
  expect((await fetch(url, { method: "POST" })).status).toBe(401);
  expect(bench.node.count("getblocktemplate")).toBe(1);
  expect((await fetch(url, { method: "POST", headers })).status).toBe(204);
  await bench.event("void");
  expect(bench.node.count("getblocktemplate")).toBe(2);
  const socket = createSocket("udp4");
  await new Promise((resolve) => socket.send(SECRET, port, "127.0.0.1", resolve));
  socket.close();
  await vi.waitUntil(() => bench.node.count("getblocktemplate") === 3, WAIT);
  expect(bench.node.count("getbestblockhash")).toBe(0);
  expect(bench.hidden).toEqual([SECRET]);
});

it("waits for the node's own news", async () => {
  const bench = new Bench();
  bench.longPollId = "l1";
  const client = await bench.open([]);
  client.ask("p1", 1000);
  await bench.event("job");
  await vi.waitUntil(() => bench.node.count("getblocktemplate") === 2, WAIT);
  bench.previous = "bb".repeat(32);
  bench.node.release(bench.template());
  await bench.event("void");
  client.close();
  expect(await bench.event("down")).toMatchObject({ code: "stopped" });
});

it("says what is wrong with a node, an address, a cookie or a secret", async () => {
  const strange = new Bench();
  strange.node.script = () => ({ result: NETWORKS.bitcoin.genesis[0] });
  await strange.open([]);
  expect(await strange.event("down")).toMatchObject({
    code: "denied",
    detail: expect.stringContaining("another chain"),
  });
  const missing = new Bench();
  await missing.open(['cookie_file = "/nonexistent/cookie"']);
  expect(await missing.event("down")).toMatchObject({
    code: "denied",
    detail: expect.stringContaining("[solo] cookie_file"),
  });
  const short = new Bench();
  const path = short.file("secret", "short");
  await expect(short.open([`notify_secret_file = "${path}"`])).rejects.toThrow(
    `${path} holds no secret that is good enough`,
  );
  const closed = new Bench();
  const wrong = join(closed.dir, "none");
  await expect(closed.open(['rpc_user = "me"', `rpc_password_file = "${wrong}"`])).rejects.toThrow(
    `cannot read the node's password ${wrong}`,
  );
});

it("goes on without an ear where its port is taken, and warns of a password in clear", async () => {
  const bench = new Bench();
  await bench.open(["notify_port = 0"]);
  const port = await bench.port();
  const other = new Bench();
  const password = other.file("password", "a-password");
  const solo = [`notify_port = ${port}`, 'rpc_user = "me"', `rpc_password_file = "${password}"`];
  await other.open(solo, true, ', "http://192.0.2.1:8332", "https://192.0.2.2:8332"');
  await other.event("up");
  await vi.waitUntil(() => other.notes.some(({ ev }) => ev === "solo.notify-failed"), WAIT);
  const plain = other.notes.filter(({ ev }) => ev === "solo.plain-http");
  expect(plain).toMatchObject([{ node: "http://192.0.2.1:8332" }]);
  expect(other.hidden).toEqual(["a-password"]);
});
