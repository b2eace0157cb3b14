// A miner for the bench: finds real shares, so easy that it costs nothing, and takes the time until each is judged.

import { connect, type Socket } from "node:net";
import { headerOf, type Notice } from "../../controller/pools/stratum/header.ts";
import { targetHex, targetOf } from "../../controller/pools/stratum/target.ts";
import { judge } from "../../zero-agent/kernels/reference.ts";

/** A share takes four hashes on average. */
export const EASY = 1e-9;
const TRIES_MAX = 400;

export interface Trips {
  /** From the share to its verdict, in ms. */
  readonly ms: number[];
  readonly refused: Map<string, number>;
  lost: number;
}

export class ShamMiner {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #trips: Trips;
  readonly #sent = new Map<number, number>();
  readonly #target = targetHex(targetOf(EASY, "sha256d"));
  #tail = "";
  #id = 2;
  #extranonce1 = "";
  #size = 0;
  #notice: Notice | null = null;
  #count = 0;

  constructor(port: number, name: string, trips: Trips) {
    this.#name = name;
    this.#trips = trips;
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.setEncoding("utf8");
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => (trips.lost += this.#sent.size));
    this.#socket.on("data", (text) => this.#hear(String(text)));
    this.#say(1, "mining.subscribe", ["sham/1"]);
    this.#say(2, "mining.authorize", [name, `d=${EASY}`]);
  }

  get isWorking(): boolean {
    return this.#notice !== null && !this.#socket.destroyed;
  }

  /** Finds a share and hands it in. */
  submit(): void {
    const notice = this.#notice;
    if (notice === null || this.#socket.destroyed) return;
    const extranonce2 = (++this.#count).toString(16).padStart(2 * this.#size, "0");
    const header = headerOf(notice, this.#extranonce1, extranonce2);
    const isRight = judge({ algorithm: "sha256d", header, target: this.#target });
    for (let nonce = 0; nonce < TRIES_MAX; nonce++) {
      if (!isRight(nonce)) continue;
      const id = ++this.#id;
      this.#sent.set(id, performance.now());
      const found = [extranonce2, notice.time, nonce.toString(16).padStart(8, "0")];
      this.#say(id, "mining.submit", [this.#name, notice.jobId, ...found]);
      return;
    }
  }

  close(): void {
    this.#sent.clear();
    this.#socket.destroy();
  }

  #say(id: number, method: string, params: readonly unknown[]): void {
    this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
  }

  #hear(text: string): void {
    const now = performance.now();
    const lines = (this.#tail + text).split("\n");
    this.#tail = lines.pop() ?? "";
    for (const line of lines) {
      const { id, method, params, result, error } = JSON.parse(line);
      if (id === 1) [, this.#extranonce1, this.#size] = result;
      const sentAt = this.#sent.get(id);
      if (sentAt !== undefined) {
        this.#sent.delete(id);
        this.#trips.ms.push(now - sentAt);
        const { refused } = this.#trips;
        if (error !== null) refused.set(error[1], (refused.get(error[1]) ?? 0) + 1);
      }
      if (method === "mining.notify") {
        const [jobId, prevHash, coinb1, coinb2, branch, version, bits, time, clean] = params;
        this.#notice = { jobId, prevHash, coinb1, coinb2, branch, version, bits, time, clean };
      }
    }
  }
}
