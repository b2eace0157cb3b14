// A port of the loopback that nobody listens on just now.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { messageOf, systemCode } from "../../shell/error.ts";

/**
 * Below those that Linux gives to whoever asks for any (32768 to 60999, net.ipv4.ip_local_port_range): of these, somebody's
 * connection may have been given ours before we listen there.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_000;
const TRIES = 100;

/** Rejects where none of a hundred is free. */
export async function freePort(): Promise<number> {
  for (let left = TRIES; left > 0; left--) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port of 127.0.0.1 from ${FIRST_PORT} to ${LAST_PORT}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (systemCode(error) === "EADDRINUSE") resolve(false);
      else reject(new Error(`cannot listen on 127.0.0.1:${port}: ${messageOf(error)}`));
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
