// The reverse proxy before services on the Zeros: a request goes to a Zero that is up, or waits for one that is woken for it.

import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ProxyConfig } from "../config/config.ts";
import type { ProxyStatus } from "../core/status.ts";
import { messageOf } from "../shell/error.ts";
import { listenError } from "../shell/listen-error.ts";
import { BodyTooLarge, bodyLimit } from "./body-limit.ts";
import { type Failure, type ForwardHooks, forwardOptions, replyOptions } from "./forward.ts";
import { Lobby, type Refusal } from "./lobby.ts";
import { Ports } from "./ports.ts";
import { type Refused, refuse } from "./refusal.ts";
import { type Place, placeOf } from "./route.ts";
import type { ProxySide } from "./server-side.ts";
import { Usage } from "./usage.ts";
import { Visit } from "./visit.ts";

const HEADERS_BYTES_MAX = 16_384;
const HEADERS_MS = 10_000;
/** To send a body, beside the time to wait. */
const BODY_MS = 300_000;
const KEEP_ALIVE_MS = 5000;

interface Counts {
  served: number;
  waited: number;
  failed: number;
  websockets: number;
  readonly refused: Record<string, number>;
}

export class ProxyServer {
  readonly #config: ProxyConfig;
  readonly #side: ProxySide;
  readonly #server: FastifyInstance;
  readonly #usage: Usage;
  readonly #ports: Ports;
  readonly #lobby: Lobby;
  readonly #places: WeakMap<IncomingMessage, Place>;
  readonly #visits = new WeakMap<FastifyRequest, Visit>();
  readonly #counts: Counts = { served: 0, waited: 0, failed: 0, websockets: 0, refused: {} };
  #url = "";

