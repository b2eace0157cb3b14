import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { initialState } from "../core/state.ts";
import type { RigEvent } from "../core/status.ts";
import { view } from "../core/view.ts";
import { NO_MINERS } from "../pools/stratum-server/report.ts";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { handClock } from "../shell/hand-clock.ts";
import { LogRing } from "../shell/log-ring.ts";
import { type ApiOptions, ApiServer } from "./api-server.ts";
import { OPERATIONS } from "./openapi.ts";

const TOKEN = "a-token-of-the-test-0123456789";
const STATE = initialState(
  { slots: ["p1", "p2"], hostWorkers: 0 },
  DEFAULT_POLICY,
  NOTHING_REMEMBERED,
  0,
);
const STATUS = view(STATE, { version: "1.2.3", board: "a board" }, 5000);

const SCHEDULE = { source: "file", clock_set: false, at: "x", until: "y", intervals: [] } as const;

let server: ApiServer | null = null;
let port = 0;
let asked: ActRequest[] = [];
let warned: string[] = [];
let clock = handClock();
let ring = new LogRing();
let rig = { ...STATE, readAt: 1, linkServerProvedAt: 1 };
afterEach(async () => {
  await server?.close();
  server = null;
});

function answerOf(request: ActRequest): ControlReply {
  if ("slots" in request && request.slots.includes("p9")) {
    return { ok: false, code: "no-slot", error: "this rig has no p9" };
  }
  if (request.verb === "plan") return { ok: true, intentions: [] };
  if (request.verb === "why") return { ok: true, explanations: [] };
  if (request.verb === "schedule") return { ok: true, schedule: SCHEDULE };
  if (request.verb === "windows" || request.verb === "set-windows") {
    return { ok: true, windows: { source: "file", windows: [], file: [] } };
  }
  return { ok: true, status: STATUS };
}

async function serve(more: Partial<ApiOptions> = {}): Promise<void> {
  [asked, warned, clock, rig, ring] = [
    [],
    [],
    handClock(),
    { ...STATE, readAt: 1, linkServerProvedAt: 1 },
    new LogRing(),
  ];
  server = await ApiServer.make(
    {
      listen: "127.0.0.1",
      port: 0,
      token: TOKEN,
      readOnly: false,
      hosts: ["rig.local"],
      version: "1.2.3",
      pageDir: null,
      ...more,
    },
    {
      clock,
      status: () => STATUS,
      rig: () => rig,
      miners: () => NO_MINERS,
      act: async (request) => {
        asked.push(request);
        return answerOf(request);
      },
      warn: (ev) => void warned.push(ev),
      ring,
    },
  );
  port = Number(new URL(await server.listen()).port);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function call(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers, agent: false } as const;
    const sent = httpRequest(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const KEYED = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
/** Where no body is sent. */
const KEYED_BARE = { authorization: KEYED.authorization };

function post(path: string, body: object = {}, headers: Readonly<Record<string, string>> = KEYED) {
  return call("POST", path, headers, JSON.stringify(body));
}

describe("reading", () => {
  it("takes no token", async () => {
    await serve({ token: null });
    const { status, headers, text } = await call("GET", "/api/v1/status");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(STATUS)));
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(await call("GET", "/api/v1/plan")).toMatchObject({ status: 200 });
    expect(await call("GET", "/api/v1/slots/p1,p2/why")).toMatchObject({ status: 200 });
    expect(asked).toEqual([{ verb: "plan" }, { verb: "why", slots: ["p1", "p2"] }]);
    expect(await call("GET", "/api/v1/slots/p1;/why")).toMatchObject({ status: 400 });
  });

  it("has a head of all but the streams, which have no end", async () => {
    await serve();
    expect(await call("HEAD", "/healthz")).toMatchObject({ status: 200, text: "" });
    for (const path of ["/api/v1/stream", "/api/v1/log/stream"]) {
      expect(await call("HEAD", path)).toMatchObject({ status: 404 });
    }
  });

  it("says of an address that cannot be read that it cannot, in its own words", async () => {
    await serve();
    const long = `/api/v1/slots/${"p".repeat(500)}/why`;
    for (const [path, status] of [
      ["/api/%zz", 400],
      [long, 414],
    ] as const) {
      const answer = await call("GET", path);
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.text)).toMatchObject({ ok: false, code: "bad-request" });
      expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    }
  });

  it("takes as many slots as a rig may have", async () => {
    await serve();
    const slots = Array.from({ length: 99 }, (_, index) => `p${index + 1}`);
    const path = `/api/v1/slots/${slots.join(",")}`;
    const { status, text } = await call("GET", `${path}/why`);
    expect([status, JSON.parse(text).code]).toEqual([404, "no-slot"]);
    expect(asked).toEqual([{ verb: "why", slots }]);
  });

  it("says of what is not there that it is not", async () => {
    await serve();
    expect(await call("GET", "/nowhere?token=secret")).toMatchObject({
      status: 404,
      text: expect.stringContaining("nothing is at GET /nowhere"),
    });
    expect((await call("GET", "/nowhere?token=secret")).text).not.toContain("secret");
    expect(await call("GET", "/api/v1/slots/p9/why")).toMatchObject({ status: 404 });
  });

  it("is for Prometheus too", async () => {
    await serve();
    const { status, headers, text } = await call("GET", "/metrics");
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/plain");
    expect(text).toContain('zerorig_slot_state{slot="p1",state="Unknown",why="start"} 1');
    expect(text).toContain('zerorig_slot_shares_total{slot="p2",verdict="accepted"} 0');
    expect(text).not.toContain("NaN");
  });
});

