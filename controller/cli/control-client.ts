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

/** The most is the whole log: a million characters (shell/log-ring.ts), and some sixty more for each of its lines. */
const LINE_CHARS_MAX = 1 << 21;

/** What the controller's refusals mean for the exit code. Other codes are plain failures. */
const REFUSALS: Readonly<Record<string, ExitName>> = {
  "bad-request": "usage",
  config: "usage",
  "no-slot": "notFound",
  "no-job": "notFound",
  "key-reused": "usage",
  "too-large": "usage",
  "too-many-jobs": "refused",
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
        if (reply === null || !isReply(reply)) reject(nonsense(socketPath));
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
export function watch(
  socketPath: string,
  onLine: (line: WatchLine) => void,
  onClosed: () => void,
): Promise<Watch> {
  const onAnswer = ({ status }: AnswerTo<"watch">) => onLine({ status });
  return follow<"watch", WatchLine>(socketPath, { verb: "watch" }, { onAnswer, onLine, onClosed });
}

export interface Following<V extends ControlVerb, L extends object> {
  /** The answer to the request, which comes first. */
  readonly onAnswer: (answer: AnswerTo<V>) => void;
  readonly onLine: (line: L) => void;
  /** Called once, unless `close` was called first; with the refusal where there is one. */
  readonly onClosed: (refusal: CliError | null) => void;
}

/** Sends a request that is answered once and then goes on. */
export async function follow<V extends ControlVerb, L extends object>(
  socketPath: string,
  request: ControlRequest & { readonly verb: V },
  { onAnswer, onLine, onClosed }: Following<V, L>,
): Promise<Watch> {
  const socket = await dial(socketPath);
  let refusal: CliError | null = null;
  let closed = false;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    if (!closed) onClosed(refusal);
  });
  onLines(socket, LINE_CHARS_MAX, (line) => {
    const parsed = parseLine<L | ControlReply<V>>(line);
    if (parsed === null) socket.destroy();
    else if (!("ok" in parsed)) onLine(parsed);
    else if (parsed.ok) onAnswer(parsed);
    else {
      refusal = refused(parsed);
      socket.destroy();
    }
  });
  socket.write(`${JSON.stringify(request)}\n`);
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

/** Other programs speak JSON over sockets too: that of a virtual HAT answers `{"ok":false}` and no word why. */
function isReply(reply: ControlReply): boolean {
  return reply.ok === true || (reply.ok === false && typeof reply.error === "string");
}

function nonsense(socketPath: string): CliError {
  const todo = "Name the controller's socket with --socket: `zerorig info` shows it.";
  return new CliError("unreachable", `what answers at ${socketPath} is no controller`, todo);
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
