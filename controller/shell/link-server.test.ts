import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { helloOf } from "../../test/sim/sim-link.ts";
import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import { prove } from "../../zero-agent/protocol/handshake.ts";
import { type ControllerMessage, SUBPROTOCOL } from "../../zero-agent/protocol/messages.ts";
import { systemClock } from "./clock.ts";
import { readLinkKey } from "./link-keys.ts";
import { LinkServer, type LinkSide } from "./link-server.ts";
import type { Untimed } from "./loop.ts";

const KEY = randomBytes(32);
let keysDir: string;
let server: LinkServer;
let port: number;
let events: Untimed[];
const sockets: WebSocket[] = [];

beforeEach(async () => {
  keysDir = mkdtempSync(join(tmpdir(), "zr-keys-"));
  writeFileSync(join(keysDir, "p1.key"), `${KEY.toString("hex")}\n`);
  writeFileSync(join(keysDir, "p2.key"), "not a key\n");
  events = [];
  const options = {
    listen: "127.0.0.1",
    port: 0,
    allow: ["127.0.0.0/8"],
    beatIntervalMs: 2000,
  };
  server = new LinkServer(
    options,
    systemClock,
    (event) => events.push(event),
    () => {},
    sideOf(keysDir),
  );
  port = await server.listen();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.stop();
  rmSync(keysDir, { recursive: true });
});

/** The keys of a folder, and nobody else who listens. */
function sideOf(dir: string): LinkSide {
  return {
    keysOf: (slot) => [readLinkKey(dir, slot)].filter((key) => key !== null),
    turnedAway: () => {},
    enrol: () => ({ status: 403, error: "no code is open" }),
    linkUp: () => {},
    linkDown: () => {},
    told: () => {},
  };
}

function dial(path = "/link", protocol: string | undefined = SUBPROTOCOL, headers = {}): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, { headers });
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

function closeOf(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
}

function next<T extends ControllerMessage["type"]>(
  socket: WebSocket,
  type: T,
): Promise<Extract<ControllerMessage, { type: T }>> {
  return new Promise((resolve) => {
    const look = (data: Buffer) => {
      const message = JSON.parse(data.toString());
      if (message.type !== type) return;
      socket.off("message", look);
      resolve(message);
    };
    socket.on("message", look);
  });
}

async function authenticate(socket: WebSocket, slot = "p1", key = KEY): Promise<void> {
  const { nonce: controller } = await next(socket, "challenge");
  const agent = randomBytes(16).toString("hex");
  const mac = prove("agent", key, slot, { controller, agent });
  socket.send(JSON.stringify({ type: "auth", slot, nonce: agent, mac }));
}

async function link(): Promise<WebSocket> {
  const socket = dial();
  const welcome = next(socket, "welcome");
  await authenticate(socket);
  await next(socket, "proof");
  socket.send(JSON.stringify(helloOf("boot-1")));
  await welcome;
  return socket;
}

