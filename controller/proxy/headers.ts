// Headers on their way: those of one connection end here, and the service is told who asks, and by which name and path.

import type { IncomingHttpHeaders } from "node:http";

/** RFC 9110 7.6.1, and what older programs send; the others that belong to a connection are named by its Connection header. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const FORWARDED = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-real-ip",
];
/** What a WebSocket's client says to us alone; the service gets its own handshake. */
const HANDSHAKE = /^sec-websocket-/;

/** Headers without those that end here. */
export function endToEnd<T extends IncomingHttpHeaders>(headers: T): T {
  const named = String(headers.connection ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const kept = { ...headers };
  for (const name of [...HOP_BY_HOP, ...named]) delete kept[name];
  return kept;
}

export interface Asker {
  readonly address: string;
  /** The path that was taken off; "" where none was. */
  readonly prefix: string;
  /** The headers as they came. */
  readonly headers: IncomingHttpHeaders;
}

/** What the service gets: its Host is the one that was asked for, and X-Forwarded-* are ours, unless a proxy before us is believed. */
export function forwarded(asker: Asker, trusts: boolean): IncomingHttpHeaders {
  const { address, prefix, headers } = asker;
  const kept = endToEnd(headers);
  // The client of undici cannot wait for "100 Continue"; ours was answered by this server.
  delete kept["expect"];
  if (!trusts) for (const name of FORWARDED) delete kept[name];
  const before = trusts ? headers["x-forwarded-for"] : undefined;
  kept["x-forwarded-for"] = before === undefined ? address : `${before}, ${address}`;
  // TLS ends before us, where there is any: who does that may say so.
  kept["x-forwarded-proto"] ??= "http";
  if (headers.host !== undefined) kept["x-forwarded-host"] ??= headers.host;
  if (prefix !== "") {
    const outer = trusts ? (headers["x-forwarded-prefix"] ?? "") : "";
    kept["x-forwarded-prefix"] = `${outer}${prefix}`;
  }
  return kept;
}

/** The same for the handshake with a service's WebSocket. */
export function forwardedHandshake(asker: Asker, trusts: boolean): IncomingHttpHeaders {
  const kept = forwarded(asker, trusts);
  for (const name of Object.keys(kept)) if (HANDSHAKE.test(name)) delete kept[name];
  delete kept["content-length"];
  return kept;
}

/** A redirect to a path of the service's is one below the route's path. */
export function answered(headers: IncomingHttpHeaders, prefix: string): IncomingHttpHeaders {
  const kept = endToEnd(headers);
  const { location } = kept;
  if (prefix !== "" && location?.startsWith("/") === true && !location.startsWith("//")) {
    kept.location = `${prefix}${location}`;
  }
  return kept;
}
