// The schedule over HTTP: the coming days, and the windows to read and to change.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { SCHEDULE_DAYS_MAX } from "../shell/control-limits.ts";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { composeRequest, NO_REASON, SET_WINDOWS } from "./actions.ts";
import { refuse, statusOf } from "./refuse.ts";

const DAYS = 7;
const PATH = "/api/v1/schedule/windows";

/** What the server does for its routes. */
export interface Gate {
  /** The answer to who may not change anything; null for who may. */
  unauthorised(request: FastifyRequest, reply: FastifyReply): FastifyReply | null;
  act(request: ActRequest): Promise<ControlReply>;
}

const query = v.object({
  days: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,2}$/),
      v.transform(Number),
      v.minValue(1),
      v.maxValue(SCHEDULE_DAYS_MAX),
    ),
    String(DAYS),
  ),
});

export function addScheduleRoutes(server: FastifyInstance, gate: Gate): void {
  const answer = async (reply: FastifyReply, request: ActRequest) => {
    const answered = await gate.act(request);
    if (!answered.ok) return refuse(reply, statusOf(answered.code), answered.code, answered.error);
    if ("schedule" in answered) return answered.schedule;
    return "windows" in answered ? answered.windows : answered;
  };

  server.get("/api/v1/schedule", async (request, reply) => {
    const asked = v.safeParse(query, request.query);
    if (asked.success) return answer(reply, { verb: "schedule", days: asked.output.days });
    const error = `days: expected a whole number from 1 to ${SCHEDULE_DAYS_MAX}`;
    return refuse(reply, 400, "bad-request", error);
  });
  server.get(PATH, (_, reply) => answer(reply, { verb: "windows" }));
  server.put(PATH, async (request, reply) => {
    const denied = gate.unauthorised(request, reply);
    if (denied !== null) return denied;
    // A bare null says the same as one in its place.
    const body = request.body === null ? { windows: null } : request.body;
    const composed = composeRequest(SET_WINDOWS, null, body);
    if (!composed.ok) return refuse(reply, 400, "bad-request", composed.error);
    return answer(reply, composed.request);
  });
  server.delete(PATH, async (request, reply) => {
    const denied = gate.unauthorised(request, reply);
    return denied ?? answer(reply, { verb: "set-windows", windows: null, reason: NO_REASON });
  });
}
