// Ordinary miners beside a rig: the Stratum server at the rig's own pool, and what is said of it.

import { solves } from "../../zero-agent/kernels/reference.ts";
import type { ControllerConfig } from "../config/config.ts";
import { addressOf } from "../pools/node.ts";
import { reversed } from "../pools/stratum/hex.ts";
import { type HeaderAlgorithm, targetHex, targetOfBits } from "../pools/stratum/target.ts";
import { type MinersReport, minersReport, NO_MINERS } from "../pools/stratum-server/report.ts";
import { StratumServer } from "../pools/stratum-server/server.ts";
import { DEFAULT_MINER_LIMITS } from "../pools/stratum-server/session-state.ts";
import type { FoundShare, ShareVerdict, WorkSource } from "../pools/stratum-server/work.ts";
import { systemClock } from "./clock.ts";
import { listenError } from "./listen-error.ts";
import { MinersKeeper, type MinersMemory } from "./miners-keeper.ts";

export interface MinersParts {
  readonly config: ControllerConfig["miners"];
  /** Null where the rig mines nothing that a Stratum server could serve. */
  readonly source: WorkSource | null;
  readonly note: (
    level: "info" | "warn",
    ev: string,
    detail: Readonly<Record<string, string>>,
  ) => void;
}

/** Where totals are kept, and the wall clock as far as it may be believed (ms). */
export interface MinersPast {
  readonly miners: MinersMemory;
  readonly nowMs: number;
}

/** Where a small miner finds a share in seconds: 43 kH/s of SHA-256d, 330 H/s of scrypt in 10 s. */
const START: Readonly<Record<HeaderAlgorithm, number>> = { sha256d: 1e-4, scrypt: 0.05 };
/** Half a second of the slowest that mines. */
const LEAST: Readonly<Record<HeaderAlgorithm, number>> = { sha256d: 1e-7, scrypt: 1e-4 };

export class MinersLane {
  readonly #parts: MinersParts;
  #server: StratumServer | null = null;
  #listen = "";
  #keeper: MinersKeeper | null = null;
  #wallMs: () => number = Date.now;

  constructor(parts: MinersParts) {
    this.#parts = parts;
  }

  /** Begins to serve, where that is configured, and goes on from what is kept; null: nothing is. Rejects with a ControllerError. */
  async start(past: MinersPast | null): Promise<void> {
    const { config, source, note } = this.#parts;
    const { listen: host, port } = config;
    if (host === null) return;
    if (source === null) {
      note("warn", "miners.not-served", { why: "Stratum miners cannot mine duco-s1" });
      return;
    }
    const { algorithm } = source;
    const start = config.startDifficulty ?? START[algorithm];
    const server = new StratumServer({
      ...{ host, port, source },
      rules: {
        startDifficulty: start,
        minDifficulty: Math.min(start, LEAST[algorithm]),
        shareEveryMs: config.shareEveryMs,
        limits: DEFAULT_MINER_LIMITS,
      },
      maxMiners: config.maxMiners,
      maxPerAddress: config.maxPerAddress,
      banMs: config.banMs,
      onWanted: (share, verdict, reason) => this.#onWanted(share, verdict, reason),
      note: (ev, detail) => note("warn", ev, detail),
    });
    if (past !== null) this.#keep(past, server, algorithm);
    const at = await server.listen().catch((error: unknown) => {
      throw listenError("miners", host, port, error);
    });
    this.#server = server;
    this.#listen = addressOf(at);
    note("info", "miners.listening", { address: this.#listen });
  }

  report(): MinersReport {
    if (this.#server === null) return NO_MINERS;
    return minersReport(this.#server, this.#listen, performance.now(), this.#wallMs());
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#keeper?.stop();
    this.#keeper = null;
  }

  #keep(past: MinersPast, { ledger }: StratumServer, algorithm: HeaderAlgorithm): void {
    const { note } = this.#parts;
    this.#wallMs = () => past.nowMs;
    this.#keeper = new MinersKeeper({
      ...{ algorithm, ledger, memory: past.miners, clock: systemClock, wallMs: this.#wallMs },
      note: (ev, detail) => note("warn", ev, detail),
    });
  }

  #onWanted(
    { user, header, nonce, work }: FoundShare,
    verdict: ShareVerdict,
    reason: string | undefined,
  ): void {
    const { note, source } = this.#parts;
    const words = reason === undefined ? {} : { reason };
    const detail = { worker: user, job: work.notice.jobId, verdict, ...words };
    note("info", "miner.share", detail);
    // What is taken with a "but" is no block that stays.
    if (source === null || verdict !== "accepted" || reason !== undefined) return;
    // The last of the header's 76 bytes: the network's target.
    const target = targetHex(targetOfBits(Number.parseInt(reversed(header.slice(144)), 16)));
    const isBlock = solves({ algorithm: source.algorithm, header, target }, nonce);
    if (!isBlock) return;
    this.#server?.ledger.block(user, performance.now());
    note("info", "miner.block", detail);
  }
}
