// The proxy before real services over TCP; the rig behind it is a state that the test changes by hand.

import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { mining, withSlot } from "../../test/sim/scene.ts";
import type { ProxyConfig } from "../config/config.ts";
import { routeOf } from "../config/route-list.ts";
import type { EventOf } from "../core/event.ts";
import type { Slot } from "../core/slot.ts";
import type { RigState } from "../core/state.ts";
import { systemClock } from "../shell/clock.ts";
import { ProxyServer } from "./proxy-server.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service on loopback; its address. */
async function service(handler: Handler, sockets = false): Promise<string> {
  const server = createServer(handler);
  if (sockets) {
    const wss = new WebSocketServer({ server });
    wss.on("connection", (socket, { url, headers }) => {
      socket.send(`${url} ${headers.host} ${headers["x-forwarded-prefix"]}`);
      socket.on("message", (data) => socket.send(`echo ${data}`));
    });
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Nobody listens there. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

const CONFIG: ProxyConfig = {
  listen: "127.0.0.1",
  port: 0,
  waitMs: 60_000,
  maxWaiting: 3,
  maxConnections: 100,
  responseMs: 60_000,
  maxBodyBytes: 10_000,
  trustsForwarded: false,
  routes: [],
};

interface Scene {
  readonly url: string;
  readonly proxy: ProxyServer;
  readonly demands: Omit<EventOf<"demand">, "now">[];
  /** Changes what the core knows of a slot. */
  change(slot: "p1" | "p2", changes: Partial<Slot>): void;
  patch(changes: Partial<RigState>): void;
  now(): number;
}

const ASLEEP = { phase: "Off", line: "off", link: null, offAt: 0, wanted: "on" } as const;

async function scene(
  address: Readonly<Record<string, string>>,
  changes: Partial<ProxyConfig> = {},
  route: { readonly keep_path?: boolean } = {},
): Promise<Scene> {
  const world = mining({ zeros: 2, lines: "on", policy: { onDemand: ["p1", "p2"] } });
  const offsetMs = systemClock.now() - world.now;
  let state: RigState = { ...world.state, lastOnAt: 0 };
  const clock = { ...systemClock, now: () => systemClock.now() - offsetMs };
  const demands: Scene["demands"][number][] = [];
  const slots = Object.keys(address);
  const config = {
    ...CONFIG,
    routes: [routeOf({ path: "/app", slots, address, ...route })],
    ...changes,
  };
  const proxy = await ProxyServer.make(config, {
    clock,
    rig: () => state,
    post: (demand) => demands.push(demand),
    warn: () => {},
  });
  onTestFinished(() => proxy.close());
  const url = await proxy.listen();
  return {
    url,
    proxy,
    demands,
    now: clock.now,
    change: (slot, next) => {
      state = withSlot(state, slot, next);
    },
    patch: (next) => {
      state = { ...state, ...next };
    },
  };
}

const hello: Handler = (_, response) => response.end("hello");

async function told(answer: Response): Promise<{ readonly code: string; readonly error: string }> {
  return (await answer.json()) as { code: string; error: string };
}

/** As a browser, or another program, asks. */
function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: "manual" });
}

describe("a request to a Zero that is up", () => {
  it("reaches its service below the route's path, which is told who asks", async () => {
    let seen: IncomingMessage | undefined;
    const one = await service((asked, response) => {
      seen = asked;
      response.setHeader("connection", "x-hop");
      response.setHeader("x-hop", "1");
      response.setHeader("location", "/there");
      response.statusCode = 302;
      response.end("moved");
    });
    const { url } = await scene({ p1: one });
    const answer = await get(`${url}/app/a%20b?c=d`, {
      "x-forwarded-for": "6.6.6.6",
      "x-forwarded-host": "evil.example",
      te: "trailers",
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("/app/there");
    expect(answer.headers.get("x-hop")).toBeNull();
    expect(await answer.text()).toBe("moved");
    const { host } = new URL(url);
    expect(seen?.url).toBe("/a%20b?c=d");
    expect(seen?.headers).toMatchObject({
      host,
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": host,
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/app",
    });
    expect(seen?.headers["te"]).toBeUndefined();
  });

  it("keeps its path, and what a proxy before us says, where that is configured", async () => {
    let seen: IncomingMessage | undefined;
    const one = await service((asked, response) => {
      seen = asked;
      response.setHeader("location", "/app/there");
      response.end();
    });
    const { url } = await scene({ p1: one }, { trustsForwarded: true }, { keep_path: true });
    const answer = await get(`${url}/app/a`, {
      "x-forwarded-for": "192.0.2.9",
      "x-forwarded-proto": "https",
    });
    expect(answer.headers.get("location")).toBe("/app/there");
    expect(seen?.url).toBe("/app/a");
    expect(seen?.headers).toMatchObject({
      "x-forwarded-for": "192.0.2.9, 127.0.0.1",
      "x-forwarded-proto": "https",
    });
    expect(seen?.headers["x-forwarded-prefix"]).toBeUndefined();
  });

  it.each(["text/plain", "application/json", "application/x-www-form-urlencoded", ""])(
    "carries its body unchanged: %s",
    async (type) => {
      const one = await service((asked, response) => void asked.pipe(response));
      const { url } = await scene({ p1: one });
      const body = Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0x80]);
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      const answer = await fetch(`${url}/app`, { method: "POST", body, headers });
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(body);
    },
  );

  it("goes to the one with the least to do", async () => {
    let inFirst = 0;
    const slow = await service((asked, response) => {
      inFirst++;
      asked.once("close", () => inFirst--);
      response.write("...");
    });
    const { url } = await scene({ p1: slow, p2: await service(hello) });
    const held = await get(`${url}/app`);
    expect(inFirst).toBe(1);
    expect(await (await get(`${url}/app`)).text()).toBe("hello");
    await held.body?.cancel();
  });

  it("counts as use for as long as it lasts", async () => {
    const { url, proxy, demands } = await scene({ p1: await service(hello) });
    await (await get(`${url}/app`)).text();
    expect(demands[0]).toMatchObject({ slots: ["p1"], by: "/app" });
    expect(demands[0]?.forMs).toBeCloseTo(600_000, -3);
    await expect.poll(() => proxy.status().slots).toEqual([{ slot: "p1", active: 0 }]);
    expect(proxy.status()).toMatchObject({
      url,
      waiting: 0,
      requests: { served: 1, waited: 0, failed: 0, websockets: 0, refused: {} },
      routes: [{ name: "/app", slots: ["p1"], waiting: 0, serves: true, why: "p1 serves" }],
    });
  });
});