describe("health", () => {
  it("is that the loop turns, and readiness that the rig can be run", async () => {
    await serve();
    expect(await call("GET", "/healthz")).toMatchObject({ status: 200 });
    expect(await call("GET", "/readyz")).toMatchObject({ status: 200 });
    rig = { ...rig, boardError: "no answer" };
    const ready = await call("GET", "/readyz");
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.text).faults).toEqual(["the board cannot be read: no answer"]);
    expect(await call("GET", "/healthz")).toMatchObject({ status: 200 });
    await clock.pass(20_000);
    expect(await call("GET", "/healthz")).toMatchObject({
      status: 503,
      text: expect.stringContaining("stood still for 20 s"),
    });
    expect((await call("GET", "/readyz")).text).toContain("the link server does not answer");
  });
});

describe("changing", () => {
  it("takes the token, and carries each field along", async () => {
    await serve();
    expect(await post("/api/v1/slots/p1,p2/off", { reason: "dust", hard: true })).toMatchObject({
      status: 200,
    });
    expect(await post("/api/v1/slots/p1/cordon", { reason: "card", for_ms: 5000 })).toMatchObject({
      status: 200,
    });
    expect(await post("/api/v1/rig/override", { watts: null, reason: "x" })).toMatchObject({
      status: 200,
    });
    expect(asked).toEqual([
      { verb: "off", slots: ["p1", "p2"], reason: "dust", hard: true },
      { verb: "cordon", slots: ["p1"], reason: "card", forMs: 5000 },
      { verb: "override", watts: null, reason: "x", forMs: null },
    ]);
    // An empty body is none.
    const bare = await call("POST", "/api/v1/slots/p1/on", KEYED_BARE);
    expect(bare.status).toBe(200);
    expect(asked.at(-1)).toEqual({ verb: "on", slots: ["p1"], reason: "asked over HTTP" });
  });

  it.each([
    ["/api/v1/slots/p1/cordon", {}, "reason"],
    ["/api/v1/slots/p1/cordon", { reason: "x", for_ms: -1 }, "for_ms"],
    ["/api/v1/slots/p1/cordon", { reason: "x", forMs: 5 }, "forMs: unknown"],
    ["/api/v1/slots/p1/off", { hard: "yes" }, "hard"],
    ["/api/v1/slots/x1/off", {}, "slots"],
    ["/api/v1/rig/ceiling", { watts: 1e9, source: "sun", for_ms: 5 }, "watts"],
    ["/api/v1/rig/pool-node", { node: "nowhere" }, "node"],
    ["/api/v1/rig/pause", ["reason"], "the body is a JSON object"],
  ])("%s refuses %j and names the field", async (path, body, named) => {
    await serve();
    const { status, text } = await post(path, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ ok: false, code: "bad-request" });
    expect(JSON.parse(text).error).toContain(named);
    expect(asked).toEqual([]);
  });

  it("is refused without the token, with a wrong one, and where nothing may be changed", async () => {
    await serve();
    const path = "/api/v1/slots/p1/off";
    expect(await post(path, {}, { "content-type": "application/json" })).toMatchObject({
      status: 401,
    });
    const wrong = { ...KEYED, authorization: "Bearer wrong" };
    expect(await post(path, {}, wrong)).toMatchObject({ status: 401 });
    await server?.close();
    await serve({ token: null });
    expect(await post(path)).toMatchObject({ status: 403 });
    await server?.close();
    await serve({ readOnly: true });
    expect(await post(path)).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  it.each([
    ["without the token", {}, {}, 401],
    ["where there is none", { token: null }, KEYED_BARE, 403],
    ["where nothing may be changed", { readOnly: true }, KEYED_BARE, 403],
  ] as const)("is refused in every operation that is no GET %s", async (_, options, head, want) => {
    await serve(options);
    const changes = OPERATIONS.filter(({ method }) => method !== "get");
    expect(changes.length).toBeGreaterThan(15);
    for (const { method, path } of changes) {
      const url = path.replace(/\{slots?\}/, "p1");
      const { status } = await call(method.toUpperCase(), url, head);
      expect([method, path, status]).toEqual([method, path, want]);
    }
    expect(asked).toEqual([]);
  });

  it("is refused to who guesses, even with the right token, until the lock is over", async () => {
    await serve();
    const path = "/api/v1/slots/p1/off";
    const guess = () => post(path, {}, { ...KEYED, authorization: "Bearer guess" });
    for (let count = 0; count < 5; count++) expect(await guess()).toMatchObject({ status: 401 });
    expect(warned).toEqual(["api.locked-out"]);
    const locked = await post(path);
    expect(locked).toMatchObject({ status: 429 });
    expect(locked.headers["retry-after"]).toBe("60");
    expect(await call("GET", "/api/v1/status")).toMatchObject({ status: 200 });
    await clock.pass(60_000);
    expect(await post(path)).toMatchObject({ status: 200 });
  });
});

describe("a stranger", () => {
  it.each([
    ["calls us by another name", { host: "evil.example" }],
    ["comes from another page", { origin: "http://evil.example" }],
    ["comes from another site", { "sec-fetch-site": "cross-site" }],
  ])("is refused: %s", async (_, headers) => {
    await serve();
    expect(await call("GET", "/api/v1/status", headers)).toMatchObject({ status: 403 });
    expect(await post("/api/v1/slots/p1/off", {}, { ...KEYED, ...headers })).toMatchObject({
      status: 403,
    });
    expect(asked).toEqual([]);
  });

  it("is known by the names that are ours", async () => {
    await serve();
    const headers = { host: "rig.local:8080", origin: "http://rig.local:8080" };
    expect(await call("GET", "/api/v1/status", headers)).toMatchObject({ status: 200 });
  });

  it("is refused what is too large, no JSON, or too often", async () => {
    await serve();
    const path = "/api/v1/slots/p1/off";
    expect(await post(path, { reason: "x".repeat(20_000) })).toMatchObject({ status: 413 });
    expect(await call("POST", path, KEYED, "{")).toMatchObject({ status: 400 });
    const plain = { ...KEYED, "content-type": "text/xml" };
    expect(await call("POST", path, plain, "<off/>")).toMatchObject({
      status: 415,
      text: expect.stringContaining("content-type: application/json"),
    });
    const many = Array.from({ length: 120 }, () => call("GET", "/healthz"));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });
});

describe("the description", () => {
  it("has every operation that is served, and each is served", async () => {
    await serve();
    const { text } = await call("GET", "/api/openapi.json");
    const { openapi, paths } = JSON.parse(text);
    expect(openapi).toBe("3.1.0");
    const named = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(named.sort()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path, answers } of OPERATIONS) {
      if (answers === "text/event-stream") continue;
      const url = path.replace(/\{slots?\}/, "p1");
      const { status } = await call(method.toUpperCase(), url, KEYED, method === "get" ? "" : "{}");
      // Whatever is missing in the body: the path is known.
      expect([200, 400]).toContain(status);
    }
    expect(paths["/readyz"].get.responses).toHaveProperty("503");
    const reset = paths["/redfish/v1/Systems/{slot}/Actions/ComputerSystem.Reset"].post;
    expect(Object.keys(reset.responses)).toEqual(["204", "default"]);
  });
});

