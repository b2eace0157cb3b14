// The seats of a rig that mines with Stratum: one connection to the pool in use, shared by all, for each goal that the rig mines
// for. While the rig moves to another pool there are two, and each seat's shares go where its work came from.

import type { Share } from "../core/seat.ts";
import { addressOf, type PoolNode } from "../pools/node.ts";
import { solvesAt } from "../pools/solves.ts";
import { reversed } from "../pools/stratum/hex.ts";
import { type HeaderAlgorithm, targetHex, targetOfBits } from "../pools/stratum/target.ts";
import type {
  Cause,
  ClientEvent,
  OpenClient,
  Redirect,
  WorkClient,
} from "../pools/stratum/work-client.ts";
import type { Asker, LaneParts, NodeSource, SeatLane } from "./seat-lane.ts";

export interface StratumParts extends LaneParts {
  readonly algorithm: HeaderAlgorithm;
  /** Connects to a pool, or to a full node; and that of each other goal. */
  readonly open: OpenClient;
  readonly otherOpens: readonly OpenClient[];
  /** What else ends with the lane. */
  readonly onClose: () => void;
  readonly random: () => number;
}

/** How far a back-off may be stretched or shortened, so that rigs that lost a pool together do not come back together. */
const JITTER = 0.2;
/** Ends that another try of the same pool would only repeat. */
const FINAL: ReadonlySet<string> = new Set(["timeout", "denied", "nonsense", "desync"]);

interface Connection {
  readonly node: PoolNode;
  readonly goal: number;
  readonly client: WorkClient;
  /** It knows us, and has sent work. */
  isUp: boolean;
  readonly seats: Set<string>;
}

function keyOf(goal: number, node: PoolNode): string {
  return `${goal} ${addressOf(node)}`;
}

export class StratumLane implements SeatLane {
  readonly #parts: StratumParts;
  /** By the goal and the node's address. */
  readonly #connections = new Map<string, Connection>();
  readonly #redirects = new Map<string, Redirect>();
  /** Shares at a pool that would make a block, by seat. */
  readonly #blocks = new Set<string>();
  #count = 0;
  #closed = false;

  constructor(parts: StratumParts) {
    this.#parts = parts;
  }

  /** Over the connection to the pool in use, which is opened if there is none. */
  connect(seat: string, goal = 0): void {
    const { post } = this.#parts;
    this.#leave(seat);
    const { node } = this.#nodesOf(goal);
    if (node === null || this.#closed) {
      post({ type: "pool-down", seat, code: "unreachable", detail: "no pool is known" });
      return;
    }
    const connection = this.#connections.get(keyOf(goal, node)) ?? this.#open(goal, node);
    connection.seats.add(seat);
    this.#closeIdle(connection);
    if (connection.isUp) post({ type: "pool-up", seat });
  }

  requestJob(seat: string, { rateHs }: Asker): void {
    this.#of(seat)?.client.ask(seat, rateHs);
  }

  /** To the connection that the seat is at: one that does not know the share's work says so, and sends nothing. */
  submit(share: Share): void {
    const { seat, ref, nonce, prefix } = share;
    // The last of the header's 76 bytes: the network's target.
    const bits = Number.parseInt(reversed(prefix.slice(144)), 16);
    if (solvesAt(share, targetHex(targetOfBits(bits)))) this.#blocks.add(seat);
    else this.#blocks.delete(seat);
    this.#of(seat)?.client.submit(seat, ref, nonce);
  }

