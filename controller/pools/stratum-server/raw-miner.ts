// A miner for tests and benches that says what it is told to over a socket, and hears line by line.

import { connect, type Socket } from "node:net";

/** What the server says: an answer, or a notification. */
export interface Heard {
  readonly id: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: readonly unknown[] | null;
}

export class RawMiner {
  readonly socket: Socket;
  readonly #heard: Heard[] = [];
  readonly #waiting = new Set<() => void>();
  #tail = "";
  #id = 0;
  isClosed = false;

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket.setEncoding("utf8");
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
    this.socket.on("data", (text) => {
      const lines = (this.#tail + String(text)).split("\n");
      this.#tail = lines.pop() ?? "";
      for (const line of lines) this.#heard.push(JSON.parse(line));
      this.#wake();
    });
  }

  /** Subscribes and authorizes; resolves with its extranonce1 and the bytes of extranonce2. */
  async begin(user: string, password = "x"): Promise<{ extranonce1: string; size: number }> {
    const { result } = await this.ask("mining.subscribe", ["raw/1"]);
    const [, extranonce1, size] = result as [unknown, string, number];
    await this.ask("mining.authorize", [user, password]);
    return { extranonce1, size };
  }

  /** Asks, and resolves with the answer. Rejects where the server hangs up. */
  ask(method: string, params: readonly unknown[]): Promise<Heard> {
    const id = this.tell(method, params);
    return this.next((each) => each.id === id);
  }

  tell(method: string, params: readonly unknown[]): number {
    const id = ++this.#id;
    this.socket.write(`${JSON.stringify({ id, method, params })}\n`);
    return id;
  }

  /** The next that fits, taken out of what was heard. Rejects where the server hangs up. */
  async next(fits: (heard: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const at = this.#heard.findIndex(fits);
      const [found] = at < 0 ? [] : this.#heard.splice(at, 1);
      if (found !== undefined) return found;
      if (this.isClosed) throw new Error("the server hung up");
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  notified(method: string): Promise<Heard> {
    return this.next((each) => each.method === method);
  }

  /** Resolves when the server has hung up. */
  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