describe("the schedule", () => {
  const PATH = "/api/v1/schedule/windows";
  const put = (body: unknown, headers: Readonly<Record<string, string>> = KEYED) =>
    call("PUT", PATH, headers, JSON.stringify(body));
  const window = { name: "night", from: "0 22 * * *", to: "0 6 * * *", zone: "UTC", watts: 2 };

  it("is read without a token, a week or so many days of it", async () => {
    await serve({ token: null });
    const { status, text } = await call("GET", "/api/v1/schedule");
    expect([status, JSON.parse(text)]).toEqual([200, SCHEDULE]);
    await call("GET", "/api/v1/schedule?days=3");
    expect(asked).toEqual([
      { verb: "schedule", days: 7 },
      { verb: "schedule", days: 3 },
    ]);
    for (const days of ["0", "32", "x", "1.5", ""]) {
      const refused = await call("GET", `/api/v1/schedule?days=${days}`);
      expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("days: ") });
    }
    expect(JSON.parse((await call("GET", PATH)).text)).toMatchObject({ source: "file" });
  });

  it("is changed with a token, and given back by null, a null in its place, or DELETE", async () => {
    await serve();
    expect((await put({ windows: [window], reason: "guests" })).status).toBe(200);
    expect((await put({ windows: null })).status).toBe(200);
    expect((await put(null)).status).toBe(200);
    expect((await call("DELETE", PATH, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    const back = { verb: "set-windows", windows: null, reason: "asked over HTTP" };
    expect(asked).toEqual([
      { verb: "set-windows", windows: [window], reason: "guests" },
      back,
      back,
      back,
    ]);
    expect(await put({ window: [] })).toMatchObject({
      status: 400,
      text: expect.stringContaining("window: unknown; set-windows takes windows, reason"),
    });
    const json = { "content-type": "application/json" };
    expect((await put({ windows: [] }, json)).status).toBe(401);
    expect((await call("DELETE", PATH)).status).toBe(401);
    expect(asked).toHaveLength(4);
  });
});

/** Reads a stream until its text has this. */
function listenAt(
  path: string,
  until: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, headers, agent: false }, (from) => {
      let text = "";
      from.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (!text.includes(until)) return;
        sent.destroy();
        resolve(text);
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the page", () => {
  const dir = new URL("./testing-page/", import.meta.url);

  it("is served to whoever reaches the API, also by a link on another site", async () => {
    await serve({ pageDir: new URL("../page/", import.meta.url) });
    const linked = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const page = await call("GET", "/", linked);
    expect(page.status).toBe(200);
    expect(page.text).toContain("<title>zerorig</title>");
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
    const again = await call("GET", "/", { "if-none-match": String(page.headers["etag"]) });
    expect(again).toMatchObject({ status: 304, text: "" });
    expect(await call("GET", "/assets/none.js")).toMatchObject({ status: 404 });
    expect(await call("GET", "/api/v1/status", linked)).toMatchObject({ status: 403 });
    expect(await call("GET", "/", { host: "evil.example" })).toMatchObject({ status: 403 });
  });

  it("is not there where it was not built", async () => {
    await serve({ pageDir: dir });
    expect(await call("GET", "/")).toMatchObject({ status: 404 });
    await server?.close();
    await serve();
    expect(await call("GET", "/")).toMatchObject({ status: 404 });
  });
});

