// The web page over HTTP: `/` and its assets. Whoever reaches the API may read it, as the API itself.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PageFiles } from "./page-files.ts";

/** Whether a request is for the page: a link on another site may lead here, for it shows nothing to that site. */
export function isForPage({ method, url }: Pick<FastifyRequest, "method" | "url">): boolean {
  const path = url.split("?")[0] ?? "";
  return method === "GET" && (path === "/" || path.startsWith("/assets/"));
}

export function addPage(server: FastifyInstance, dir: URL): void {
  const files = new PageFiles(dir);
  const serve = (request: FastifyRequest, reply: FastifyReply, name: string) => {
    const accepted = request.headers["accept-encoding"];
    const file = files.find(name, typeof accepted === "string" ? accepted : "");
    if (file === null) return reply.callNotFound();
    reply.headers(file.headers);
    if (request.headers["if-none-match"] === file.headers["etag"]) return reply.code(304).send();
    return reply.send(file.body);
  };
  server.get("/", (request, reply) => serve(request, reply, "index.html"));
  server.get<{ Params: { "*": string } }>("/assets/*", (request, reply) =>
    serve(request, reply, `assets/${request.params["*"]}`),
  );
}
