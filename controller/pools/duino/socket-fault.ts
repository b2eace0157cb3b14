// What a socket's error means for a pool connection.

import type { DownCode } from "../pool-event.ts";

const CODES: Readonly<Record<string, DownCode>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timeout",
  ECONNRESET: "closed",
  ECONNABORTED: "closed",
  EPIPE: "closed",
};

/** `connecting`: it happened before the connection stood. Unknown errors are then "unreachable", else "closed". */
export function socketFault(
  error: NodeJS.ErrnoException,
  connecting: boolean,
): { readonly code: DownCode; readonly detail: string } {
  const name = error.code ?? "";
  const code = CODES[name] ?? (connecting ? "unreachable" : "closed");
  // A host with several addresses fails with an AggregateError, whose message is empty.
  return { code, detail: error.message === "" ? name : error.message };
}