describe("a request that cannot be passed on", () => {
  it.each(["/", "/apps", "/x"])("to no route's path is not found: %s", async (path) => {
    const { url } = await scene({ p1: await service(hello) });
    const answer = await get(url + path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ ok: false, code: "no-route" });
  });

  it("that climbs out of its path is refused", async () => {
    const { url } = await scene({ p1: await service(hello) });
    const status = await new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      request({ hostname, port, path: "/app/..%2f..%2fetc" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(400);
  });

  it("with a body that is too large is refused, whether it says so or not", async () => {
    const one = await service((asked, response) => void asked.pipe(response));
    const { url } = await scene({ p1: one });
    const body = Buffer.alloc(20_000, 1);
    const refused = await fetch(`${url}/app`, { method: "POST", body });
    expect([refused.status, (await told(refused)).code]).toEqual([413, "too-large"]);
    const { hostname, port } = new URL(url);
    const status = await new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path: "/app", method: "POST" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on("error", reject);
      asked.write(body);
      asked.end();
    });
    expect(status).toBe(413);
  });

  it("by a strange method is refused", async () => {
    const { url } = await scene({ p1: await service(hello) });
    const answer = await fetch(`${url}/app`, { method: "PROPFIND" });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe("a service that fails", () => {
  it("before it began is a bad gateway for what may not be repeated", async () => {
    const gone = await service((asked) => void asked.socket.destroy());
    const { url, proxy } = await scene({ p1: gone, p2: await service(hello) });
    const answer = await fetch(`${url}/app`, { method: "POST", body: "x" });
    expect(answer.status).toBe(502);
    const { code, error } = await told(answer);
    expect(code).toBe("bad-gateway");
    expect(error).toMatch(/^p1's service on port \d+ did not answer: /);
    expect(proxy.status().requests.failed).toBe(1);
  });

  it("costs a GET nothing where another Zero has it too", async () => {
    const gone = await service((asked) => void asked.socket.destroy());
    const { url } = await scene({ p1: gone, p2: await service(hello) });
    const answers = await Promise.all([1, 2, 3].map(() => get(`${url}/app`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("is told of where there is no other", async () => {
    let tries = 0;
    const gone = await service((asked) => {
      tries++;
      asked.socket.destroy();
    });
    const { url } = await scene({ p1: gone });
    expect((await get(`${url}/app`)).status).toBe(502);
    expect(tries).toBe(2);
  });

  it("that takes too long to begin is a gateway timeout", async () => {
    const { url } = await scene({ p1: await service(() => {}) }, { responseMs: 400 });
    const answer = await get(`${url}/app`, { accept: "text/html" });
    expect(answer.status).toBe(504);
    expect(await answer.text()).toContain("did not begin its answer within 0.4 s");
  });
});

describe("a request while no Zero is up", () => {
  it("waits, asks for one, and is served when it is up", async () => {
    const { url, proxy, change, demands } = await scene({ p1: await service(hello) });
    change("p1", ASLEEP);
    const asked = get(`${url}/app`);
    await expect.poll(() => demands.length).toBe(1);
    expect(demands[0]).toMatchObject({ slots: ["p1"], by: "/app" });
    expect(demands[0]?.forMs).toBeLessThan(61_000);
    expect(proxy.status().waiting).toBe(1);
    change("p1", { phase: "Ready", line: "on" });
    expect(await (await asked).text()).toBe("hello");
    expect(proxy.status()).toMatchObject({ waiting: 0, requests: { served: 1, waited: 1 } });
  });

  it("is told to come again when it has waited for long: a browser by a page that does", async () => {
    const { url, change } = await scene({ p1: await service(hello) }, { waitMs: 300 });
    change("p1", { ...ASLEEP, bootMs: [20_000, 3000, 4000] });
    const json = await get(`${url}/app`, { accept: "application/json" });
    expect([json.status, json.headers.get("retry-after")]).toEqual([503, "4"]);
    expect(await json.json()).toEqual({ ok: false, code: "waking", error: "p1 is woken" });
    const page = await get(`${url}/app`, { accept: "text/html,application/xhtml+xml" });
    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "4"]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const text = await page.text();
    expect(text).toContain('<meta http-equiv="refresh" content="4">');
    expect(text).toContain("p1 is woken.");
  });

  it("is told at once why none can be woken", async () => {
    const { url, change, patch, demands } = await scene({ p1: await service(hello) });
    change("p1", ASLEEP);
    patch({ external: { watts: 0, source: "sun", until: Number.POSITIVE_INFINITY } });
    const answer = await get(`${url}/app`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "30"]);
    const error = "p1 cannot be woken: the ceiling leaves no room for it";
    expect(await answer.json()).toEqual({ ok: false, code: "unavailable", error });
    expect(demands).toEqual([]);
  });

  it("is not one too many", async () => {
    const { url, proxy, change } = await scene({ p1: await service(hello) });
    change("p1", ASLEEP);
    const asked = [1, 2, 3].map(() => get(`${url}/app`));
    await expect.poll(() => proxy.status().waiting).toBe(3);
    const answer = await get(`${url}/app`);
    expect([answer.status, (await told(answer)).code]).toEqual([503, "busy"]);
    change("p1", { phase: "Ready", line: "on" });
    for (const each of asked) expect((await each).status).toBe(200);
    expect(proxy.status().requests.refused).toEqual({ busy: 1 });
  });

  it("leaves its place when whoever asked is gone", async () => {
    const { url, proxy, change } = await scene({ p1: await service(hello) });
    change("p1", ASLEEP);
    const abort = new AbortController();
    const asked = fetch(`${url}/app`, { signal: abort.signal }).catch(() => "gone");
    await expect.poll(() => proxy.status().waiting).toBe(1);
    abort.abort();
    expect(await asked).toBe("gone");
    await expect.poll(() => proxy.status().waiting).toBe(0);
  });

  it("waits for a service that only starts, and not for one that is not there", async () => {
    const { url, change, now } = await scene({ p1: await nowhere() }, { waitMs: 300 });
    change("p1", { phase: "Ready", since: now() });
    const waits = await get(`${url}/app`);
    expect((await told(waits)).error).toBe("p1 is up, and its service is starting");
    change("p1", { since: Number.NEGATIVE_INFINITY });
    const answer = await get(`${url}/app`);
    expect((await told(answer)).error).toBe("p1 is up, and nothing answers on its port");
  });

  it("is answered when the controller stops", async () => {
    const { url, proxy, change } = await scene({ p1: await service(hello) });
    change("p1", ASLEEP);
    const asked = get(`${url}/app`);
    await expect.poll(() => proxy.status().waiting).toBe(1);
    await proxy.close();
    expect((await asked).status).toBe(503);
  });
});

describe("a WebSocket", () => {
  it("goes through, counts as use while it is open, and waits for a Zero like any request", async () => {
    const { url, proxy, change } = await scene({ p1: await service(hello, true) });
    change("p1", ASLEEP);
    const socket = new WebSocket(`${url.replace("http", "ws")}/app/chat?x=1`);
    const heard: string[] = [];
    socket.on("message", (data) => heard.push(String(data)));
    await expect.poll(() => proxy.status().waiting).toBe(1);
    change("p1", { phase: "Ready", line: "on" });
    await expect.poll(() => heard[0]).toBe(`/chat?x=1 ${new URL(url).host} /app`);
    socket.send("hi");
    await expect.poll(() => heard[1]).toBe("echo hi");
    expect(proxy.status().slots).toEqual([{ slot: "p1", active: 1 }]);
    expect(proxy.status().requests.websockets).toBe(1);
    socket.close();
    await expect.poll(() => proxy.status().slots).toEqual([{ slot: "p1", active: 0 }]);
  });

  it("that gets no Zero is refused by its handshake", async () => {
    const { url, change } = await scene({ p1: await service(hello, true) });
    change("p1", { ...ASLEEP, wanted: "off" });
    const socket = new WebSocket(`${url.replace("http", "ws")}/app`);
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_, answer) => resolve(answer.statusCode));
      socket.on("error", () => {});
    });
    expect(status).toBe(503);
    socket.terminate();
  });
});
