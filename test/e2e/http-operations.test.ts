// Every operation that the API's description names, and every curl line of the docs, at a rig of real processes; then strangers,
// who are refused while it mines on.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { expect, it } from "vitest";
import { isInstalled } from "./installed.ts";
import { until } from "./programs.ts";
import { type Served, served, TOKEN } from "./served-rig.ts";

const CURL = isInstalled("curl", ["--version"], "curl");
const JOB = { algorithm: "duco-s1", prefix: "a".repeat(40), target: "b".repeat(40), to: 1000 };
const WINDOW = { name: "night", from: "0 22 * * *", to: "0 6 * * *", zone: "UTC", watts: 90 };

/** What the bodies have to say; an operation that is not here takes none. Whoever adds one that must is told by this test. */
const BODIES: Readonly<Record<string, object>> = {
  "/api/v1/slots/{slots}/cordon": { reason: "e2e" },
  "/api/v1/slots/{slots}/drain": { reason: "e2e", for_ms: 1000 },
  "/api/v1/slots/{slots}/maintenance": { reason: "e2e" },
  "/api/v1/slots/{slots}/wake": { for_ms: 1000 },
  "/api/v1/slots/{slots}/identify": { for_ms: 1000 },
  "/api/v1/rig/pause": { reason: "e2e" },
  "/api/v1/rig/override": { watts: null, reason: "e2e", for_ms: 60_000 },
  "/api/v1/rig/ceiling": { watts: 90, source: "e2e", for_ms: 60_000 },
  "/api/v1/rig/pool-node": { node: null },
  "/api/v1/jobs": JOB,
  "/api/v1/schedule/windows": { windows: [WINDOW] },
  "/redfish/v1/Systems/{slot}/Actions/ComputerSystem.Reset": { ResetType: "On" },
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** With a head of our own making; a stream is read until its first event. */
function call(
  { port }: Served,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers, agent: false } as const;
    const sent = requestHttp(options, (got) => {
      const status = got.statusCode ?? 0;
      let text = "";
      got.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (got.headers["content-type"]?.startsWith("text/event-stream") !== true) return;
        if (!text.includes("\n\n")) return;
        sent.destroy();
        resolve({ status, text });
      });
      got.on("end", () => resolve({ status, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const KEYED = {
  authorization: `Bearer ${TOKEN}`,
  "content-type": "application/json",
  "idempotency-key": "e2e",
};

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: object }>>>
  >;
}

async function everyOperation(rig: Served): Promise<void> {
  const { text } = await call(rig, "GET", "/api/openapi.json");
  const operations = Object.entries((JSON.parse(text) as Described).paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(
        ([method, { responses }]) => [method, path, Object.keys(responses)] as const,
      ),
  );
  expect(operations.length).toBeGreaterThan(40);
  const failed: string[] = [];
  const submitted = await call(rig, "POST", "/api/v1/jobs", KEYED, JSON.stringify(JOB));
  const job = String(JSON.parse(submitted.text).id);
  for (const [method, path, statuses] of operations) {
    const isRead = method === "get";
    // The log's stream begins with what is asked for, or waits for the next line.
    const query = path === "/api/v1/log/stream" ? "?lines=1" : "";
    const body = isRead || method === "delete" ? "" : JSON.stringify(BODIES[path] ?? {});
    const url = path.replace(/\{slots?\}/, "p2").replace("{job}", job) + query;
    const answer = await call(
      rig,
      method.toUpperCase(),
      url,
      isRead ? {} : body === "" ? { authorization: KEYED.authorization } : KEYED,
      body,
    );
    // Done, and with the status that the description promises.
    if (answer.status > 299 || !statuses.includes(`${answer.status}`)) {
      failed.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  }
  expect(failed).toEqual([]);
}

/** The curl lines of the README and of the pages. */
function curlLines(): string[] {
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));
  return ["README.md", ...pages.map((name) => `docs/${name}`)].flatMap((page) =>
    readFileSync(page, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("    curl "))
      .map((line) => line.trim()),
  );
}

async function everyCurl({ url, tokenFile }: Served): Promise<void> {
  const lines = curlLines();
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) {
    const [address, file] = ["http://127.0.0.1:8080", "/etc/zerorig/token"];
    expect(line).toContain(address);
    const here = line.replaceAll(address, url).replaceAll(file, tokenFile);
    const isStream = line.startsWith("curl -N ");
    const limits = `--silent --show-error --fail-with-body --write-out %{http_code} --max-time ${isStream ? 2 : 10}`;
    const ran = await new Promise<{ code: number; text: string }>((resolve) => {
      execFile("bash", ["-c", here.replace("curl ", `curl ${limits} `)], (error, text) =>
        resolve({ code: Number(error?.code ?? 0), text }),
      );
    });
    // A stream ends when its time is over: 28.
    expect({ line, ...ran }).toMatchObject({ code: isStream ? 28 : 0 });
    expect(ran.text).toMatch(/20[014]$/);
  }
}

