// Why a port for agents cannot be had, and what to do about it.

import { ControllerError, messageOf, systemCode } from "./error.ts";

export function listenError(error: Error, listen: string, port: number): ControllerError {
  const code = systemCode(error);
  if (code === "EADDRINUSE") {
    return new ControllerError(
      "port-in-use",
      `the link port ${listen}:${port} is in use`,
      "stop the other program (`ss -ltnp` names it) or set [link] port",
      error,
    );
  }
  if (code === "EADDRNOTAVAIL") {
    return new ControllerError(
      "bad-address",
      `this machine has no address ${listen} to listen on`,
      "bring the gadget network up, or set [link] listen to the bridge's address",
      error,
    );
  }
  if (code === "EACCES") {
    return new ControllerError(
      "permission",
      `not allowed to listen on ${listen}:${port}`,
      "set [link] port to one above 1023",
      error,
    );
  }
  return new ControllerError(
    "bad-address",
    `cannot listen on ${listen}:${port}: ${messageOf(error)}`,
    "check [link] listen and [link] port",
    error,
  );
}
