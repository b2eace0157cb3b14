// How requests, answers and WebSockets are passed on: the options of @fastify/http-proxy.

import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { ProxyConfig } from "../config/config.ts";
import { type Asker, answered, forwarded, forwardedHandshake } from "./headers.ts";
import { guardReader, watchSockets } from "./socket-guard.ts";
import type { Visit } from "./visit.ts";

/** A service that began its answer and then says nothing for so long is given up. */
const SILENT_ANSWER_MS = 300_000;
const CONNECT_MS = 3000;
const CONNECTIONS_PER_ZERO = 64;
const HANDSHAKE_MS = 10_000;

export type Failure = Error & { readonly cause?: unknown; readonly statusCode?: number };

export interface ForwardHooks {
  visitOf(request: FastifyRequest): Visit;
  /** Gets the request a Zero; one that gets none is answered. */
  enter(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
  /** A service began its answer. */
  served(): void;
  /** A WebSocket goes through. */
  opened(): void;
  /** No answer came. */
  failed(request: FastifyRequest, reply: FastifyReply, error: Failure): void;
}

function askerOf({ visitOf }: ForwardHooks, request: FastifyRequest): Asker {
  const { ip, headers } = request;
  return { address: ip, prefix: visitOf(request).prefix, headers };
}

/** The part for one request. The library's types are for HTTP/2 too, which this server does not speak. */
export function replyOptions({ trustsForwarded }: ProxyConfig, hooks: ForwardHooks) {
  const { visitOf } = hooks;
  return {
    getUpstream: (request: unknown) => visitOf(request as FastifyRequest).origin,
    rewriteRequestHeaders: (request: unknown) =>
      forwarded(askerOf(hooks, request as FastifyRequest), trustsForwarded),
    rewriteHeaders: (headers: IncomingHttpHeaders, request?: unknown) => {
      hooks.served();
      return answered(headers, visitOf(request as FastifyRequest).prefix);
    },
    onError: (reply: unknown, { error }: { readonly error: Failure }) => {
      const own = reply as FastifyReply;
      hooks.failed(own.request, own, error);
    },
  };
}

export function forwardOptions(config: ProxyConfig, hooks: ForwardHooks) {
  const { responseMs, maxBodyBytes, trustsForwarded } = config;
  return {
    upstream: "",
    disableCache: true,
    disableRequestLogging: true,
    internalRewriteLocationHeader: false,
    // What may be repeated is repeated by us, and at another Zero.
    retryMethods: [],
    destroyAgent: true,
    undici: {
      connections: CONNECTIONS_PER_ZERO,
      // A connection for each request: a Zero may be off, and on again, between two.
      pipelining: 0,
      headersTimeout: responseMs,
      bodyTimeout: SILENT_ANSWER_MS,
      connect: { timeout: CONNECT_MS },
    },
    preHandler: hooks.enter,
    replyOptions: replyOptions(config, hooks),
    websocket: true as const,
    wsServerOptions: { maxPayload: maxBodyBytes, perMessageDeflate: false },
    wsClientOptions: {
      maxPayload: maxBodyBytes,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      rewriteRequestHeaders: (_: unknown, request: FastifyRequest) =>
        forwardedHandshake(askerOf(hooks, request), trustsForwarded),
    },
    wsHooks: {
      onConnect: (_: unknown, source: WebSocket, target: WebSocket) => {
        hooks.opened();
        watchSockets(source, target);
      },
      onIncomingMessage: (_: unknown, source: WebSocket, target: WebSocket) =>
        guardReader(source, target),
      onOutgoingMessage: (_: unknown, source: WebSocket, target: WebSocket) =>
        guardReader(target, source),
    },
  };
}
