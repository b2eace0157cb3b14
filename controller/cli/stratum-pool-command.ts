// `zerorig pool --stratum`: the practice Stratum pool alone, for any miner of SHA-256d or scrypt to point at.

import { addressOf } from "../pools/node.ts";
import { StratumPracticePool } from "../pools/practice-stratum/practice-pool.ts";
import type { HeaderAlgorithm } from "../pools/stratum/target.ts";
import { onStopSignal } from "./signals.ts";

export interface StratumPoolOptions {
  readonly stratum: HeaderAlgorithm;
  readonly host: string;
  readonly port: number;
  /** Of all shares; without it each miner's varies. */
  readonly shareDifficulty?: number;
  /** How often each miner should find one, where it varies. */
  readonly shareTime: number;
  readonly json: boolean;
}

/** Where it varies, it begins so: some seconds for a Zero. */
const DIFFICULTY: Readonly<Record<HeaderAlgorithm, number>> = { sha256d: 1e-4, scrypt: 0.05 };

/** Runs the pool until it is told to stop; prints one line per share. */
export async function runStratumPool(options: StratumPoolOptions): Promise<void> {
  const { stratum: algorithm, host, port, json, shareDifficulty, shareTime } = options;
  const difficulty = shareDifficulty ?? DIFFICULTY[algorithm];
  const print = (value: object, text: string) => {
    const at = new Date().toISOString();
    process.stdout.write(json ? `${JSON.stringify({ at, ...value })}\n` : `${text}\n`);
  };
  const signal = onStopSignal();
  const pool = new StratumPracticePool({
    host,
    port,
    algorithm,
    difficulty,
    shareEveryMs: shareDifficulty === undefined ? shareTime : null,
    jobEveryMs: 15_000,
    note: (ev, { address = "", worker = "", why = "" }) =>
      print({ ev, address, worker, why }, `${ev} ${address} ${worker} ${why}`),
    onShare: (share) =>
      print(
        share,
        `${share.user} ${share.verdict} - job ${share.jobId} - diff ${share.difficulty}`,
      ),
  });
  const address = await pool.listen();
  print(
    { ev: "pool.listening", host: address.host, port: address.port, algorithm, difficulty },
    `practice pool for ${algorithm} at stratum+tcp://${addressOf(address)}, with any user name. Ctrl-C stops it.`,
  );
  await signal.stopped;
  await pool.close();
  const { accepted, ...refused } = pool.stats().shares;
  const rejected = Object.values(refused).reduce((sum, count) => sum + count, 0);
  print(
    { ev: "pool.stopped", accepted, rejected },
    `${accepted} shares accepted, ${rejected} rejected`,
  );
  signal.release();
}
