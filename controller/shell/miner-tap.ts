// The rig's own connection to its pool or full node as a source of work for ordinary miners: their part of the space, and their shares
// over the connection whose work they are of.

import { addressOf, type PoolNode } from "../pools/node.ts";
import type { Work } from "../pools/stratum/desk.ts";
import { hex32 } from "../pools/stratum/hex.ts";
import { shareSpace } from "../pools/stratum/space.ts";
import type { HeaderAlgorithm } from "../pools/stratum/target.ts";
import type { ClientEvent, OpenClient, WorkClient } from "../pools/stratum/work-client.ts";
import type {
  FoundShare,
  ServedWork,
  ShareVerdict,
  WorkListener,
  WorkSource,
} from "../pools/stratum-server/work.ts";
import type { Untimed } from "./loop.ts";
import type { LaneParts } from "./seat-lane.ts";
import type { StratumLane } from "./stratum-lane.ts";

/** Keeps a connection open though no Zero mines; no name of the rig's own seats. */
const MINERS_SEAT = "miners";
const LOOK_MS = 500;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

type Done = (verdict: ShareVerdict, reason?: string) => void;
type Note = LaneParts["note"];

/** A connection of the rig's. */
interface Tapped {
  readonly address: string;
  client: WorkClient | null;
  work: Work | null;
  /** Shares whose verdict is awaited, by the seat that each is handed in for. */
  readonly sent: Map<string, Done>;
}

/** Where work came from. */
interface Origin {
  readonly tapped: Tapped;
  readonly work: Work;
  readonly padBytes: number;
}

const KNOWN: ReadonlySet<string> = new Set(["stale", "duplicate", "low difficulty"]);

export class MinerTap implements WorkSource {
  readonly algorithm: HeaderAlgorithm;
  readonly #tapped = new Map<WorkClient, Tapped>();
  readonly #origins = new WeakMap<ServedWork, Origin>();
  #lane: StratumLane | null = null;
  #nodes: LaneParts["nodes"] | null = null;
  #note: Note = () => {};
  #listener: WorkListener | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** The address that the miners' seat was sent to. */
  #at: string | null = null;
  #retryAtMs = 0;
  #retryMs = RETRY_MIN_MS;
  #count = 0;
  #saidShort = "";

  constructor(algorithm: HeaderAlgorithm) {
    this.algorithm = algorithm;
  }

