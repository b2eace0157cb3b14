// How a request is refused: a status, a code that programs read, and a sentence.

import type { FastifyReply } from "fastify";

const STATUS_OF: Readonly<Record<string, number>> = { "no-slot": 404, "bad-request": 400 };

/** What a refusal of the control socket's is over HTTP. */
export function statusOf(code: string): number {
  return STATUS_OF[code] ?? 409;
}

export function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  error: string,
): FastifyReply {
  return reply.code(status).send({ ok: false, code, error });
}

export function refuseLater(
  reply: FastifyReply,
  waitMs: number,
  code: string,
  error: string,
): FastifyReply {
  const seconds = Math.ceil(waitMs / 1000);
  reply.header("retry-after", String(seconds));
  return refuse(reply, 429, code, `${error}; try again in ${seconds} s`);
}
