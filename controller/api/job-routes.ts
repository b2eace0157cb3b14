// Work from anyone over HTTP: submit a job by a key, ask for its fate, cancel it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { controlRequest, type JobRequest } from "../shell/control-protocol.ts";
import { refuse, refuseLater, statusOf } from "./refuse.ts";
import type { Gate } from "./schedule-routes.ts";

const PATH = "/api/v1/jobs";
/** A job that is open takes seconds to be over, a full disk longer. */
const AGAIN_MS = 10_000;

const STATUS_OF: Readonly<Record<string, number>> = {
  "no-job": 404,
  "too-large": 413,
  "key-reused": 422,
  failed: 503,
};

type WithId = { readonly Params: { readonly id: string } };
type Asked = { readonly Querystring: Readonly<Record<string, string | undefined>> };

/** A drafted standard has the key in quotes, and most of the world has not. */
function keyOf({ headers }: FastifyRequest): string | null {
  const given = headers["idempotency-key"];
  if (typeof given !== "string" || given === "") return null;
  return /^".*"$/.test(given) ? given.slice(1, -1) : given;
}

/** The request as the control socket takes it; or what is wrong, by the name that it has here. */
function checked(request: object): JobRequest | string {
  const parsed = v.safeParse(controlRequest, request);
  if (parsed.success) return parsed.output as JobRequest;
  const [issue] = parsed.issues;
  const name = v.getDotPath(issue) ?? "body";
  const shown = { waitMs: "wait_ms", key: "Idempotency-Key" }[name] ?? name;
  return `${shown}: ${issue.message}`;
}

/** A number of the query, as it stands there if it is none. */
function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

export function addJobRoutes(server: FastifyInstance, gate: Gate): void {
  const answer = async (reply: FastifyReply, request: object) => {
    const asked = checked(request);
    if (typeof asked === "string") return refuse(reply, 400, "bad-request", asked);
    const answered = await gate.act(asked);
    if (!answered.ok) {
      const { code, error } = answered;
      if (code === "too-many-jobs") return refuseLater(reply, AGAIN_MS, code, error);
      if (code === "failed") reply.header("retry-after", String(AGAIN_MS / 1000));
      return refuse(reply, STATUS_OF[code] ?? statusOf(code), code, error);
    }
    if ("jobs" in answered) return { jobs: answered.jobs };
    if (!("job" in answered)) return answered;
    if ("is_new" in answered && answered.is_new) {
      reply.code(201).header("location", `${PATH}/${answered.job.id}`);
    }
    return answered.job;
  };

  server.post(PATH, async (request, reply) => {
    const denied = gate.unauthorised(request, reply);
    if (denied !== null) return denied;
    const key = keyOf(request);
    if (key !== null) return answer(reply, { verb: "submit", key, job: request.body });
    const error =
      "Idempotency-Key: send one with each new job, and the same one when you try again";
    return refuse(reply, 400, "bad-request", error);
  });
  server.get<Asked>(PATH, (request, reply) => {
    const { state, limit } = request.query;
    return answer(reply, { verb: "jobs", state, limit: numberOf(limit) });
  });
  server.get<WithId & Asked>(`${PATH}/:id`, (request, reply) => {
    const waitMs = numberOf(request.query["wait_ms"]);
    return answer(reply, { verb: "job", id: request.params.id, waitMs });
  });
  server.delete<WithId>(`${PATH}/:id`, async (request, reply) => {
    const denied = gate.unauthorised(request, reply);
    if (denied !== null) return denied;
    return answer(reply, { verb: "cancel-job", id: request.params.id, reason: "" });
  });
}
