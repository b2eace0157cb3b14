import { fastify } from "fastify";
import { expect, it } from "vitest";
import type { PastRequest } from "../shell/control-protocol.ts";
import { addPast } from "./past-routes.ts";

/** What is asked of the controller, and the status of the answer. */
async function get(
  url: string,
): Promise<{ asked: PastRequest | null; status: number; body: unknown }> {
  const server = fastify();
  let asked: PastRequest | null = null;
  addPast(server, async (_, request) => {
    asked = request;
    return {};
  });
  const { statusCode, body } = await server.inject(url);
  await server.close();
  return { asked, status: statusCode, body: JSON.parse(body) };
}

const AT = "2026-11-21T12:00:00Z";

it.each<[string, object]>([
  ["/api/v1/stats/averages", { verb: "stats" }],
  ["/api/v1/stats", { verb: "stats-chart", of: "rig", range: "1h" }],
  ["/api/v1/stats?of=p3&range=30d", { verb: "stats-chart", of: "p3", range: "30d" }],
  ["/api/v1/history", { verb: "history" }],
  [
    `/api/v1/history?since=${AT}&until=${AT}&slot=p1&kind=fence,fault&limit=7&before=99`,
    {
      verb: "history",
      since: AT,
      until: AT,
      slot: "p1",
      kinds: ["fence", "fault"],
      limit: 7,
      before: 99,
    },
  ],
])("%s asks what the control socket is asked", async (url, request) => {
  expect(await get(url)).toMatchObject({ status: 200, asked: request });
});

it.each<[string, string]>([
  ["/api/v1/stats?range=2h", "range"],
  ["/api/v1/stats?of=q1", "of"],
  ["/api/v1/stats?slot=p1", "slot"],
  ["/api/v1/history?since=yesterday", "since"],
  ["/api/v1/history?kind=fence,storm", "kind"],
  ["/api/v1/history?limit=0", "limit"],
  ["/api/v1/history?limit=9999", "limit"],
  ["/api/v1/history?limit=many", "limit"],
  ["/api/v1/history?slot=p0", "slot"],
])("%s is refused, and the error names %s", async (url, name) => {
  const { asked, status, body } = await get(url);
  expect({ asked, status }).toEqual({ asked: null, status: 400 });
  expect(body).toMatchObject({
    ok: false,
    code: "bad-request",
    error: expect.stringContaining(name),
  });
});
