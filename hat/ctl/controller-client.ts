// The control socket of a running controller, as far as power goes: one JSON object a line, each request answered by one line.
//
// The power side may not import the controller, so the shapes that are used stand here once more; test/e2e/hatctl.test.ts
// holds them against the real one. The protocol itself is controller/shell/control-protocol.ts.

import { connect, type Socket } from "node:net";
import type { SlotId } from "../slots.ts";
import { ControllerError, isControllerError } from "./controller-error.ts";

/** The same for `zerorig`, which also takes this variable. */
export const DEFAULT_CONTROL_SOCKET = "/run/zerorig/control.sock";
export const CONTROL_SOCKET_ENV = "ZERORIG_CONTROL_SOCKET";

/** A slot as the controller shows it: the keys that are used here. */
export interface ControllerSlot {
  readonly slot: SlotId;
  /** "Off" is proved; "Ready", "Booting", "PoweringOff", "Fault", ... */
  readonly state: string;
  readonly for_ms: number;
  readonly why: string;
  /** For people: "heard 0.4 s ago, line on, USB present, read 0.2 s ago". */
  readonly evidence: string;
  /** For people: what it waits for; null for nothing. */
  readonly next: string | null;
  readonly wanted: "on" | "off";
  readonly boots: number;
}

export interface ControllerStatus {
  readonly version: string;
  /** The description of the board that it drives, as `BoardInfo` has it, and what is wrong with it: see `drivesBoard`. */
  readonly board: string;
  readonly uptime_ms: number;
  readonly slots: readonly ControllerSlot[];
}

export type ControllerRequest =
  | { readonly verb: "status" | "watch" }
  | { readonly verb: "on"; readonly slots: readonly SlotId[]; readonly reason: string }
  | {
      readonly verb: "off" | "cycle";
      readonly slots: readonly SlotId[];
      readonly reason: string;
      /** Cut at once. Otherwise the Zero is asked to shut down first, and cut when its time is over. */
      readonly hard: boolean;
    };

/** What a controller tells after `watch`. */
export type ControllerNews =
  | { readonly status: ControllerStatus }
  | {
      readonly event: {
        readonly ev: string;
        readonly slot: SlotId | null;
        readonly detail: Readonly<Record<string, unknown>>;
      };
    };

/** A status of 32 slots takes about 16 KiB. */
const LINE_CHARS_MAX = 1 << 20;
const ANSWER_MS = 5000;

interface Waiter {
  resolve(status: ControllerStatus): void;
  reject(error: ControllerError): void;
}

/** A connection to a controller. What it is asked is answered in order. */
export class ControllerClient {
  readonly #socket: Socket;
  readonly #socketPath: string;
  readonly #waiters: Waiter[] = [];
  readonly #onNews: (news: ControllerNews) => void;
  #ended: ControllerError | null = null;
  readonly #end: Promise<ControllerError>;
  #settleEnd: (error: ControllerError) => void = () => {};

  private constructor(
    socket: Socket,
    socketPath: string,
    onNews: (news: ControllerNews) => void = () => {},
  ) {
    this.#socket = socket;
    this.#socketPath = socketPath;
    this.#onNews = onNews;
    this.#end = new Promise((settle) => {
      this.#settleEnd = settle;
    });
    let pending = "";
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("close", () => this.#fail("hung up"));
    socket.on("data", (chunk: string) => {
      const lines = (pending + chunk).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) this.#receive(line);
      if (pending.length > LINE_CHARS_MAX) this.#fail("sends lines without end");
    });
  }

  /** Connects. Rejects with a ControllerError: `absent`, or `permission`. */
  static connect(
    socketPath: string,
    onNews?: (news: ControllerNews) => void,
  ): Promise<ControllerClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      socket.once("error", (error) => reject(unreachable(socketPath, error)));
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new ControllerClient(socket, socketPath, onNews));
      });
    });
  }

  /**
   * Resolves with the status after the request was taken in. Rejects with a ControllerError. `onAnswer` gets it at once: before
   * the news that came with it.
   */
  async ask(
    request: ControllerRequest,
    timeoutMs = ANSWER_MS,
    onAnswer: (status: ControllerStatus) => void = () => {},
  ): Promise<ControllerStatus> {
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<ControllerStatus>((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended);
        return;
      }
      const taken = (status: ControllerStatus) => {
        onAnswer(status);
        resolve(status);
      };
      this.#waiters.push({ resolve: taken, reject });
      timer = setTimeout(() => this.#fail(`did not answer in ${timeoutMs} ms`), timeoutMs);
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
    return await answer.finally(() => clearTimeout(timer));
  }

  /** Settles when the connection ends, whoever ends it. */
  get ended(): Promise<ControllerError> {
    return this.#end;
  }

  close(): void {
    this.#fail("was left");
  }

  #receive(line: string): void {
    const value = parse(line);
    if (value === null) this.#fail("is no controller: it does not send JSON");
    else if ("event" in value) this.#onNews(value as ControllerNews);
    else if (!("ok" in value)) this.#onNews(value as ControllerNews);
    else {
      const waiter = this.#waiters.shift();
      if (value["ok"] === true && isStatus(value["status"])) waiter?.resolve(value["status"]);
      else waiter?.reject(refusal(value));
    }
  }

  #fail(what: string): void {
    if (this.#ended !== null) return;
    this.#ended = new ControllerError("silent", `the controller at ${this.#socketPath} ${what}`);
    this.#settleEnd(this.#ended);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#ended);
    this.#socket.destroy();
  }
}

/** One request and its answer. Rejects with a ControllerError. */
export async function askController(
  socketPath: string,
  request: Exclude<ControllerRequest, { readonly verb: "watch" }>,
  timeoutMs = ANSWER_MS,
): Promise<ControllerStatus> {
  const client = await ControllerClient.connect(socketPath);
  try {
    return await client.ask(request, timeoutMs);
  } finally {
    client.close();
  }
}

/** The status of the controller at the socket; null where none listens. Rejects with `permission` or `silent`. */
export async function findController(socketPath: string): Promise<ControllerStatus | null> {
  try {
    return await askController(socketPath, { verb: "status" });
  } catch (error) {
    if (isControllerError(error, "absent")) return null;
    throw error;
  }
}

/**
 * Whether the controller drives the board of this description. Slots are numbered by board: `p1` of `v2.3@0x21` alone is another
 * line than p1 of a rig that has 0x20 too.
 */
export function drivesBoard({ board }: ControllerStatus, description: string): boolean {
  // Behind its name stands what is wrong with the board, if anything is.
  return board === description || board.startsWith(`${description} (`);
}

function isStatus(value: unknown): value is ControllerStatus {
  if (typeof value !== "object" || value === null) return false;
  const { board, slots } = value as Partial<ControllerStatus>;
  return typeof board === "string" && Array.isArray(slots);
}

function refusal(value: Record<string, unknown>): ControllerError {
  const { code, error } = value;
  if (typeof error !== "string") {
    return new ControllerError("silent", "the controller's answer makes no sense to this version");
  }
  if (code === "no-slot") return new ControllerError("no-slot", error);
  const hint = code === "bad-request" ? ": is it of the same version as this program?" : "";
  return new ControllerError("refused", `the controller refuses: ${error}${hint}`);
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function unreachable(socketPath: string, error: unknown): ControllerError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EACCES" || code === "EPERM") {
    const what = `the controller's socket ${socketPath} may not be opened: run as root, or as a user in its group`;
    return new ControllerError("permission", what, error);
  }
  const what = `no controller answers at ${socketPath}: start it with \`zerorig run\`, or name its socket`;
  return new ControllerError("absent", what, error);
}
