// The pool sessions of all seats: effects in, events out. What they meet, the finder of nodes is told.

import type { Share } from "../core/seat.ts";
import { DuinoClient, type DuinoOptions } from "../pools/duino/client.ts";
import { kindOf, movedTier, TIERS, type Tier } from "../pools/duino/codec-reason.ts";
import type { PoolNode } from "../pools/node.ts";
import type { PoolEvent } from "../pools/pool-event.ts";
import type { Untimed } from "./loop.ts";
import type { Asker, NodeSource, SeatLane } from "./seat-lane.ts";

/** What a seat's sessions have in common, whichever node they are with. */
export type SeatOptions = Omit<DuinoOptions, "host" | "port" | "tier"> & {
  /** "auto" begins at the easiest, the one for Raspberry Pis, and asks for the one that the pool moved us to. */
  readonly tier: Tier | "auto";
};

interface Session {
  readonly client: DuinoClient;
  readonly node: PoolNode;
  /** Nothing is asked or owed: that it ends says nothing of the node. */
  idle: boolean;
}

export class PoolLane implements SeatLane {
  readonly #optionsOf: (seat: string) => SeatOptions;
  readonly #nodes: NodeSource;
  readonly #post: (event: Untimed) => void;
  readonly #sessions = new Map<string, Session>();
  /** Where the pool moved a seat. */
  readonly #tiers = new Map<string, Tier>();

  constructor(
    optionsOf: (seat: string) => SeatOptions,
    nodes: NodeSource,
    post: (event: Untimed) => void,
  ) {
    this.#optionsOf = optionsOf;
    this.#nodes = nodes;
    this.#post = post;
  }

  /** To the node that is in use now; a session that the seat still has ends in silence. */
  connect(seat: string): void {
    this.#sessions.get(seat)?.client.close();
    const { node } = this.#nodes;
    if (node === null) {
      this.#sessions.delete(seat);
      this.#post({ type: "pool-down", seat, code: "unreachable", detail: "no node is known" });
      return;
    }
    const { host, port } = node;
    const options = this.#optionsOf(seat);
    const tier = options.tier === "auto" ? this.#tierOf(seat) : options.tier;
    const client = new DuinoClient({ ...options, tier, host, port }, (event) => {
      // A session that was replaced has nothing more to say.
      if (this.#sessions.get(seat) === session) this.#onEvent(seat, session, event);
    });
    const session: Session = { client, node, idle: false };
    this.#sessions.set(seat, session);
    client.connect();
  }

  requestJob(seat: string, { iot }: Asker): void {
    const session = this.#sessions.get(seat);
    if (session === undefined) return;
    session.idle = false;
    session.client.requestJob(iot);
  }

  submit(share: Share): void {
    const { seat, nonce, hashrateHs } = share;
    this.#sessions.get(seat)?.client.submit({ nonce, hashrateHs });
  }

  drop(seat: string, why: string): void {
    this.#sessions.get(seat)?.client.close(`closed by zerorig: ${why}`);
  }

  close(): void {
    for (const { client } of this.#sessions.values()) client.close();
  }

  #tierOf(seat: string): Tier {
    return this.#tiers.get(seat) ?? TIERS[0];
  }

  #onEvent(seat: string, session: Session, event: PoolEvent): void {
    const { node } = session;
    switch (event.type) {
      case "up":
        session.idle = true;
        this.#post({ type: "pool-up", seat });
        break;
      case "job": {
        const { prefix, target, difficulty, to } = event;
        this.#nodes.good(node);
        this.#post({ type: "pool-job", seat, prefix, target, difficulty, to });
        break;
      }
      case "verdict": {
        const { verdict, block, reason, pingMs, restMs = 0 } = event;
        this.#tiers.set(seat, movedTier(this.#tierOf(seat), kindOf(reason)));
        session.idle = true;
        if (verdict === "accepted") this.#nodes.good(node);
        this.#post({ type: "pool-verdict", seat, verdict, block, reason, pingMs, restMs });
        break;
      }
      case "refused":
        break; // `down` follows and carries the reason
      case "down":
        if (!session.idle || event.code === "denied" || event.code === "desync")
          this.#nodes.bad(node, event.code, event.detail);
        this.#post({ ...event, type: "pool-down", seat });
        break;
      default:
        event satisfies never;
    }
  }
}
