// The socket of a virtual ClusterHAT: the wires to its chips, and the door by which tests and demos make it fail.

import { lstat, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { HatError, isHatError } from "../error.ts";
import type { ExpanderRevision } from "../expander.ts";
import { acquireLock, type HeldLock } from "../lock.ts";
import { isSlotId, type SlotId, slotId } from "../slots.ts";
import { NakError } from "./chip.ts";
import { isFaultKind } from "./fault.ts";
import { FIRST_ADDRESS, type VirtualHat } from "./hat.ts";
import { onLines } from "./lines.ts";
import type { VirtualInfo, VirtualReply } from "./protocol.ts";

export interface ServerOptions {
  readonly socketPath: string;
  readonly hat: VirtualHat;
  readonly slotCount: number;
  readonly revision: ExpanderRevision;
  readonly model: string;
  readonly seed: string;
  /** A client asked for the end. */
  readonly onStop: () => void;
}

export interface VirtualServer {
  close(): Promise<void>;
}

/**
 * Listens at the path. Takes a lock beside it first: a path in use is refused (`locked`), a socket that a dead one has left is
 * replaced, and anything else at the path is left alone (`unsupported`).
 */
export async function serveVirtualHat(options: ServerOptions): Promise<VirtualServer> {
  const { socketPath } = options;
  const lock = await lockSocket(socketPath);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    onLines(socket, (line) => {
      if (socket.writable) socket.write(`${JSON.stringify(answer(options, line))}\n`);
    });
  });
  try {
    await removeStaleSocket(socketPath);
    await listen(server, socketPath);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    close: async () => {
      for (const socket of sockets) socket.end();
      // Closing removes the socket file. A client that does not hang up is not waited for.
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, 200).unref();
      });
      await lock.release();
    },
  };
}

async function lockSocket(socketPath: string): Promise<HeldLock> {
  try {
    return await acquireLock(`${socketPath}.server`);
  } catch (error) {
    if (!isHatError(error, "locked")) throw error;
    throw new HatError(
      "locked",
      `another virtual ClusterHAT listens at ${socketPath}: stop it, or use another path`,
      error,
    );
  }
}

async function removeStaleSocket(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new HatError("unsupported", `${socketPath} exists and is no socket: use another path`);
  }
  if (await answers(socketPath)) {
    throw new HatError("locked", `another program listens at ${socketPath}: use another path`);
  }
  await unlink(socketPath);
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once("error", () => resolve(false));
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
  });
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new HatError("permission", `cannot listen at ${socketPath}: ${error.message}`, error));
    });
    server.listen(socketPath, resolve);
  });
}

function answer(options: ServerOptions, line: string): VirtualReply {
  let id = 0;
  try {
    const request = JSON.parse(line) as Record<string, unknown>;
    id = Number(request["id"] ?? 0);
    return { id, ok: true, result: perform(options, request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, ok: false, code: error instanceof NakError ? "nak" : "refused", message };
  }
}

function perform(options: ServerOptions, request: Record<string, unknown>): unknown {
  const { hat } = options;
  switch (request["op"]) {
    case "info":
      return infoOf(options);
    case "i2c-read":
      return chipAt(hat, request["address"]).read(byte(request["register"]));
    case "i2c-write": {
      const chip = chipAt(hat, request["address"]);
      hat.write(chip, byte(request["register"]), byte(request["value"]));
      return null;
    }
    case "usb":
      return hat.usb();
    case "supply":
      return { underVoltage: hat.underVoltage() };
    case "fault":
      return inject(hat, request);
    case "answers":
      return hat.answers(slotNamed(request["slot"]));
    case "truth":
      return hat.truth();
    case "stop":
      // After this answer is on its way.
      setImmediate(options.onStop);
      return null;
    default:
      throw new Error(`unknown op ${String(request["op"])}`);
  }
}

function inject(hat: VirtualHat, request: Record<string, unknown>): null {
  const kind = String(request["kind"]);
  if (!isFaultKind(kind)) throw new Error(`unknown fault ${kind}`);
  const slot = request["slot"] === undefined ? undefined : slotNamed(request["slot"]);
  const durationMs = request["durationMs"];
  if (durationMs !== undefined && !(typeof durationMs === "number" && durationMs > 0)) {
    throw new Error(`no duration: ${String(durationMs)}`);
  }
  const problem = hat.fault({ kind, slot, durationMs });
  if (problem !== null) throw new Error(problem);
  return null;
}

function slotNamed(value: unknown): SlotId {
  if (typeof value === "string" && isSlotId(value)) return value;
  throw new Error(`no slot name: ${String(value)}`);
}

function infoOf(options: ServerOptions): VirtualInfo {
  return {
    chips: options.hat.chips.map((_, index) => ({
      address: FIRST_ADDRESS + index,
      revision: options.revision,
    })),
    slots: Array.from({ length: options.slotCount }, (_, index) => slotId(index)),
    model: options.model,
    seed: options.seed,
    pid: process.pid,
  };
}

function chipAt(hat: VirtualHat, address: unknown) {
  const chip = hat.chips[byte(address) - FIRST_ADDRESS];
  if (chip === undefined) throw new NakError(`nothing answers at ${String(address)}`);
  return chip;
}

function byte(value: unknown): number {
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff) return Number(value);
  throw new Error(`no byte: ${String(value)}`);
}
