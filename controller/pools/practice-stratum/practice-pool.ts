// A Stratum pool to practise on: the server that the rig's miners have, at work that no chain knows.

import { addressOf } from "../node.ts";
import { PracticeError } from "../practice/practice-error.ts";
import type { HeaderAlgorithm } from "../stratum/target.ts";
import type { Ledger } from "../stratum-server/ledger.ts";
import { PracticeSource } from "../stratum-server/practice-source.ts";
import { type MinersReport, minersReport } from "../stratum-server/report.ts";
import { StratumServer } from "../stratum-server/server.ts";
import {
  DEFAULT_MINER_LIMITS,
  type JudgedShare,
  type MinerLimits,
} from "../stratum-server/session-state.ts";

export interface StratumPoolOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0 = any free one. @default 0 */
  readonly port?: number;
  readonly algorithm: HeaderAlgorithm;
  /** Where miners start. */
  readonly difficulty: number;
  /** A share of each miner is wanted this often, and its difficulty made so; null leaves it as it is. @default null */
  readonly shareEveryMs?: number | null;
  /** Its jobs' ids begin with it, so that one can see whose job a share is of. @default "a" */
  readonly name?: string;
  /** New work comes this often. @default 5000 */
  readonly jobEveryMs?: number;
  /** Each so-manieth is of a new block, so that all before is void. @default 4 */
  readonly jobsPerBlock?: number;
  /** In all, and from one address. @default 256 */
  readonly maxConnections?: number;
  readonly limits?: Partial<MinerLimits>;
  /** How long an address is banned that offends. @default 600000 */
  readonly banMs?: number;
  readonly onShare?: (share: JudgedShare) => void;
  readonly note?: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

/** Verdicts so far, and who is here. */
export interface StratumPoolStats {
  readonly shares: Readonly<
    Record<"accepted" | "stale" | "duplicate" | "low difficulty" | "invalid", number>
  >;
  readonly connections: number;
}

/** Whoever sets another by its own word may go so low. */
const DIFFICULTY_MIN: Readonly<Record<HeaderAlgorithm, number>> = { sha256d: 1e-7, scrypt: 1e-4 };
const BAN_MS = 600_000;

/** One pool. listen() once; close() ends every connection. */
export class StratumPracticePool {
  readonly #source: PracticeSource;
  readonly #server: StratumServer;
  readonly #at: { readonly host: string; readonly port: number };

  constructor(options: StratumPoolOptions) {
    const { algorithm, difficulty, name = "a", jobEveryMs = 5000, jobsPerBlock = 4 } = options;
    const { host = "127.0.0.1", port = 0, maxConnections = 256, shareEveryMs = null } = options;
    this.#at = { host, port };
    this.#source = new PracticeSource({ algorithm, name, everyMs: jobEveryMs, jobsPerBlock });
    this.#server = new StratumServer({
      ...this.#at,
      source: this.#source,
      rules: {
        startDifficulty: difficulty,
        minDifficulty: Math.min(difficulty, DIFFICULTY_MIN[algorithm]),
        shareEveryMs,
        limits: { ...DEFAULT_MINER_LIMITS, ...options.limits },
      },
      maxMiners: maxConnections,
      maxPerAddress: maxConnections,
      banMs: options.banMs ?? BAN_MS,
      ...(options.onShare === undefined ? {} : { onShare: options.onShare }),
      ...(options.note === undefined ? {} : { note: options.note }),
    });
  }

  /** Rejects with a PracticeError if the address cannot be had. Throws when called twice. */
  listen(): Promise<{ readonly host: string; readonly port: number }> {
    return this.#server.listen().catch((error: Error) => {
      throw new PracticeError("pool", this.#at, error);
    });
  }

  stats(): StratumPoolStats {
    const { accepted, stale, duplicate, invalid, ...rest } = this.#server.ledger.counts;
    const shares = {
      accepted,
      stale,
      duplicate,
      "low difficulty": rest["low difficulty"],
      invalid,
    };
    return { shares, connections: this.#server.connections };
  }

  /** What its workers came to: to be gone on from before it listens. */
  get ledger(): Ledger {
    return this.#server.ledger;
  }

  /** By worker; `wallMs` is now by the wall clock. */
  report(wallMs: number): MinersReport {
    return minersReport(this.#server, addressOf(this.#at), performance.now(), wallMs);
  }

  /** A silent pool keeps its connections and says nothing over them, nor to who comes. */
  silence(silent: boolean): void {
    this.#server.mute(silent);
  }

  /** Sends new work now; of a new block if `clean`. */
  sendWork(clean: boolean): void {
    this.#source.sendWork(clean);
  }

  /** Hangs up on everybody and stops listening. Resolves when it is done; again is harmless. */
  close(): Promise<void> {
    return this.#server.close();
  }
}