  drop(seat: string, why: string): void {
    const detail = `closed by zerorig: ${why}`;
    if (this.#leave(seat)) this.#parts.post({ type: "pool-down", seat, code: "stopped", detail });
  }

  close(): void {
    this.#closed = true;
    for (const { client } of this.#connections.values()) client.close();
    this.#parts.onClose();
  }

  /** The connection that the seat is at; null where it is at none. */
  clientOf(seat: string): WorkClient | null {
    return this.#of(seat)?.client ?? null;
  }

  #nodesOf(goal: number): NodeSource {
    const { nodes, otherNodes } = this.#parts;
    return otherNodes[goal - 1] ?? nodes;
  }

  #of(seat: string): Connection | undefined {
    return [...this.#connections.values()].find(({ seats }) => seats.has(seat));
  }

  /**
   * The seat has no session any more; a connection that nobody needs is closed, but where there are goals, for then somebody will
   * soon be back. Returns whether it had one.
   */
  #leave(seat: string): boolean {
    const connection = this.#of(seat);
    if (connection === undefined) return false;
    const { seats, client, goal, node } = connection;
    seats.delete(seat);
    client.leave(seat);
    const { node: current } = this.#nodesOf(goal);
    const isCurrent = current !== null && addressOf(current) === addressOf(node);
    if (seats.size === 0 && !(isCurrent && this.#parts.otherNodes.length > 0)) {
      this.#connections.delete(keyOf(goal, node));
      client.close();
    }
    return true;
  }

  /** The goal has moved to this one: nobody will be back at those where nobody is. */
  #closeIdle(current: Connection): void {
    for (const [key, connection] of this.#connections) {
      const { goal, seats, client } = connection;
      if (connection === current || goal !== current.goal || seats.size > 0) continue;
      this.#connections.delete(key);
      client.close();
    }
  }

  #open(goal: number, node: PoolNode): Connection {
    const { open, otherOpens } = this.#parts;
    const key = keyOf(goal, node);
    const to = { ...node, ...this.#redirects.get(key) };
    const name = String(++this.#count);
    const openThis = otherOpens[goal - 1] ?? open;
    const client = openThis(to, name, (event) => this.#onEvent(connection, event));
    const connection: Connection = { node, goal, client, isUp: false, seats: new Set() };
    this.#connections.set(key, connection);
    return connection;
  }

  #onEvent(connection: Connection, event: ClientEvent): void {
    const { post, note } = this.#parts;
    const { node, goal, seats } = connection;
    // To a seat that has left it, the connection has nothing to say any more.
    if ("seat" in event && !seats.has(event.seat)) return;
    switch (event.type) {
      case "up":
        connection.isUp = true;
        for (const seat of seats) post({ type: "pool-up", seat });
        break;
      case "work":
        this.#nodesOf(goal).good(node);
        break;
      case "job": {
        const { algorithm } = this.#parts;
        const { header: prefix, ...job } = event;
        post({ ...job, type: "pool-job", algorithm, prefix });
        break;
      }
      case "void":
        post({ type: "pool-void", seat: event.seat });
        break;
      case "verdict": {
        const { seat, verdict, reason, pingMs } = event;
        const block = event.block ?? (verdict === "accepted" && this.#blocks.has(seat));
        post({ type: "pool-verdict", seat, verdict, block, reason, pingMs });
        break;
      }
      case "note":
        note("pool.says", { node: addressOf(node), text: event.text });
        break;
      case "down":
        this.#onDown(connection, event);
        break;
      default:
        event satisfies never;
    }
  }

  #onDown(connection: Connection, { code, detail, retryMs, redirect }: Cause): void {
    const { post, random } = this.#parts;
    const { node, goal, seats, isUp } = connection;
    const key = keyOf(goal, node);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
    if (redirect !== undefined) this.#redirects.set(key, redirect);
    // Where it was sent nobody knows it: back to its own address.
    else if (!isUp) this.#redirects.delete(key);
    if (redirect === undefined) this.#nodesOf(goal).bad(node, code, detail, FINAL.has(code));
    const stretch = 1 + JITTER * (2 * random() - 1);
    const more = retryMs === undefined ? {} : { retryMs };
    for (const seat of seats) post({ type: "pool-down", seat, code, detail, stretch, ...more });
    seats.clear();
  }
}

/** Whether a pool at this node knows us and sends work: a look that hands in nothing. Never rejects. */
export function sendsWork(open: OpenClient, node: PoolNode): Promise<boolean> {
  return new Promise((resolve) => {
    const client = open(node, "look", ({ type }) => {
      if (type === "up") {
        resolve(true);
        client.close();
      }
      if (type === "down") resolve(false);
    });
  });
}