  /** Opens as `open` does, and listens. */
  open(open: OpenClient): OpenClient {
    return (node, name, onEvent) => {
      if (name === "look") return open(node, name, onEvent);
      const address = addressOf(node);
      const tapped: Tapped = { address, client: null, work: null, sent: new Map() };
      const client = open(node, name, (event) => {
        if (!this.#hear(tapped, event)) onEvent(event);
      });
      tapped.client = client;
      this.#tapped.set(client, tapped);
      return client;
    };
  }

  /** The lane posts by this: what is said to the miners' seat is no one else's business. */
  post(post: LaneParts["post"]): LaneParts["post"] {
    return (event: Untimed) => {
      if ("seat" in event && event.seat === MINERS_SEAT) this.#onSeat(event.type);
      else post(event);
    };
  }

  /** The lane that opens by it, once. */
  attach(lane: StratumLane, { nodes, note }: LaneParts): void {
    this.#lane = lane;
    this.#nodes = nodes;
    this.#note = note;
  }

  start(listener: WorkListener): void {
    this.#listener = listener;
    this.#timer = setInterval(() => this.#follow(), LOOK_MS);
    this.#follow();
  }

  submit(share: FoundShare, done: Done): void {
    const origin = this.#origins.get(share.work);
    const client = origin?.tapped.client ?? null;
    if (origin === undefined || client === null) {
      done("stale");
      return;
    }
    const { tapped, work, padBytes } = origin;
    const seat = `${MINERS_SEAT}.${++this.#count}`;
    tapped.sent.set(seat, done);
    client.hand(seat, {
      jobId: work.notice.jobId,
      extranonce2: "00".repeat(padBytes) + share.extranonce,
      time: hex32(share.time),
      nonce: share.nonce,
      versionBits: work.mask === 0 ? null : hex32(share.versionBits ?? 0),
    });
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#listener = null;
    this.#at = null;
    this.#lane?.drop(MINERS_SEAT, "no miners are served any more");
  }

  /** Goes where the rig goes: the finder knows which pool that is. */
  #follow(): void {
    const node: PoolNode | null = this.#nodes?.node ?? null;
    if (node === null || this.#lane === null) return;
    const address = addressOf(node);
    if (address === this.#at || performance.now() < this.#retryAtMs) return;
    if (this.#at !== null) this.#listener?.gone();
    this.#at = address;
    this.#lane.connect(MINERS_SEAT);
    const client = this.#lane.clientOf(MINERS_SEAT);
    const tapped = client === null ? undefined : this.#tapped.get(client);
    // A connection that the Zeros had already has work.
    if (tapped?.work) this.#serve(tapped, tapped.work, true);
  }

  /** Returns whether it was about a miner's share, and nobody else's business. */
  #hear(tapped: Tapped, event: ClientEvent): boolean {
    switch (event.type) {
      case "work":
        tapped.work = event.work;
        this.#retryMs = RETRY_MIN_MS;
        if (this.#isOurs(tapped)) this.#serve(tapped, event.work, event.clean);
        return false;
      case "verdict": {
        const done = tapped.sent.get(event.seat);
        if (done === undefined) return false;
        tapped.sent.delete(event.seat);
        tapped.client?.leave(event.seat);
        if (event.verdict === "accepted") done("accepted", event.reason ?? undefined);
        else refuse(done, event.reason ?? "no reason given");
        return true;
      }
      case "down":
        if (this.#isOurs(tapped)) this.#listener?.gone();
        if (tapped.client !== null) this.#tapped.delete(tapped.client);
        tapped.client = null;
        for (const done of tapped.sent.values()) done("lost", event.detail);
        tapped.sent.clear();
        return false;
      default:
        return false;
    }
  }

  #isOurs(tapped: Tapped): boolean {
    return tapped.client !== null && this.#lane?.clientOf(MINERS_SEAT) === tapped.client;
  }

  #serve(tapped: Tapped, work: Work, clean: boolean): void {
    const { extranonce, notice, mask, target, difficulty } = work;
    const space = shareSpace(extranonce.size);
    if (space === null) {
      this.#sayShort(tapped.address, extranonce.size);
      this.#listener?.gone();
      return;
    }
    const coinb1 = notice.coinb1 + extranonce.prefix + "00".repeat(space.padBytes);
    const served: ServedWork = {
      notice: { ...notice, coinb1 },
      extranonce2Bytes: space.ownBytes,
      mask,
      wanted: { difficulty, target },
    };
    this.#origins.set(served, { tapped, work, padBytes: space.padBytes });
    this.#listener?.work(served, clean);
  }

  /** Once for each pool that it is true of. */
  #sayShort(address: string, bytes: number): void {
    if (this.#saidShort === address) return;
    this.#saidShort = address;
    const why = `it leaves ${bytes} bytes of extranonce2, and miners need 4`;
    this.#note("miners.no-room", { node: address, why });
  }

  #onSeat(type: Untimed["type"]): void {
    if (type !== "pool-down" || this.#at === null) return;
    this.#at = null;
    this.#retryAtMs = performance.now() + this.#retryMs;
    this.#retryMs = Math.min(RETRY_MAX_MS, 2 * this.#retryMs);
  }
}

function refuse(done: Done, reason: string): void {
  const word = reason.replace(/: not sent$/, "");
  if (KNOWN.has(word)) done(word as ShareVerdict);
  else done("refused", reason);
}