describe("access", () => {
  const read = async (headers: Readonly<Record<string, string>> = {}) => {
    const { status, text } = await call("GET", "/api/v1/access", headers);
    return { status, ...JSON.parse(text) };
  };

  it("says whether changes are possible, and whether a token is right", async () => {
    await serve();
    expect(await read()).toEqual({ status: 200, changes: "token", why: null });
    expect(await read(KEYED)).toEqual({ status: 200, changes: "token", why: null });
    expect(await read({ authorization: "Bearer guess" })).toMatchObject({ status: 401 });
  });

  it("counts wrong tokens like any other request", async () => {
    await serve();
    const guess = { authorization: "Bearer guess" };
    for (let tries = 0; tries < 5; tries++)
      expect(await read(guess)).toMatchObject({ status: 401 });
    expect(await read(KEYED)).toMatchObject({ status: 429, code: "locked-out" });
    expect(await read()).toMatchObject({ status: 200 });
  });

  it.each([
    [{ token: null }, "names no token"],
    [{ readOnly: true }, "read_only is set"],
  ])("says why none are, whoever asks: %o", async (options, why) => {
    await serve(options);
    expect(await read(KEYED)).toEqual({
      status: 200,
      changes: "none",
      why: expect.stringContaining(why),
    });
  });
});