async function strangers(rig: Served): Promise<void> {
  const off = "/api/v1/slots/p1/off";
  const ask = async (headers: object, body = "{}", path = off) =>
    (await call(rig, "POST", path, { ...KEYED, ...headers }, body)).status;
  expect(await ask({ authorization: "Bearer a-wrong-token-of-some-length" })).toBe(401);
  expect(await ask({ host: "evil.example" })).toBe(403);
  expect(await ask({ host: "evil.example" }, "{}", "/redfish/v1")).toBe(403);
  expect(await ask({ origin: "http://evil.example" })).toBe(403);
  expect(await ask({ "sec-fetch-site": "cross-site" })).toBe(403);
  expect((await call(rig, "GET", "/api/v1/status", { host: "evil.example" })).status).toBe(403);
  expect(await ask({}, JSON.stringify({ reason: "x".repeat(1_000_000) }))).toBe(413);
  expect(await ask({}, "{")).toBe(400);
  expect(await ask({ "content-type": "text/xml" }, "<off/>")).toBe(415);
  const statuses = new Set<number>();
  for (let round = 0; round < 20; round++) {
    const guess = { authorization: `Basic ${Buffer.from(`x:guess-${round}`).toString("base64")}` };
    const path = "/redfish/v1/Systems/p1/Actions/ComputerSystem.Reset";
    const guesses = Array.from({ length: 50 }, () => ask(guess, '{"ResetType":"ForceOff"}', path));
    for (const status of await Promise.all(guesses)) statuses.add(status);
  }
  expect([...statuses].sort()).toEqual([401, 429]);
}

it.skipIf(!CURL)(
  "answers every operation and every line of the docs, and mines on under abuse",
  {
    timeout: 180_000,
  },
  async () => {
    const rig = await served();
    await rig.rig.mining();
    await everyOperation(rig);
    await everyCurl(rig);
    // Whatever was asked is taken back.
    for (const verb of ["resume", "end-override"] as const) {
      await rig.rig.ask({ verb, reason: "" });
    }
    await rig.rig.ask({ verb: "uncordon", slots: ["p1", "p2"], reason: "" });
    await rig.rig.ask({ verb: "override", watts: null, reason: "e2e", forMs: 600_000 });
    await rig.rig.ask({ verb: "on", slots: ["p1", "p2"], reason: "" });
    await until("p1 mines", async () => (await rig.rig.slot("p1")).state === "Ready");
    const before = (await rig.rig.slot("p1")).accepted;
    await strangers(rig);
    await until("p1 mined on", async () => (await rig.rig.slot("p1")).accepted > before);
    expect(await rig.rig.slot("p1")).toMatchObject({ state: "Ready", wanted: "on", fences: 0 });
    await rig.rig.minesOn();
  },
);
