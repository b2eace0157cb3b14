// The log over HTTP: its newest lines, and a stream of those that come.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { LOG_LINES_MAX } from "../shell/control-limits.ts";
import { feedLog, type LogWords } from "../shell/log-feed.ts";
import { LOG_LEVELS, type LogFilter } from "../shell/log-line.ts";
import type { LogRing } from "../shell/log-ring.ts";
import { refuse, refuseLater } from "./refuse.ts";
import { STREAMED } from "./streams.ts";

const LINES = 100;
const STREAMS_MAX = 16;
/** A comment now and then: who is gone is noticed, and nothing on the way closes a quiet connection. */
const QUIET_MS = 15_000;

const query = v.object({
  lines: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number), v.maxValue(LOG_LINES_MAX)),
  ),
  level: v.optional(v.picklist(LOG_LEVELS)),
  slot: v.optional(v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/))),
});

const SSE: LogWords = {
  line: (line) => `id: ${line.n}\nevent: line\ndata: ${JSON.stringify(line)}\n\n`,
  lost: (count) => `event: lost\ndata: ${JSON.stringify({ lines: count })}\n\n`,
};

export class LogRoutes {
  readonly #ring: LogRing;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #open = new Set<FastifyReply["raw"]>();

  /** `headers` go with a stream too, which is not sent by the server's own hands. */
  constructor(ring: LogRing, headers: Readonly<Record<string, string>>) {
    this.#ring = ring;
    this.#headers = headers;
  }

  addTo(server: FastifyInstance): void {
    server.get("/api/v1/log", async (request, reply) => {
      const asked = wanted(request, reply);
      if (asked === null) return reply;
      return { lines: this.#ring.newest(asked.lines ?? LINES, asked.filter) };
    });
    server.get("/api/v1/log/stream", STREAMED, (request, reply) => this.#stream(request, reply));
  }

  close(): void {
    for (const response of this.#open) response.destroy();
  }

  /** First what the reader missed since the line that it saw last or, of a new reader, the newest lines that it asked for. */
  #stream(request: FastifyRequest, reply: FastifyReply): void {
    const asked = wanted(request, reply);
    if (asked === null) return;
    if (this.#open.size >= STREAMS_MAX) {
      refuseLater(reply, 5000, "rate", "too many streams of the log are open");
      return;
    }
    const ring = this.#ring;
    const backlog = ring.newest(asked.lines ?? 0, asked.filter);
    const seen = Number(request.headers["last-event-id"] ?? Number.NaN);
    const from = resumeFrom(ring, seen) ?? backlog[0]?.n ?? ring.next;
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(this.#headers)) raw.setHeader(name, value);
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    });
    raw.write(": the log\n\n");
    this.#open.add(raw);
    const quiet = setInterval(() => {
      if (!raw.writableNeedDrain) raw.write(": still here\n\n");
    }, QUIET_MS);
    raw.on("error", () => raw.destroy());
    raw.once("close", () => {
      clearInterval(quiet);
      this.#open.delete(raw);
    });
    feedLog(ring, from, asked.filter, raw, SSE);
  }
}

/** Numbers begin anew with the controller: one that is still to come is of another run, and all of this run is news. */
function resumeFrom(ring: LogRing, seen: number): number | null {
  if (!Number.isSafeInteger(seen) || seen < 0) return null;
  return seen < ring.next ? seen + 1 : ring.oldest;
}

interface Wanted {
  readonly lines: number | undefined;
  readonly filter: LogFilter;
}

/** Null where the question is wrong, which was answered then. */
function wanted(request: FastifyRequest, reply: FastifyReply): Wanted | null {
  const parsed = v.safeParse(query, request.query);
  if (parsed.success) {
    const { lines, level = null, slot = null } = parsed.output;
    return { lines, filter: { level, slot } };
  }
  const name = v.getDotPath(parsed.issues[0]) ?? "query";
  const error = `${name}: expected lines=0..${LOG_LINES_MAX}, level=${LOG_LEVELS.join("|")}, slot=p1`;
  refuse(reply, 400, "bad-request", error);
  return null;
}
