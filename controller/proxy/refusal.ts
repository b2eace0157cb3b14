// How the proxy refuses: a status, a code and a sentence as JSON; for browsers a page, which asks again by itself where that helps.

import type { FastifyReply, FastifyRequest } from "fastify";

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly why: string;
  /** When it is worth to ask again; null where it is not. */
  readonly retryMs: number | null;
}

/** A page asks again at the latest after this, however long a boot takes: each asking keeps the Zero wanted. */
const REFRESH_MAX_S = 10;

const TITLES: Readonly<Record<string, string>> = {
  waking: "Waking up",
  unavailable: "Not available now",
  busy: "Too many requests wait",
  stopping: "Not available now",
  "bad-gateway": "The service did not answer",
  "gateway-timeout": "The service took too long",
  "no-route": "Nothing is here",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Whether a person looks at the answer; a program that says that it takes JSON gets that. */
export function wantsPage({
  method,
  headers,
}: Pick<FastifyRequest, "method" | "headers">): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const accept = headers.accept ?? "";
  const html = accept.indexOf("text/html");
  const json = accept.indexOf("application/json");
  return html >= 0 && (json < 0 || html < json);
}

export function pageOf({ code, why, retryMs }: Refused): string {
  const title = TITLES[code] ?? "Refused";
  const seconds = retryMs === null ? null : Math.min(REFRESH_MAX_S, Math.ceil(retryMs / 1000));
  const refresh = seconds === null ? "" : `<meta http-equiv="refresh" content="${seconds}">`;
  const note = seconds === null ? "" : `<p>This page asks again in ${seconds} s.</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">${refresh}
<meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;color-scheme:light dark}</style>
</head><body><main><h1>${title}</h1><p>${escaped(why)}.</p>${note}</main></body></html>
`;
}

export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refused: Refused,
): FastifyReply {
  const { status, code, why, retryMs } = refused;
  reply.code(status).headers({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
  });
  if (retryMs !== null) reply.header("retry-after", String(Math.ceil(retryMs / 1000)));
  if (wantsPage(request)) return reply.type("text/html; charset=utf-8").send(pageOf(refused));
  const body = { ok: false, code, error: why };
  return reply.type("application/json").send(JSON.stringify(body));
}
