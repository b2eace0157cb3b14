// Who may ask: by which name we were called, from which page, and with which token. All of it is refused unless it is allowed.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

/** What of a request's head says who asks. */
export interface Caller {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`: a browser says so where the request comes from. */
  readonly site: string | undefined;
}

export interface Denial {
  readonly status: 401 | 403;
  readonly code: "host" | "origin" | "token" | "read-only";
  readonly error: string;
}

/** The name in a Host header, without its port; null where there is none to be found. */
function hostName(host: string): string | null {
  const url = `http://${host}`;
  if (!URL.canParse(url)) return null;
  const { hostname, pathname, username, search } = new URL(url);
  return pathname === "/" && username === "" && search === "" ? hostname.toLowerCase() : null;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

/**
 * Whether this is a call to us: a page of a stranger's whose name was turned to our address (DNS rebinding) calls us by its own
 * name. Nobody can turn an address, so each is ours that it was sent to.
 */
function isOurs(host: string, names: readonly string[]): boolean {
  const name = hostName(host);
  return name !== null && (isAddress(name) || names.includes(name));
}

/** Refuses a call by a strange name, or from a strange page; null if there is nothing against it. */
export function denyStranger(caller: Caller, names: readonly string[]): Denial | null {
  const { host, origin, site } = caller;
  if (host === undefined || !isOurs(host, names)) {
    const error = `this controller is not "${host ?? ""}": call it by its address, or add the name to [http] hosts`;
    return { status: 403, code: "host", error };
  }
  // A proxy with TLS before us passes our name on, and its page's origin begins with https.
  const isOwn = origin === `http://${host}` || origin === `https://${host}`;
  const foreign = origin !== undefined && !isOwn;
  if (foreign || site === "cross-site") {
    return { status: 403, code: "origin", error: "pages of other origins may not ask" };
  }
  return null;
}

/** The token of an Authorization header; null where there is none. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** The token of a Redfish or MAAS client: as Bearer, as the password of any user, or in a header of its own; null where there is none. */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  const own = headers["x-auth-token"];
  const basic = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(authorization ?? "")?.[1];
  if (basic !== undefined)
    return Buffer.from(basic, "base64")
      .toString("utf8")
      .replace(/^[^:]*:/, "");
  return bearerOf(authorization) ?? (typeof own === "string" ? own : null);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Takes as long for a token that is nearly right as for any other. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}
