// The API over HTTP: what is shown may be read by whoever reaches it; what changes anything needs the token.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RigState } from "../core/state.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import type { MinersReport } from "../pools/stratum-server/report.ts";
import type { Clock } from "../shell/clock.ts";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { listenError } from "../shell/listen-error.ts";
import type { LogRing } from "../shell/log-ring.ts";
import { bearerOf, denyStranger } from "./access.ts";
import { type Action, composeRequest, RIG_ACTIONS, SLOT_ACTIONS } from "./actions.ts";
import { Door } from "./door.ts";
import { lifeFaults, type Pulse, pulseOf, readyFaults } from "./health.ts";
import { addJobRoutes } from "./job-routes.ts";
import { LogRoutes } from "./log-routes.ts";
import { Metrics } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import { addPage, isForPage } from "./page-routes.ts";
import { addPast } from "./past-routes.ts";
import { addPowerRoutes } from "./power-routes.ts";
import { addProxyRoute } from "./proxy-route.ts";
import { refuse, refuseLater, statusOf } from "./refuse.ts";
import { addScheduleRoutes, type Gate } from "./schedule-routes.ts";
import { STREAMED, Streams } from "./streams.ts";
import { Visitors } from "./visitors.ts";

export interface ApiOptions {
  /** An address of this machine, and a port; 0 takes any free one. */
  readonly listen: string;
  readonly port: number;
  /** Null: nothing can be changed over HTTP. */
  readonly token: string | null;
  readonly readOnly: boolean;
  /** The names, beside addresses, that this controller may be called by, in small letters. */
  readonly hosts: readonly string[];
  readonly version: string;
  /** The folder of the web page's files; null serves none. */
  readonly pageDir: URL | null;
}

/** What it speaks for. */
export interface ApiSide {
  readonly clock: Clock;
  status(): RigStatus;
  act(request: ActRequest): Promise<ControlReply>;
  rig(): RigState;
  miners(): MinersReport;
  readonly ring: LogRing;
  warn(ev: string, detail: Readonly<Record<string, string>>): void;
}

const BODY_BYTES_MAX = 16_384;
const HEADERS_BYTES_MAX = 8192;
const REQUEST_MS = 10_000;
/** `curl -d` says that it sends a form. */
const NO_JSON = "send JSON, and say so: content-type: application/json";
const CONNECTIONS_MAX = 128;
/** Every slot that can be named, p1 to p99 with commas between, takes 386. */
const SLOTS_CHARS_MAX = 400;
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

export class ApiServer {
  readonly #options: ApiOptions;
  readonly #side: ApiSide;
  readonly #visitors: Visitors;
  readonly #door: Door;
  readonly #streams: Streams;
  readonly #log: LogRoutes;
  readonly #metrics: Metrics;
  readonly #server: FastifyInstance;

