// The door of the enrolment: POST /enroll on the port of the links, JSON of some hundred bytes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./enrol-desk.ts";

const BODY_BYTES_MAX = 1024;

/** Reads one request and answers it. The network it came from was looked at before. */
export function serveEnrolment(
  request: IncomingMessage,
  response: ServerResponse,
  take: (message: unknown) => Answer,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  const answer = (result: Answer) => {
    const body = result.status === 200 ? result.body : { error: result.error };
    response
      .writeHead(result.status, { "content-type": "application/json", connection: "close" })
      .end(JSON.stringify(body));
  };
  request.on("error", () => response.destroy());
  request.on("data", (part: Buffer) => {
    size += part.length;
    if (size <= BODY_BYTES_MAX) parts.push(part);
    else request.destroy();
  });
  request.on("end", () => {
    let message: unknown;
    try {
      message = JSON.parse(Buffer.concat(parts).toString("utf8"));
    } catch {
      message = null;
    }
    answer(take(message));
  });
}
