// Why a port cannot be had, and what to do about it.

import { addressOf } from "../pools/node.ts";
import { ControllerError, messageOf, systemCode } from "./error.ts";

/** The sections of the configuration that name a port of ours, and what is served there. */
const SERVED = { link: "the agents", http: "HTTP", miners: "miners", proxy: "the proxy" } as const;
type Section = keyof typeof SERVED;

/** The error for people, of what listening threw. */
export function listenError(
  section: Section,
  host: string,
  port: number,
  error: unknown,
): ControllerError {
  const what = `cannot serve ${SERVED[section]} on ${addressOf({ host, port })}`;
  switch (systemCode(error)) {
    case "EADDRINUSE":
      return new ControllerError(
        "port-in-use",
        `${what}: the port is in use`,
        `stop the other program (\`ss -ltnp\` names it) or set [${section}] port`,
        error,
      );
    case "EADDRNOTAVAIL":
      return new ControllerError(
        "bad-address",
        `${what}: this machine has no such address`,
        section === "link"
          ? "bring the gadget network up, or set [link] listen to the bridge's address"
          : `set [${section}] listen to one that it has (\`ip -br address\` shows them)`,
        error,
      );
    case "EACCES":
      return new ControllerError(
        "permission",
        `${what}: not allowed`,
        `set [${section}] port to one above 1023`,
        error,
      );
    default:
      return new ControllerError(
        "bad-address",
        `${what}: ${messageOf(error)}`,
        `check [${section}] listen and [${section}] port`,
        error,
      );
  }
}
