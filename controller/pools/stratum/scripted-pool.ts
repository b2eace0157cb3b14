// A Stratum pool for tests that says only what it is told to, line by line.

import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

export class ScriptedPool {
  readonly #server: Server;
  readonly #heard: string[] = [];
  readonly #sockets = new Set<Socket>();
  #waiting: (() => void) | null = null;
  #tail = "";

  constructor(tls: TlsOptions | null = null) {
    const take = (socket: Socket) => this.#take(socket);
    this.#server = tls === null ? createServer(take) : createTlsServer(tls, take);
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  /** The next line that a miner says. */
  async hears(): Promise<{ id: number; method: string; params: unknown[] }> {
    while (this.#heard.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return JSON.parse(this.#heard.shift() ?? "");
  }

  says(message: object): void {
    for (const socket of this.#sockets) socket.write(`${JSON.stringify(message)}\n`);
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (text) => {
      const lines = (this.#tail + String(text)).split("\n");
      this.#tail = lines.pop() ?? "";
      this.#heard.push(...lines);
      this.#waiting?.();
    });
  }
}
