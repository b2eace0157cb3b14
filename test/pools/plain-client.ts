// A plain sequential client, as most miners are: ask, hash, hand in, wait for the verdict, ask. What the bench compares with.

import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { referenceKernel } from "../../zero-agent/kernels/reference.ts";

export class PlainClient {
  readonly #socket: Socket;
  readonly #rateHs: number;
  #busyMs = 0;
  #since: number | null = null;
  #elapsedMs = 0;
  #text = "";
  #wake: () => void = () => {};

  /** @param rateHs how fast the Zero that sleeps behind it would hash */
  constructor(port: number, rateHs: number) {
    this.#rateHs = rateHs;
    this.#socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    this.#socket.on("data", (text) => {
      this.#text += String(text);
      this.#wake();
    });
    this.#socket.on("error", () => {});
  }

  /** How long the Zero behind it has searched up to now. */
  get busyUntilNow(): number {
    if (this.#since === null) return this.#busyMs;
    return this.#busyMs + Math.min(performance.now() - this.#since, this.#elapsedMs);
  }

  /** Mines until it is stopped. */
  async mine(rig: string): Promise<void> {
    await this.#line();
    while (!this.#socket.destroyed) {
      this.#socket.write("JOB,bench,LOW,None");
      const [prefix = "", target = "", difficulty] = (await this.#line()).split(",");
      const to = 100 * Number(difficulty);
      const job = { algorithm: "duco-s1", prefix, target } as const;
      const { nonce, hashes } = referenceKernel.search(job, 0, to, to + 1);
      this.#elapsedMs = (hashes / this.#rateHs) * 1000;
      this.#since = performance.now();
      await new Promise((resolve) => setTimeout(resolve, this.#elapsedMs));
      this.#busyMs += this.#elapsedMs;
      this.#since = null;
      if (this.#socket.destroyed) return;
      this.#socket.write(`${nonce},${this.#rateHs},plain client,${rig},,2`);
      await this.#line();
    }
  }

  stop(): void {
    this.#socket.destroy();
    this.#wake();
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0 || this.#socket.destroyed) {
        const line = this.#text.slice(0, Math.max(0, end));
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
