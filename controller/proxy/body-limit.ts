// A request's body up to a limit: one whose length is not told beforehand ends where it is exceeded.

import { Transform, type TransformCallback } from "node:stream";

export class BodyTooLarge extends Error {
  readonly statusCode = 413;

  constructor(maxBytes: number) {
    super(`the body is larger than ${maxBytes} bytes`);
  }
}

export function bodyLimit(maxBytes: number): Transform {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new BodyTooLarge(maxBytes));
      else done(null, chunk);
    },
  });
  // Whoever reads it learns of it; in a request that still waits for a Zero nobody does yet.
  limit.on("error", () => {});
  return limit;
}
