// The proxy before services on real processes: all Zeros are off, many ask at once, one Zero comes up for all of them, and goes
// when nobody asks any more; the watts stay below the ceiling all the time.

import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import type { ProxyStatus } from "../../controller/core/status.ts";
import { until, ZERO_AGENT } from "./programs.ts";
import { Rig } from "./rig.ts";

const REQUESTS = 200;
const SOFTWARE = join(import.meta.dirname, "zero-with-service.cjs");
/** Room for one Zero that starts, and for no second. */
const CEILING_WATTS = 2;
const IDLE_MS = 2400;

afterEach(() => {
  delete process.env["ZERO_SERVICES"];
});

async function proxied(zeros: number): Promise<{ rig: Rig; url: string }> {
  const slots = Array.from({ length: zeros }, (_, index) => `p${index + 1}`);
  const ports: Record<string, number> = {};
  for (const slot of slots) ports[slot] = await freePort();
  const port = await freePort();
  process.env["ZERO_SERVICES"] = JSON.stringify({ agent: ZERO_AGENT, ports });
  const names = slots.map((slot) => `"${slot}"`).join(", ");
  const addresses = slots.map((slot) => `${slot} = "127.0.0.1:${ports[slot]}"`).join(", ");
  const rig = await Rig.start({
    zeros,
    agent: SOFTWARE,
    edit: (toml) => `${toml.replace("[power]", `[power]\nceiling_watts = ${CEILING_WATTS}`)}
[proxy]
listen = "127.0.0.1"
port = ${port}
on_demand = [${names}]
idle_minutes = ${IDLE_MS / 60_000}
wait_ms = 60000

[[proxy.routes]]
path = "/wiki"
slots = [${names}]
address = { ${addresses} }
`,
  });
  return { rig, url: `http://127.0.0.1:${port}` };
}

async function proxyOf(rig: Rig): Promise<ProxyStatus> {
  const { proxy } = await rig.status();
  if (proxy === undefined) throw new Error("no proxy is shown");
  return proxy;
}

async function isOff(rig: Rig): Promise<boolean> {
  const slot = await rig.slot("p1").catch(() => null);
  return slot?.state === "Off";
}

/** Looks again and again at what has power, until told to stop; the most that it saw. */
function watchPower(rig: Rig): () => Promise<{ readonly powered: number; readonly watts: number }> {
  const most = { powered: 0, watts: 0 };
  let watching = true;
  const watch = async () => {
    while (watching) {
      // On a machine that is busy a look may get no answer in its time.
      const [truth, status] = await Promise.all([rig.hat.truth(), rig.status().catch(() => null)]);
      const powered = truth.filter((slot) => slot.powered).length;
      most.powered = Math.max(most.powered, powered);
      most.watts = Math.max(most.watts, status?.watts ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const watched = watch();
  return async () => {
    watching = false;
    await watched;
    return most;
  };
}

it("wakes one Zero for two hundred requests, loses none, and lets it sleep again, below the ceiling throughout", {
  timeout: 300_000,
}, async () => {
  const { rig, url } = await proxied(3);
  await until("the proxy listens", async () => (await rig.status()).proxy);
  // Wanted on, and up on demand only: nothing came on.
  expect((await rig.edges()).map(({ starts }) => starts)).toEqual([0, 0, 0]);
  const power = watchPower(rig);
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, index) => {
      const answer = await fetch(`${url}/wiki/page?n=${index}`);
      return [answer.status, await answer.text()];
    }),
  );
  expect(answers).toEqual(
    Array.from({ length: REQUESTS }, (_, index) => [200, `p1 /page?n=${index}\n`]),
  );
  expect(await proxyOf(rig)).toMatchObject({
    waiting: 0,
    requests: { served: REQUESTS, waited: REQUESTS, failed: 0, refused: {} },
    routes: [{ serves: true, why: "p1 serves" }],
  });
  await until("p1 is off again", () => isOff(rig));
  expect((await rig.slot("p1")).why).toBe("no-demand");
  const { powered, watts } = await power();
  expect(powered).toBe(1);
  expect(watts).toBeLessThanOrEqual(CEILING_WATTS);
  const edges = await rig.edges();
  expect(edges.map(({ starts, cuts }) => [starts, cuts])).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  const intents = rig.query<{ kind: string; by_whom: string; why: string; reason: string }>(
    "SELECT kind, by_whom, why, reason FROM intents ORDER BY id",
  );
  expect(intents).toEqual([
    { kind: "on", by_whom: "automation", why: "demand", reason: "/wiki" },
    { kind: "off", by_whom: "policy", why: "no-demand", reason: "/wiki asked last" },
  ]);
});

it("keeps a Zero on for a WebSocket, and says what keeps others from coming", {
  timeout: 300_000,
}, async () => {
  const { rig, url } = await proxied(2);
  await until("the proxy listens", async () => (await rig.status()).proxy);
  const socket = new WebSocket(`${url.replace("http", "ws")}/wiki/live`);
  const heard: string[] = [];
  socket.on("message", (data) => heard.push(String(data)));
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  // Several times as long as a Zero may be idle.
  for (let count = 0; count < 2; count++) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    socket.send(`${count}`);
  }
  await until("all came back", () => heard.length === 2);
  expect(heard).toEqual(["p1 0", "p1 1"]);
  expect((await rig.slot("p1")).state).toBe("Ready");
  // p1 has the watts: p2 alone cannot come up, and it says so.
  await rig.ask({ verb: "cordon", slots: ["p1"], reason: "test", forMs: null });
  const refused = await fetch(`${url}/wiki/`, { headers: { accept: "text/html" } });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
  expect(await refused.text()).toContain("p2 cannot be woken: the ceiling leaves no room for it");
  await rig.ask({ verb: "uncordon", slots: ["p1"], reason: "test" });
  socket.close();
  await until("p1 is off", () => isOff(rig));
  expect((await rig.edges()).map(({ starts, cuts }) => [starts, cuts])).toEqual([
    [1, 1],
    [0, 0],
  ]);
});
