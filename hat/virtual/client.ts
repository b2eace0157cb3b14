// The client of a virtual ClusterHAT: an I2C bus and a supply for the real driver, its USB ports, and the faults for tests.

import { connect, type Socket } from "node:net";
import { HatError } from "../error.ts";
import type { I2cBus } from "../i2c.ts";
import type { SlotId } from "../slots.ts";
import type { SupplySource } from "../supply.ts";
import type { Fault } from "./fault.ts";
import type { SlotTruth, UsbSnapshot } from "./hat.ts";
import { onLines } from "./lines.ts";
import type { VirtualAnswers, VirtualInfo, VirtualReply, VirtualRequest } from "./protocol.ts";

const TIMEOUT_MS = 5000;

interface Waiter {
  resolve(result: unknown): void;
  reject(error: HatError): void;
}

export class VirtualHatClient {
  readonly #socket: Socket;
  readonly #socketPath: string;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;

  private constructor(socket: Socket, socketPath: string) {
    this.#socket = socket;
    this.#socketPath = socketPath;
    onLines(socket, (line) => this.#receive(line));
    socket.on("error", () => {});
    socket.on("close", () => this.#fail(this.#gone()));
  }

  /** Connects. Rejects with `no-board` if nothing listens there, `permission` if the socket may not be opened. */
  static connect(socketPath: string): Promise<VirtualHatClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      socket.once("error", (error) => {
        const denied = "code" in error && error.code === "EACCES";
        reject(
          denied
            ? new HatError("permission", `${socketPath} may not be opened: ${error.message}`, error)
            : new HatError(
                "no-board",
                `no virtual ClusterHAT listens at ${socketPath}: start one with \`hatctl virtual --socket ${socketPath}\``,
                error,
              ),
        );
      });
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new VirtualHatClient(socket, socketPath));
      });
    });
  }

  /** What the board is made of. */
  info(): Promise<VirtualInfo> {
    return this.#ask({ op: "info" });
  }

  /** Makes something go wrong. Rejects with `unsupported` and the reason if it cannot (no such slot, slot is off). */
  async fault(fault: Fault): Promise<void> {
    await this.#ask({ op: "fault", ...fault });
  }

  /** Whether the kernel of the Zero in the slot answers on the network. Rejects with `unsupported` if there is no such slot. */
  answers(slot: SlotId): Promise<boolean> {
    return this.#ask({ op: "answers", slot });
  }

  /** Each slot as it truly is. */
  truth(): Promise<readonly SlotTruth[]> {
    return this.#ask({ op: "truth" });
  }

  /** Ends the virtual board and all its Zeros. */
  async stop(): Promise<void> {
    await this.#ask({ op: "stop" });
  }

  async close(): Promise<void> {
    this.#fail(this.#gone());
    this.#socket.destroy();
  }

  /** The bus to its chips. Closing it closes this client. */
  bus(): I2cBus {
    return {
      readByte: (address, register) => this.#ask({ op: "i2c-read", address, register }),
      writeByte: async (address, register, value) => {
        await this.#ask({ op: "i2c-write", address, register, value });
      },
      close: () => this.close(),
    };
  }

  usb(): Promise<UsbSnapshot> {
    return this.#ask({ op: "usb" });
  }

  supply(): SupplySource {
    return async () => (await this.#ask({ op: "supply" })).underVoltage;
  }

  #ask<Request extends VirtualRequest>(request: Request): Promise<VirtualAnswers[Request["op"]]> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(this.#gone());
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      const timer = setTimeout(() => {
        this.#waiters.delete(id);
        reject(new HatError("bus", `the virtual ClusterHAT at ${this.#socketPath} is silent`));
      }, TIMEOUT_MS);
      this.#waiters.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          // The server is the same program as we: its answers are of the shapes in protocol.ts.
          resolve(result as VirtualAnswers[Request["op"]]);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  #receive(line: string): void {
    let reply: VirtualReply;
    try {
      reply = JSON.parse(line) as VirtualReply;
    } catch {
      this.#socket.destroy();
      return;
    }
    const waiter = this.#waiters.get(reply.id);
    this.#waiters.delete(reply.id);
    if (reply.ok) waiter?.resolve(reply.result);
    else waiter?.reject(new HatError(reply.code === "nak" ? "bus" : "unsupported", reply.message));
  }

  #fail(error: HatError): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }

  #gone(): HatError {
    return new HatError(
      "bus",
      `the virtual ClusterHAT at ${this.#socketPath} is gone: start it again`,
    );
  }
}