  private constructor(
    config: ProxyConfig,
    side: ProxySide,
    server: FastifyInstance,
    places: WeakMap<IncomingMessage, Place>,
  ) {
    this.#config = config;
    this.#side = side;
    this.#server = server;
    this.#places = places;
    const { clock, post } = side;
    const idleMs = () => side.rig().policy.onDemandIdleMs;
    this.#usage = new Usage({ clock, idleMs, post });
    this.#ports = new Ports(clock);
    const { waitMs, maxWaiting } = config;
    const [usage, ports] = [this.#usage, this.#ports];
    this.#lobby = new Lobby({ clock, rig: () => side.rig(), usage, ports, waitMs, maxWaiting });
    server.server.maxConnections = config.maxConnections;
    this.#guard();
  }

  /** The packages load only here, so that whoever has no proxy does not wait for them. */
  static async make(config: ProxyConfig, side: ProxySide): Promise<ProxyServer> {
    const [{ fastify }, { fastifyHttpProxy }] = await Promise.all([
      import("fastify"),
      import("@fastify/http-proxy"),
    ]);
    const places = new WeakMap<IncomingMessage, Place>();
    const server = fastify({
      logger: false,
      bodyLimit: config.maxBodyBytes,
      requestTimeout: config.waitMs + BODY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: true,
      http: { maxHeaderSize: HEADERS_BYTES_MAX, headersTimeout: HEADERS_MS },
      // An address that cannot be read: no hook sees such a request.
      frameworkErrors: ({ statusCode = 400, message }, request, reply) => {
        refuse(request, reply, {
          status: statusCode,
          code: "bad-request",
          why: message,
          retryMs: null,
        });
      },
      // The only place that comes before the router, for a WebSocket too.
      rewriteUrl: (raw) => {
        const url = raw.url ?? "/";
        const place = placeOf(config.routes, raw.headers.host, url);
        if (place === null) return url;
        places.set(raw as IncomingMessage, place);
        return place.url;
      },
    });
    const proxy = new ProxyServer(config, side, server, places);
    await server.register(fastifyHttpProxy, forwardOptions(config, proxy.#hooks()));
    return proxy;
  }

  /** The address to open, such as http://127.0.0.1:8090. Throws a ControllerError. */
  async listen(): Promise<string> {
    const { listen, port } = this.#config;
    const host = listen ?? "127.0.0.1";
    try {
      this.#url = await this.#server.listen({ host, port });
      return this.#url;
    } catch (error) {
      throw listenError("proxy", host, port, error);
    }
  }

  status(): ProxyStatus {
    const { routes } = this.#config;
    const { refused, ...counts } = this.#counts;
    const slots = [...new Set(routes.flatMap((route) => route.slots))];
    return {
      url: this.#url,
      waiting: this.#lobby.waiting(),
      requests: { ...counts, refused: { ...refused } },
      slots: slots.map((slot) => ({ slot, active: this.#usage.active(slot) })),
      routes: routes.map((route) => {
        const choice = this.#lobby.choice(route);
        return {
          name: route.name,
          slots: route.slots,
          waiting: this.#lobby.waiting(route),
          serves: choice.kind === "serve",
          why: choice.kind === "serve" ? `${choice.slot} serves` : choice.why,
        };
      }),
    };
  }

  async close(): Promise<void> {
    this.#lobby.close();
    this.#usage.close();
    await this.#server.close();
  }

  #guard(): void {
    const { maxBodyBytes } = this.#config;
    // The parser of text would change what is no UTF-8.
    this.#server.removeAllContentTypeParsers();
    this.#server.addHook("onRequest", async (request, reply) => {
      const place = this.#places.get(request.raw);
      if (place === undefined) {
        const why = "no route takes this host and path";
        return refuse(request, reply, { status: 404, code: "no-route", why, retryMs: null });
      }
      if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) {
        return this.#tooLarge(request, reply, new BodyTooLarge(maxBodyBytes));
      }
      this.#visits.set(request, new Visit(place, request, reply, this.#lobby));
      return undefined;
    });
    this.#server.addHook("preParsing", async (request, _, payload) => {
      const isCounted = request.headers["transfer-encoding"] !== undefined;
      if (!isCounted) return payload;
      const limit = bodyLimit(maxBodyBytes);
      payload.once("error", (error) => limit.destroy(error));
      return payload.pipe(limit);
    });
    this.#server.setNotFoundHandler((request, reply) => {
      const why = `${request.method} is not passed on`;
      return refuse(request, reply, { status: 405, code: "method", why, retryMs: null });
    });
    this.#server.setErrorHandler((error: Failure, request, reply) => {
      const { statusCode = 500, message } = error;
      const code = statusCode < 500 ? "bad-request" : "internal";
      if (statusCode >= 500) this.#side.warn("proxy.failed", { error: message });
      const why = statusCode < 500 ? message : "this is a bug; the controller's log says more";
      return refuse(request, reply, { status: statusCode, code, why, retryMs: null });
    });
  }

  /** What the proxying itself asks of us. */
  #hooks(): ForwardHooks {
    return {
      visitOf: (request) => this.#visit(request),
      enter: (request, reply) => this.#enter(request, reply),
      served: () => this.#counts.served++,
      opened: () => this.#counts.websockets++,
      failed: (request, reply, error) => void this.#failed(request, reply, error),
    };
  }

  #visit(request: FastifyRequest): Visit {
    const visit = this.#visits.get(request);
    if (visit === undefined) throw new Error("a request that did not enter");
    return visit;
  }

  /** Gets the request a Zero, or answers it. */
  async #enter(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const visit = this.#visit(request);
    const refusal = await visit.enter();
    if (visit.isGone) return reply.hijack();
    if (refusal !== null) return this.#turnAway(request, reply, refusal);
    if (visit.lease.waited) this.#counts.waited++;
    return undefined;
  }

  #turnAway(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
    const { code, why, retryMs } = refusal;
    return this.#refuse(request, reply, { status: 503, code, why, retryMs });
  }

  #refuse(request: FastifyRequest, reply: FastifyReply, refused: Refused): FastifyReply {
    const { refused: counts } = this.#counts;
    counts[refused.code] = (counts[refused.code] ?? 0) + 1;
    return refuse(request, reply, refused);
  }

  #tooLarge(request: FastifyRequest, reply: FastifyReply, { message }: Error): FastifyReply {
    // What is still to come is not read.
    reply.header("connection", "close");
    return this.#refuse(request, reply, {
      status: 413,
      code: "too-large",
      why: message,
      retryMs: null,
    });
  }

  /** The service gave no answer: another one is asked where that does no harm. */
  async #failed(request: FastifyRequest, reply: FastifyReply, error: Failure): Promise<void> {
    const visit = this.#visit(request);
    if (visit.isGone) return;
    // reply-from wraps what happened.
    const cause = error.cause ?? error;
    if (cause instanceof BodyTooLarge) {
      this.#tooLarge(request, reply, cause);
      return;
    }
    const { slot, upstream } = visit.lease;
    this.#ports.shut(upstream);
    const isLate = error.statusCode === 504;
    if (!isLate && visit.mayRetry) {
      const refused = await visit.enter();
      if (visit.isGone) return;
      if (refused === null) reply.from(undefined, replyOptions(this.#config, this.#hooks()));
      else this.#turnAway(request, reply, refused);
      return;
    }
    this.#counts.failed++;
    const at = `${slot}'s service on port ${upstream.port}`;
    const why = isLate
      ? `${at} did not begin its answer within ${this.#config.responseMs / 1000} s`
      : `${at} did not answer: ${messageOf(cause)}`;
    const code = isLate ? "gateway-timeout" : "bad-gateway";
    refuse(request, reply, { status: isLate ? 504 : 502, code, why, retryMs: null });
  }
}
