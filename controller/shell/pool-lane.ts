// The pool sessions of all seats: effects in, events out.

import type { Share } from "../core/seat.ts";
import { DuinoClient, type DuinoOptions } from "../pools/duino/client.ts";
import type { PoolEvent } from "../pools/pool-event.ts";
import type { Untimed } from "./loop.ts";

export class PoolLane {
  readonly #optionsOf: (seat: string) => DuinoOptions;
  readonly #post: (event: Untimed) => void;
  readonly #clients = new Map<string, DuinoClient>();

  constructor(optionsOf: (seat: string) => DuinoOptions, post: (event: Untimed) => void) {
    this.#optionsOf = optionsOf;
    this.#post = post;
  }

  connect(seat: string): void {
    this.#clients.get(seat)?.close();
    const client = new DuinoClient(this.#optionsOf(seat), (event) => {
      // A session that was replaced has nothing more to say.
      if (this.#clients.get(seat) === client) this.#onEvent(seat, event);
    });
    this.#clients.set(seat, client);
    client.connect();
  }

  requestJob(seat: string): void {
    this.#clients.get(seat)?.requestJob();
  }

  submit(share: Share): void {
    const { seat, nonce, hashrateHs } = share;
    this.#clients.get(seat)?.submit({ nonce, hashrateHs });
  }

  drop(seat: string): void {
    this.#clients.get(seat)?.close();
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #onEvent(seat: string, event: PoolEvent): void {
    switch (event.type) {
      case "up":
        this.#post({ type: "pool-up", seat });
        break;
      case "job": {
        const { prefix, target, difficulty, to } = event;
        this.#post({ type: "pool-job", seat, prefix, target, difficulty, to });
        break;
      }
      case "verdict": {
        const { verdict, block, reason, pingMs } = event;
        this.#post({ type: "pool-verdict", seat, verdict, block, reason, pingMs });
        break;
      }
      case "refused":
        break; // `down` follows and carries the reason
      case "down":
        this.#post({ type: "pool-down", seat, code: event.code, detail: event.detail });
        break;
      default:
        event satisfies never;
    }
  }
}