describe("the stream", () => {
  const listen = (until: string, headers: Readonly<Record<string, string>> = {}) =>
    listenAt("/api/v1/stream", until, headers);

  const event = (ev: string): RigEvent => ({
    at: "2026-01-01T00:00:00.000Z",
    at_ms: 1,
    level: "info",
    ev,
    slot: "p1",
    why: null,
    detail: {},
  });

  it("begins with the state, then tells events, and again those that were missed", async () => {
    await serve();
    server?.publish(event("before"));
    const first = listen("event: status");
    expect(await first).toContain('"version":"1.2.3"');
    const told = listen('"ev":"now"');
    const timer = setInterval(() => server?.publish(event("now")), 20);
    expect(await told).toMatch(/id: \d+\nevent: event\ndata: /);
    clearInterval(timer);
    const again = await listen('"ev":"now"', { "last-event-id": "0" });
    expect(again).toContain(
      'id: 1\nevent: event\ndata: {"at":"2026-01-01T00:00:00.000Z","at_ms":1',
    );
    // Of a controller that ran before this one, whose numbers were higher.
    const anew = await listen('"ev":"now"', { "last-event-id": "900" });
    expect(anew).toContain("id: 1\nevent: event\n");
  });
});

describe("the stream of a rig in which nothing changes", () => {
  it("says so every few seconds: silence is a controller that stands still", async () => {
    await serve();
    const [status, ...more] = (await listenAt("/api/v1/stream", "event: still")).split("\n\n");
    expect(status).toContain("event: status");
    expect(more[0]).toBe("event: still\ndata: {}");
  });
});

describe("the log", () => {
  const line = (ev: string, level = 30) =>
    ring.take(JSON.stringify({ level, time: "2026-01-01T00:00:00.000Z", ev, slot: "p1" }));
  const linesAt = async (path: string) =>
    JSON.parse((await call("GET", path)).text).lines.map(({ ev }: { ev: string }) => ev);

  it("shows its newest lines, of a level and a slot if told", async () => {
    await serve({ token: null });
    for (const ev of ["a", "b", "c"]) line(ev, ev === "a" ? 50 : 30);
    expect(await linesAt("/api/v1/log")).toEqual(["a", "b", "c"]);
    expect(await linesAt("/api/v1/log?lines=2")).toEqual(["b", "c"]);
    expect(await linesAt("/api/v1/log?lines=2&level=error")).toEqual(["a"]);
    expect(await linesAt("/api/v1/log?slot=p2")).toEqual([]);
  });

  it.each(["lines=-1", "lines=2001", "lines=x", "level=loud", "slot=7"])(
    "refuses ?%s and names it",
    async (query) => {
      await serve();
      for (const path of ["/api/v1/log", "/api/v1/log/stream"]) {
        const { status, text } = await call("GET", `${path}?${query}`);
        expect(status).toBe(400);
        expect(JSON.parse(text).error).toContain(query.split("=")[0]);
      }
    },
  );

  it("is streamed: what comes, after as many as told, or what was missed", async () => {
    await serve();
    for (const ev of ["a", "b", "c"]) line(ev);
    const first = listenAt("/api/v1/log/stream?lines=2", '"ev":"d"');
    while (ring.followerCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    line("d");
    expect((await first).match(/"ev":"."/g)).toEqual(['"ev":"b"', '"ev":"c"', '"ev":"d"']);
    expect(await first).toContain('id: 4\nevent: line\ndata: {"n":4,');
    const again = await listenAt("/api/v1/log/stream", '"ev":"d"', { "last-event-id": "2" });
    expect(again.match(/"ev":"."/g)).toEqual(['"ev":"c"', '"ev":"d"']);
    // Of a controller that ran before this one, whose numbers were higher.
    const anew = await listenAt("/api/v1/log/stream", '"ev":"d"', { "last-event-id": "900" });
    expect(anew.match(/"ev":"."/g)).toHaveLength(4);
  });

  it("has no more readers than it can serve, and forgets those that left", async () => {
    await serve();
    const open = Array.from({ length: 16 }, () =>
      httpRequest({ host: "127.0.0.1", port, path: "/api/v1/log/stream", agent: false })
        .on("error", () => {})
        .end(),
    );
    while (ring.followerCount < 16) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await call("GET", "/api/v1/log/stream")).toMatchObject({ status: 429 });
    for (const each of open) each.destroy();
    while (ring.followerCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    line("a");
    expect(await listenAt("/api/v1/log/stream?lines=1", '"ev":"a"')).toContain("id: 1");
  });
});
