// The CLI's end of the controller's unix socket: one request and its answer, or a watch that goes on.

import { connect, type Socket } from "node:net";
import type {
  AnswerTo,
  ControlReply,
  ControlRequest,
  ControlVerb,
  Refusal,
  WatchLine,
} from "../shell/control-protocol.ts";
import { systemCode } from "../shell/error.ts";
import { CliError } from "./error.ts";
import type { ExitName } from "./exit-codes.ts";
import { onLines } from "./line-stream.ts";

/** A status of 32 slots takes about 16 KiB. */
const LINE_CHARS_MAX = 1 << 20;

/** What the controller's refusals mean for the exit code. Other codes are plain failures. */
const REFUSALS: Readonly<Record<string, ExitName>> = {
  "bad-request": "usage",
  "no-slot": "notFound",
  locked: "refused",
  refused: "refused",
  timeout: "unreachable",
};

/** Sends one request and returns what it is answered with. Throws a CliError. */
export async function ask<V extends ControlVerb>(
  socketPath: string,
  request: ControlRequest & { readonly verb: V },
  timeoutMs = 5000,
): Promise<AnswerTo<V>> {
  const socket = await dial(socketPath);
  try {
    const reply = await new Promise<ControlReply<V>>((resolve, reject) => {
      socket.setTimeout(timeoutMs, () =>
        reject(new CliError("unreachable", `the controller at ${socketPath} did not answer`)),
      );
      socket.on("error", reject);
      socket.on("close", () => reject(hungUp(socketPath)));
      onLines(socket, LINE_CHARS_MAX, (line) => {
        const reply = parseLine<ControlReply<V>>(line);
        if (reply === null) reject(nonsense(socketPath));
        else resolve(reply);
      });
      socket.write(`${JSON.stringify(request)}\n`);
    });
    if (!reply.ok) throw refused(reply);
    return reply;
  } finally {
    socket.destroy();
  }
}

export interface Watch {
  close(): void;
}

/** Follows the controller. `onClosed` is called once, unless `close` was called first. */
export async function watch(
  socketPath: string,
  onLine: (line: WatchLine) => void,
  onClosed: () => void,
): Promise<Watch> {
  const socket = await dial(socketPath);
  let closed = false;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    if (!closed) onClosed();
  });
  onLines(socket, LINE_CHARS_MAX, (line) => {
    const parsed = parseLine<WatchLine | ControlReply<"watch">>(line);
    if (parsed === null) socket.destroy();
    else if (!("ok" in parsed)) onLine(parsed);
    else if (parsed.ok) onLine({ status: parsed.status });
    else socket.destroy();
  });
  socket.write(`${JSON.stringify({ verb: "watch" } satisfies ControlRequest)}\n`);
  return {
    close: () => {
      closed = true;
      socket.destroy();
    },
  };
}

function refused({ code, error }: Refusal): CliError {
  const name = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  const todo =
    code === "bad-request" ? "Is the controller of the same version as this program?" : "";
  return new CliError(name ?? "failed", error, todo);
}

function dial(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error) => reject(unreachable(socketPath, error)));
  });
}

/** The other end is the same program as we, so its lines are of the protocol's shapes; or it is not, and null. */
function parseLine<T extends object>(line: string): T | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as T | null) : null;
  } catch {
    return null;
  }
}

function nonsense(socketPath: string): CliError {
  return new CliError("unreachable", `what answers at ${socketPath} is no controller: not JSON`);
}

function hungUp(socketPath: string): CliError {
  return new CliError("unreachable", `the controller at ${socketPath} hung up without an answer`);
}

function unreachable(socketPath: string, error: unknown): CliError {
  const code = systemCode(error);
  if (code === "EACCES" || code === "EPERM") {
    const todo = "Run as root, or as a user in the socket's group.";
    return new CliError("permission", `${socketPath} may not be opened`, todo, error);
  }
  const todo = "Start it with `zerorig run`, or name its socket with --socket.";
  return new CliError("unreachable", `no controller answers at ${socketPath}`, todo, error);
}
