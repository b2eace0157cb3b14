// A pool to practise on: Duino-Coin's wire protocol over real TCP, real jobs, every share verified, worthless coins.

import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { BANNER } from "./codec.ts";
import { Connection, type Desk } from "./connection.ts";
import { PUBLIC_TIERS, type Tier, validDifficulty } from "./difficulty.ts";
import { Ledger, type PracticeStats } from "./ledger.ts";
import { PracticeError } from "./practice-error.ts";
import type { PoolRules, PracticeShare } from "./session.ts";
import { FAIR_WEATHER, type Weather } from "./weather.ts";
import { Workers } from "./workers.ts";

export interface PracticePoolOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 = any free one. @default 0 */
  readonly port?: number;
  /** An integer. The same seed and the same order of messages give the same jobs. */
  readonly seed: number;
  /** How long a job should take on average. The difficulty follows each miner's reported rate: see difficulty.ts. */
  readonly expectedShareMs: number;
  /** Where LOW, MEDIUM, NET and EXTREME start: for a rate known beforehand, rate * seconds / 50. @default the tier's */
  readonly startDifficulty?: number;
  /** The floor when adapting. POOL24's is 5000. @default 1 */
  readonly minDifficulty?: number;
  /** @default PUBLIC_TIERS, as far as they are public */
  readonly tiers?: ReadonlyMap<string, Tier>;
  /** What miners are greeted with. @default "3.0\n" */
  readonly banner?: string;
  /** Sent as it is: put a newline at its end, or leave it out as some nodes do. */
  readonly motd?: string;
  /** One accepted share in so many is a block. About a million at the real pool. @default 1000 */
  readonly blockOdds?: number;
  /** The odds, from 0 to 1, that a right share is rejected. @default 0 */
  readonly wrong?: number;
  /** Why, in the words of a pool: one line. @default "Incorrect result" */
  readonly wrongReason?: string;
  /** What goes wrong on the way. @default nothing */
  readonly weather?: Partial<Weather>;
  /** Connections of one user, or of one address, whose shares are taken. @default 50 */
  readonly workerLimit?: number;
  readonly addressLimit?: number;
  /** Connections in all; those beyond are hung up on. @default 256 */
  readonly maxConnections?: number;
  /** @default 30000 */
  readonly firstJobMs?: number;
  /** @default 90000 */
  readonly idleMs?: number;
  /** After each verdict was decided and counted. */
  readonly onShare?: (share: PracticeShare) => void;
  /** One line for people about each coming and going. */
  readonly log?: (line: string) => void;
}

/** One pool. listen() once; close() ends every connection. */
export class PracticePool {
  readonly #options: PracticePoolOptions;
  readonly #desk: Desk;
  readonly #ledger = new Ledger();
  readonly #workers = new Workers();
  readonly #connections = new Set<Connection>();
  /** Connections that asked for work, by user and by address. */
  readonly #userWorkers = new Map<string, number>();
  readonly #addressWorkers = new Map<string, number>();
  #server: Server | null = null;
  #ordinal = 0;
  #head: string;

  constructor(options: PracticePoolOptions) {
    this.#options = options;
    this.#head = sha1(`zerorig practice pool ${options.seed}`);
    this.#desk = this.#makeDesk(options);
  }

  /** Rejects with a PracticeError if the address cannot be had. Throws when called twice. */
  listen(): Promise<{ readonly host: string; readonly port: number }> {
    if (this.#server !== null) throw new Error("listen: this pool listens already");
    const { host = "127.0.0.1", port = 0, maxConnections = 256 } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = maxConnections;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", (error) => {
        this.#server = null;
        reject(new PracticeError("pool", { host, port }, error));
      });
      server.listen({ host, port }, () => {
        server.removeAllListeners("error");
        // Such as no more file descriptors: this miner is turned away, and the next may not be.
        server.on("error", (error) => this.#options.log?.(`cannot take a miner: ${error.message}`));
        const address = server.address();
        // Not null while it listens, and a string only for unix sockets.
        if (address === null || typeof address === "string") return;
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  /** A snapshot. Each share is in the user's, the rig's and the total figures, or in none. */
  stats(): PracticeStats {
    return this.#ledger.stats(this.#connections.size);
  }

  /** The connections that ask for work, and what their users have earned, as the REST look-alike tells it. */
  get workers(): Workers {
    return this.#workers;
  }

  /** Hangs up on everybody and stops listening. Resolves when it is done; again is harmless. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  #accept(socket: ConstructorParameters<typeof Connection>[0]): void {
    // Miners of one pool must not get the same jobs; 2^32 / golden ratio keeps their seeds far apart.
    const seed = (this.#options.seed + Math.imul(this.#ordinal, 0x9e3779b9)) | 0;
    this.#ordinal += 1;
    this.#ledger.connected();
    this.#options.log?.(`${socket.remoteAddress}:${socket.remotePort} connected`);
    const connection = new Connection(socket, seed, this.#desk);
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
  }

  #makeDesk(options: PracticePoolOptions): Desk {
    const { workerLimit = 50, addressLimit = workerLimit, log, onShare } = options;
    const users = this.#userWorkers;
    const addresses = this.#addressWorkers;
    return {
      rules: rulesOf(options),
      weather: { ...FAIR_WEATHER, ...options.weather },
      head: () => this.#head,
      crowded: (user, address) =>
        (users.get(user) ?? 0) > workerLimit || (addresses.get(address) ?? 0) > addressLimit,
      joined: (user, address) => {
        this.#ledger.joined(user);
        change(users, user, 1);
        change(addresses, address, 1);
        log?.(`${user} from ${address} asks for work`);
        // Which of its user's and its address's workers it is, the higher of the two.
        const ordinal = Math.max(users.get(user) ?? 0, addresses.get(address) ?? 0);
        return this.#workers.joined(user, ordinal);
      },
      share: (share, first, worker) => {
        this.#ledger.share(share, first);
        this.#workers.share(worker, share);
        // The node's chain advances on every 2nd accepted share.
        if (share.verdict === "accepted" && this.#ledger.accepted % 2 === 0) {
          this.#head = share.target;
        }
        onShare?.(share);
      },
      left: (user, address, worker) => {
        log?.(`${user === "" ? "nobody" : user} from ${address} left`);
        if (user === "") return;
        this.#workers.left(worker);
        change(users, user, -1);
        change(addresses, address, -1);
      },
    };
  }
}

function rulesOf(options: PracticePoolOptions): PoolRules {
  const { startDifficulty, blockOdds = 1000, firstJobMs = 30_000, idleMs = 90_000 } = options;
  return {
    banner: options.banner ?? BANNER,
    motd: options.motd ?? "A practice pool: real work, worthless coins.\n",
    tiers: options.tiers ?? PUBLIC_TIERS,
    startDifficulty: startDifficulty === undefined ? null : validDifficulty(startDifficulty),
    minDifficulty: validDifficulty(options.minDifficulty ?? 1),
    expectedShareMs: options.expectedShareMs,
    blockOdds,
    wrong: options.wrong ?? 0,
    wrongReason: options.wrongReason ?? "Incorrect result",
    firstJobMs,
    idleMs,
    sha1,
  };
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function change(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}
