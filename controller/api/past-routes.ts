// The rig's past over HTTP: charts, averages and events.

import type { FastifyInstance, FastifyReply } from "fastify";
import * as v from "valibot";
import { controlRequest, type PastRequest } from "../shell/control-protocol.ts";
import { refuse } from "./refuse.ts";

type Act = (reply: FastifyReply, request: PastRequest) => Promise<unknown>;

const chartQuery = v.strictObject({
  of: v.optional(v.string(), "rig"),
  range: v.optional(v.string(), "1h"),
});

const text = v.optional(v.string());
const whole = v.optional(
  v.pipe(v.string(), v.regex(/^\d{1,15}$/, "expected a number"), v.transform(Number)),
);
const historyQuery = v.pipe(
  v.strictObject({ since: text, until: text, slot: text, kind: text, limit: whole, before: whole }),
  v.transform(({ kind, ...rest }) => ({
    ...rest,
    ...(kind === undefined ? {} : { kinds: kind.split(",") }),
  })),
);

/** Adds the routes; `act` answers a request as the control socket does. */
export function addPast(server: FastifyInstance, act: Act): void {
  server.get("/api/v1/stats/averages", async (_, reply) => act(reply, { verb: "stats" }));
  server.get("/api/v1/stats", async (request, reply) => {
    return answer(reply, "stats-chart", v.safeParse(chartQuery, request.query), act);
  });
  server.get("/api/v1/history", async (request, reply) => {
    return answer(reply, "history", v.safeParse(historyQuery, request.query), act);
  });
}

type Checked = { readonly success: true; readonly output: object } | Wrong;
interface Wrong {
  readonly success: false;
  readonly issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]];
}

/** The query as a request; what it may say is what the control socket's schema allows. */
async function answer(reply: FastifyReply, verb: PastRequest["verb"], query: Checked, act: Act) {
  if (!query.success) return refuseQuery(reply, query);
  const given = Object.entries(query.output).filter(([, value]) => value !== undefined);
  const request = v.safeParse(controlRequest, { verb, ...Object.fromEntries(given) });
  if (!request.success) return refuseQuery(reply, request);
  return act(reply, request.output as PastRequest);
}

function refuseQuery(reply: FastifyReply, { issues }: Wrong): FastifyReply {
  const [issue] = issues;
  const name = v.getDotPath(issue)?.replace(/^kinds.*/, "kind") ?? "query";
  return refuse(reply, 400, "bad-request", `${name}: ${issue.message}`);
}