  private constructor(
    options: ApiOptions,
    side: ApiSide,
    server: FastifyInstance,
    metrics: Metrics,
  ) {
    this.#options = options;
    this.#side = side;
    this.#server = server;
    this.#metrics = metrics;
    this.#visitors = new Visitors(side.clock);
    this.#door = new Door(options, this.#visitors, (address) =>
      side.warn("api.locked-out", { address }),
    );
    this.#streams = new Streams(() => side.status());
    this.#log = new LogRoutes(side.ring, HEADERS);
    this.#server.server.maxConnections = CONNECTIONS_MAX;
    this.#guard();
    this.#addReads();
    this.#log.addTo(server);
    const gate: Gate = {
      unauthorised: (request, reply) => this.#unauthorised(request, reply),
      act: (request) => side.act(request),
    };
    addScheduleRoutes(server, gate);
    addJobRoutes(server, gate);
    if (options.pageDir !== null) addPage(server, options.pageDir);
    addPowerRoutes(server, {
      version: options.version,
      door: this.#door,
      seen: () => ({ status: side.status(), rig: side.rig() }),
      act: (request) => side.act(request),
    });
    for (const action of SLOT_ACTIONS)
      this.#addAction(`/api/v1/slots/:slots/${action.verb}`, action);
    for (const action of RIG_ACTIONS) this.#addAction(`/api/v1/rig/${action.verb}`, action);
  }

  /** The packages load only here, so that whoever serves no HTTP does not wait for them. */
  static async make(options: ApiOptions, side: ApiSide): Promise<ApiServer> {
    const { fastify } = await import("fastify");
    const server = fastify({
      logger: false,
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_MS,
      connectionTimeout: 0,
      forceCloseConnections: true,
      routerOptions: { maxParamLength: SLOTS_CHARS_MAX },
      // An address that cannot be read: no hook sees such a request.
      frameworkErrors: ({ statusCode = 400, message }, _, reply) => {
        reply.headers(HEADERS);
        refuse(reply, statusCode, "bad-request", message);
      },
      http: { maxHeaderSize: HEADERS_BYTES_MAX, headersTimeout: REQUEST_MS / 2 },
    });
    return new ApiServer(
      options,
      side,
      server,
      await Metrics.make(
        () => side.status(),
        () => side.miners(),
      ),
    );
  }

  /** The address to open, such as http://127.0.0.1:8080. Throws a ControllerError. */
  async listen(): Promise<string> {
    const { listen: host, port } = this.#options;
    try {
      return await this.#server.listen({ host, port });
    } catch (error) {
      throw listenError("http", host, port, error);
    }
  }

  publish(event: RigEvent): void {
    this.#streams.publish(event);
  }

  async close(): Promise<void> {
    this.#streams.close();
    this.#log.close();
    await this.#server.close();
  }

  #guard(): void {
    const { hosts } = this.#options;
    this.#server.addHook("onRequest", async (request, reply) => {
      reply.headers(HEADERS);
      const waitMs = this.#visitors.knock(request.ip);
      if (waitMs > 0) return refuseLater(reply, waitMs, "rate", "too many requests");
      const { host, origin } = request.headers;
      const site = isForPage(request) ? undefined : request.headers["sec-fetch-site"];
      const caller = { host, origin, site: typeof site === "string" ? site : undefined };
      const denial = denyStranger(caller, hosts);
      if (denial !== null) return refuse(reply, denial.status, denial.code, denial.error);
      return undefined;
    });
    this.#server.setNotFoundHandler((request, reply) =>
      refuse(
        reply,
        404,
        "not-found",
        `nothing is at ${request.method} ${request.url.split("?")[0]}`,
      ),
    );
    this.#server.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
      const { statusCode = 500, message } = error;
      if (statusCode < 500) {
        return refuse(reply, statusCode, "bad-request", statusCode === 415 ? NO_JSON : message);
      }
      this.#side.warn("api.failed", { error: message });
      return refuse(reply, 500, "internal", "this is a bug; the controller's log says more");
    });
  }

  #pulse(): Pulse {
    return pulseOf(this.#side.rig(), this.#side.clock.now());
  }

  #addReads(): void {
    const server = this.#server;
    const description = openApi(this.#options.version);
    server.get("/api/v1/status", async () => this.#side.status());
    server.get("/api/v1/plan", async (_, reply) => this.#act(reply, { verb: "plan" }));
    server.get<SlotsRoute>("/api/v1/slots/:slots/why", async (request, reply) => {
      const slots = request.params.slots.split(",");
      const composed = composeRequest({ verb: "why", summary: "", fields: {} }, slots, null);
      if (!composed.ok) return refuse(reply, 400, "bad-request", composed.error);
      return this.#act(reply, composed.request);
    });
    server.get("/api/v1/miners", async () => this.#side.miners());
    addProxyRoute(server, () => this.#side.status());
    addPast(server, (reply, request) => this.#act(reply, request));
    server.get("/api/v1/stream", STREAMED, (request, reply) => this.#stream(request, reply));
    server.get("/api/v1/access", (request, reply) => this.#access(request, reply));
    server.get("/api/openapi.json", async () => description);
    server.get("/healthz", async (_, reply) => this.#health(reply, lifeFaults(this.#pulse())));
    server.get("/readyz", async (_, reply) => this.#health(reply, readyFaults(this.#pulse())));
    server.get("/metrics", async (_, reply) => {
      reply.type(this.#metrics.contentType);
      return await this.#metrics.text();
    });
  }

  #addAction(path: string, action: Action): void {
    this.#server.post<SlotsRoute>(path, async (request, reply) => {
      const refused = this.#unauthorised(request, reply);
      if (refused !== null) return refused;
      const slots = request.params.slots?.split(",") ?? null;
      const composed = composeRequest(action, slots, request.body);
      if (!composed.ok) return refuse(reply, 400, "bad-request", composed.error);
      return this.#act(reply, composed.request);
    });
  }

  /** The answer to who may not change anything; null for who may. */
  #unauthorised(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
    const turned = this.#door.turned(request.ip, bearerOf(request.headers.authorization));
    if (turned === null) return null;
    const { status, code, error, waitMs } = turned;
    if (waitMs !== undefined) return refuseLater(reply, waitMs, code, error);
    if (status === 401) reply.header("www-authenticate", "Bearer");
    return refuse(reply, status, code, error);
  }

  /** Whether changes are possible here, and, for who sends a token, whether it is the right one. */
  async #access(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    const why = this.#door.shut;
    if (why !== null) return { changes: "none", why };
    const refused =
      request.headers.authorization === undefined ? null : this.#unauthorised(request, reply);
    return refused ?? { changes: "token", why: null };
  }

  async #act(reply: FastifyReply, request: ActRequest): Promise<unknown> {
    const answer = await this.#side.act(request);
    if (!answer.ok) return refuse(reply, statusOf(answer.code), answer.code, answer.error);
    const { ok: _, ...rest } = answer;
    if ("chart" in rest) return rest.chart;
    if ("stats" in rest) return rest.stats;
    return "status" in rest ? rest.status : rest;
  }

  #health(reply: FastifyReply, faults: readonly string[]): object {
    reply.code(faults.length === 0 ? 200 : 503);
    return { ok: faults.length === 0, faults };
  }

  #stream(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    if (this.#streams.isFull) return refuseLater(reply, 5000, "rate", "too many streams are open");
    const last = Number(request.headers["last-event-id"]);
    reply.hijack();
    for (const [name, value] of Object.entries(HEADERS)) reply.raw.setHeader(name, value);
    this.#streams.serve(reply.raw, Number.isSafeInteger(last) ? last : null);
    return undefined;
  }
}

interface SlotsRoute {
  readonly Params: { readonly slots: string };
}