async function saw(type: Untimed["type"]): Promise<Untimed> {
  for (;;) {
    const found = events.find((event) => event.type === type);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the link server", () => {
  it("lets in an agent that proves its key, and tells what it says", async () => {
    const socket = await link();
    expect(await saw("link-up")).toMatchObject({ slot: "p1", hello: { bootId: "boot-1" } });
    expect(server.addressOf("p1")).toBe("127.0.0.1");
    socket.send(
      JSON.stringify({ type: "result", jobId: "j", epoch: 1, nonce: 5, hashes: 6, elapsedMs: 7 }),
    );
    expect(await saw("result")).toMatchObject({ worker: "p1", jobId: "j", nonce: 5 });
    socket.terminate();
    expect(await saw("link-down")).toMatchObject({
      slot: "p1",
      detail: "closed by the agent (1006)",
    });
    expect([server.addressOf("p1"), server.addressOf("p2")]).toEqual(["127.0.0.1", null]);
  });

  it("proves to itself that it answers", async () => {
    await saw("link-server-proved");
  });

  it.each([
    ["a wrong key", "p1", randomBytes(32)],
    ["a slot without a key", "p3", KEY],
    ["a key file that holds none", "p2", KEY],
  ])("refuses %s", async (_, slot, key) => {
    const socket = dial();
    const closed = closeOf(socket);
    await authenticate(socket, slot, key);
    expect((await closed).code).toBe(CLOSE.badKey);
    expect(events.some(({ type }) => type === "link-up")).toBe(false);
    expect(server.addressOf("p1")).toBe(null);
  });

  it("refuses an echo of its own challenge", async () => {
    const socket = dial();
    const closed = closeOf(socket);
    const { nonce } = await next(socket, "challenge");
    const mac = prove("controller", KEY, "p1", { controller: nonce, agent: nonce });
    socket.send(JSON.stringify({ type: "auth", slot: "p1", nonce, mac }));
    expect((await closed).code).toBe(CLOSE.badKey);
  });

  it.each([
    ["no JSON", "{"],
    ["an unknown key", JSON.stringify({ ...helloOf("x"), more: 1 })],
    ["a message out of turn", JSON.stringify({ type: "nack", jobId: "x", epoch: 0, why: "busy" })],
    ["a binary frame", Buffer.from([1, 2, 3])],
  ])("ends a link for %s and says why", async (_, frame) => {
    const socket = dial();
    const closed = closeOf(socket);
    await next(socket, "challenge");
    socket.send(frame);
    const { code, reason } = await closed;
    expect(code).toBe(CLOSE.badMessage);
    expect(reason).not.toBe("");
  });

  it("refuses a protocol version that it does not speak", async () => {
    const socket = dial();
    const closed = closeOf(socket);
    await authenticate(socket);
    await next(socket, "proof");
    socket.send(JSON.stringify({ ...helloOf("x"), protocol: { min: 7, max: 8 } }));
    expect((await closed).code).toBe(CLOSE.version);
  });

  it("ends a link that floods it", async () => {
    const socket = await link();
    const closed = closeOf(socket);
    const log = JSON.stringify({ type: "log", level: "info", event: "x", detail: "" });
    for (let index = 0; index < 200; index++) socket.send(log);
    expect((await closed).code).toBe(CLOSE.flood);
  });

  it("ends a link for a frame above 64 KiB", async () => {
    const socket = await link();
    const closed = closeOf(socket);
    socket.send("x".repeat(70_000));
    expect((await closed).code).toBe(1009);
  });

  it.each([
    ["another path", "/other", SUBPROTOCOL, {}],
    ["another sub-protocol", "/link", "zerorig.v99", {}],
    ["a browser", "/link", SUBPROTOCOL, { origin: "http://evil.example" }],
  ])("refuses %s before the upgrade", async (_, path, protocol, headers) => {
    const socket = dial(path, protocol, headers);
    const response = new Promise<number | undefined>((resolve) => {
      socket.on("unexpected-response", (_request, { statusCode }) => resolve(statusCode));
    });
    expect(await response).toBe(403);
  });

  it("answers no plain request but with 404", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/link`);
    expect(response.status).toBe(404);
  });

  it("ends a link politely for a mistake in any script", async () => {
    const socket = dial();
    const closed = closeOf(socket);
    await next(socket, "challenge");
    socket.send(JSON.stringify({ type: "é".repeat(200) }));
    const { code, reason } = await closed;
    expect(code).toBe(CLOSE.badMessage);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(reason).not.toContain("\uFFFD");
  });

  it("keeps no place for those it refused, though they do not hang up", async () => {
    const strangers = Array.from({ length: 90 }, () => {
      const socket = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      socket.resume();
      socket.write(
        "GET /link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      );
      return socket;
    });
    await Promise.all(
      strangers.map(
        (socket) =>
          new Promise<void>((resolve) =>
            socket.once("end", resolve).once("close", () => resolve()),
          ),
      ),
    );
    await link();
    for (const socket of strangers) socket.destroy();
  });

  it("survives garbage", async () => {
    const socket = createConnection(port, "127.0.0.1");
    await new Promise<void>((resolve) => {
      socket.on("close", () => resolve());
      socket.on("error", () => {});
      socket.write("\u0000\u0001garbage\r\n\r\n");
    });
    await link();
  });

  it("says that its port is in use", async () => {
    const options = { listen: "127.0.0.1", port, allow: [], beatIntervalMs: 2000 };
    const second = new LinkServer(
      options,
      systemClock,
      () => {},
      () => {},
      sideOf(keysDir),
    );
    await expect(second.listen()).rejects.toMatchObject({ code: "port-in-use" });
  });

  it("says that it has no such address", async () => {
    const options = { listen: "192.0.2.1", port: 0, allow: [], beatIntervalMs: 2000 };
    const second = new LinkServer(
      options,
      systemClock,
      () => {},
      () => {},
      sideOf(keysDir),
    );
    await expect(second.listen()).rejects.toMatchObject({ code: "bad-address" });
  });

  it("lets in only the networks that it was told", async () => {
    const options = {
      listen: "127.0.0.1",
      port: 0,
      allow: ["172.19.181.0/24"],
      beatIntervalMs: 2000,
    };
    const strict = new LinkServer(
      options,
      systemClock,
      () => {},
      () => {},
      sideOf(keysDir),
    );
    const strictPort = await strict.listen();
    const socket = new WebSocket(`ws://127.0.0.2:${strictPort}/link`, SUBPROTOCOL, {
      localAddress: "127.0.0.3",
    });
    sockets.push(socket);
    const refused = await new Promise<boolean>((resolve) => {
      socket.on("error", () => resolve(true));
      socket.on("open", () => resolve(false));
    });
    expect(refused).toBe(true);
    await strict.stop();
  });
});
