// Power for programs that know servers, not Zeros: a Redfish-shaped tree, and the three URLs of MAAS's webhook driver.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { credentialOf } from "./access.ts";
import type { Door, Turned } from "./door.ts";
import {
  chassis,
  chassisCollection,
  environment,
  power,
  REDFISH,
  RESET_TYPES,
  resetRequest,
  type Seen,
  serviceRoot,
  system,
  systems,
} from "./redfish-resources.ts";
import { refuse, refuseLater, statusOf } from "./refuse.ts";
import { powerOfSlot } from "./slot-power.ts";

export interface PowerSide {
  readonly version: string;
  readonly door: Door;
  seen(): Seen;
  act(request: ActRequest): Promise<ControlReply>;
}

interface SlotRoute {
  readonly Params: { readonly slot: string };
}

type Answer = (seen: Seen, slot: string) => object | null;

/** Refuses in the words of a protocol. */
type Refuse = (reply: FastifyReply, status: number, code: string, error: string) => FastifyReply;

const READS: Readonly<Record<string, Answer>> = {
  "/Systems": systems,
  "/Systems/:slot": system,
  "/Chassis": () => chassisCollection(),
  "/Chassis/rig": chassis,
  "/Chassis/rig/Power": power,
  "/Chassis/rig/EnvironmentMetrics": environment,
};

/** Adds all of them. Who sends a token, in whichever way, must send the right one, also to read. */
export function addPowerRoutes(server: FastifyInstance, side: PowerSide): void {
  addRedfish(server, side);
  addMaas(server, side);
}

function redfishError(reply: FastifyReply, status: number, code: string, error: string) {
  const info = [{ MessageId: "Base.1.0.GeneralError", Message: `${code}: ${error}` }];
  return reply.code(status).send({
    error: { code: "Base.1.0.GeneralError", message: error, "@Message.ExtendedInfo": info },
  });
}

function addRedfish(server: FastifyInstance, side: PowerSide): void {
  const reader = (answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header("odata-version", "4.0");
    const denied = side.door.turnedReader(request.ip, credentialOf(request.headers));
    if (denied !== null) return turnAway(reply, denied, redfishError);
    const { slot = "" } = request.params as { readonly slot?: string };
    const found = answer(side.seen(), slot);
    return found ?? redfishError(reply, 404, "no-slot", `this rig has no ${slot}`);
  };
  server.get("/redfish", async () => ({ v1: `${REDFISH}/` }));
  server.get(
    REDFISH,
    reader(() => serviceRoot(side.version)),
  );
  server.get(
    `${REDFISH}/`,
    reader(() => serviceRoot(side.version)),
  );
  for (const [path, answer] of Object.entries(READS)) server.get(REDFISH + path, reader(answer));
  server.post<SlotRoute>(
    `${REDFISH}/Systems/:slot/Actions/ComputerSystem.Reset`,
    async (request, reply) => {
      reply.header("odata-version", "4.0");
      const denied = side.door.turned(request.ip, credentialOf(request.headers));
      if (denied !== null) return turnAway(reply, denied, redfishError);
      const { ResetType } = (request.body ?? {}) as { readonly ResetType?: unknown };
      const asked = resetRequest(request.params.slot, ResetType);
      if (asked === null) {
        const error = `ResetType: expected one of ${RESET_TYPES.join(", ")}`;
        return redfishError(reply, 400, "bad-request", error);
      }
      const done = await side.act(asked);
      if (done.ok) return reply.code(204).send();
      return redfishError(reply, statusOf(done.code), done.code, done.error);
    },
  );
}

/** What MAAS's patterns look for: `status.*\:.*running` and `status.*\:.*stopped`. A slot keeps its power until off is proved. */
const MAAS_WORDS = {
  On: "running",
  PoweringOn: "running",
  PoweringOff: "running",
  Off: "stopped",
} as const;

function addMaas(server: FastifyInstance, side: PowerSide): void {
  server.get<SlotRoute>("/maas/:slot/query", async (request, reply) => {
    const denied = side.door.turnedReader(request.ip, credentialOf(request.headers));
    if (denied !== null) return turnAway(reply, denied, refuse);
    const { slot } = request.params;
    const known = side.seen().rig.slots.find(({ id }) => id === slot);
    if (known === undefined) return refuse(reply, 404, "no-slot", `this rig has no ${slot}`);
    const state = powerOfSlot(known);
    return { status: state === null ? "unknown" : MAAS_WORDS[state] };
  });
  for (const verb of ["on", "off"] as const) {
    server.post<SlotRoute>(`/maas/:slot/${verb}`, async (request, reply) => {
      const denied = side.door.turned(request.ip, credentialOf(request.headers));
      if (denied !== null) return turnAway(reply, denied, refuse);
      const asked = { slots: [request.params.slot], reason: `MAAS power ${verb}` };
      const done = await side.act(
        verb === "on" ? { verb, ...asked } : { verb, ...asked, hard: false },
      );
      if (done.ok) return { ok: true };
      return refuse(reply, statusOf(done.code), done.code, done.error);
    });
  }
}

function turnAway(reply: FastifyReply, denied: Turned, say: Refuse): FastifyReply {
  const { status, code, error, waitMs } = denied;
  if (waitMs !== undefined) return refuseLater(reply, waitMs, code, error);
  if (status === 401) reply.header("www-authenticate", 'Basic realm="zerorig"');
  return say(reply, status, code, error);
}
