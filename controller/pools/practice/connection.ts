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
import type { Weather } from "./weather.ts";
import { Wire } from "./wire.ts";

/** What a connection needs of its pool. */
export interface Desk {
  readonly rules: PoolRules;
  readonly weather: Weather;
  /** The last block's hash. */
  head(): string;
  /** Whether this user or address has more workers than the pool takes. */
  crowded(user: string, address: string): boolean;
  /** Returns the number of this worker, above 0. */
  joined(user: string, address: string): number;
  /** `first`: of this connection under this rig name. */
  share(share: PracticeShare, first: boolean, worker: number): void;
  /** `user`: "" if it never asked for a job; `worker`: 0 then. Once, and last. */
  left(user: string, address: string, worker: number): void;
}

/** The weather draws from a stream of its own, so that the jobs of a seed are the same in any. */
const WIRE_SEED = 0x5eed;

export class Connection {
  readonly #wire: Wire;
  readonly #desk: Desk;
  readonly #address: string;
  readonly #alarm = new Alarm(() => {
    this.#apply(stepMiner(this.#desk.rules, this.#miner, { type: "tick", now: performance.now() }));
  });
  #miner: MinerState;
  #rig: string | null = null;
  #id = 0;

  constructor(socket: Socket, seed: number, desk: Desk) {
    this.#wire = new Wire(socket, desk.weather, seed ^ WIRE_SEED, (text) => this.#receive(text));
    this.#desk = desk;
    this.#address = socket.remoteAddress ?? "unknown";
    const opened = openMiner(desk.rules, seed, performance.now());
    this.#miner = opened.state;
    socket.on("close", () => {
      this.#alarm.set(null);
      desk.left(this.#miner.user, this.#address, this.#id);
    });
    this.#apply(opened);
  }

  destroy(): void {
    this.#wire.destroy();
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
          this.#wire.send(output.text);
          break;
        case "joined":
          this.#id = this.#desk.joined(output.user, this.#address);
          break;
        case "share":
          this.#desk.share(output.share, output.share.rig !== this.#rig, this.#id);
          this.#rig = output.share.rig;
          break;
        case "end":
          this.#wire.end();
          break;
      }
    }
  }
}
