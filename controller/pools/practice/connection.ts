// One miner's socket at the practice pool: runs its session and passes on what the pool must know.

import type { Socket } from "node:net";
import { Alarm } from "../alarm.ts";
import {
  type MinerState,
  type MinerStep,
  minerWakeAt,
  openMiner,
  type PoolRules,
  type PracticeShare,
  stepMiner,
} from "./session.ts";

/** What a connection needs of its pool. */
export interface Desk {
  readonly rules: PoolRules;
  /** The last block's hash. */
  head(): string;
  /** Whether this user or address has more workers than the pool takes. */
  crowded(user: string, address: string): boolean;
  joined(user: string, address: string): void;
  /** `first`: of this connection under this rig name. */
  share(share: PracticeShare, first: boolean): void;
  /** `user`: "" if it never asked for a job. Once, and last. */
  left(user: string, address: string): void;
}

/** A peer that sends and never reads would otherwise fill the memory with answers. */
const MAX_UNREAD_BYTES = 65_536;

export class Connection {
  readonly #socket: Socket;
  readonly #desk: Desk;
  readonly #address: string;
  readonly #alarm = new Alarm(() => {
    this.#apply(stepMiner(this.#desk.rules, this.#miner, { type: "tick", now: performance.now() }));
  });
  #miner: MinerState;
  #rig: string | null = null;

  constructor(socket: Socket, seed: number, desk: Desk) {
    this.#socket = socket;
    this.#desk = desk;
    this.#address = socket.remoteAddress ?? "unknown";
    const opened = openMiner(seed, performance.now());
    this.#miner = opened.state;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#receive(String(text)));
    // A reset is one way of hanging up; `close` follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#alarm.set(null);
      desk.left(this.#miner.user, this.#address);
    });
    this.#apply(opened);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Each data event is one message, as at the public node: a miner must write each in one piece, and wait. */
  #receive(text: string): void {
    const { rules } = this.#desk;
    const crowded = this.#desk.crowded(this.#miner.user, this.#address);
    const head = this.#desk.head();
    const now = performance.now();
    this.#apply(stepMiner(rules, this.#miner, { type: "message", text, head, crowded, now }));
  }

  #apply({ state, outputs }: MinerStep): void {
    this.#miner = state;
    this.#alarm.set(minerWakeAt(this.#desk.rules, state));
    for (const output of outputs) {
      switch (output.type) {
        case "send":
          this.#socket.write(output.text, "latin1");
          break;
        case "joined":
          this.#desk.joined(output.user, this.#address);
          break;
        case "share":
          this.#desk.share(output.share, output.share.rig !== this.#rig);
          this.#rig = output.share.rig;
          break;
        case "end":
          this.#socket.destroySoon();
          break;
      }
    }
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }
}
