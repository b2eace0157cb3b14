// `zerorig pool --stratum`: the practice Stratum pool alone, for any miner of SHA-256d or scrypt to point at.

import { addressOf } from "../pools/node.ts";
import { StratumPracticePool } from "../pools/practice-stratum/practice-pool.ts";
import type { HeaderAlgorithm } from "../pools/stratum/target.ts";
import { systemClock } from "../shell/clock.ts";
import { MinersKeeper } from "../shell/miners-keeper.ts";
import { openKept, workerLines } from "./kept-workers.ts";
import { onStopSignal } from "./signals.ts";

export interface StratumPoolOptions {
  readonly stratum: HeaderAlgorithm;
  readonly host: string;
  readonly port: number;
  /** Of all shares; without it each miner's varies. */
  readonly shareDifficulty?: number;
  /** How often each miner should find one, where it varies. */
  readonly shareTime: number;
  /** Where it keeps what each worker came to; nowhere without it. */
  readonly stateDir?: string;
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
  const kept = await keptIn(options, pool, print);
  const address = await pool.listen().catch(async (error: unknown) => {
    await kept.end();
    throw error;
  });
  print(
    { ev: "pool.listening", host: address.host, port: address.port, algorithm, difficulty },
    `practice pool for ${algorithm} at stratum+tcp://${addressOf(address)}, with any user name. Ctrl-C stops it.`,
  );
  kept.tell();
  await signal.stopped;
  await pool.close();
  kept.tell();
  await kept.end();
  const { accepted, ...refused } = pool.stats().shares;
  const rejected = Object.values(refused).reduce((sum, count) => sum + count, 0);
  print(
    { ev: "pool.stopped", accepted, rejected },
    `${accepted} shares accepted, ${rejected} rejected`,
  );
  signal.release();
}

type Print = (value: object, text: string) => void;

interface Kept {
  /** Says what each worker came to. */
  tell(): void;
  end(): Promise<void>;
}

/** Goes on from what was kept before. */
async function keptIn(
  { stateDir, stratum: algorithm }: StratumPoolOptions,
  pool: StratumPracticePool,
  print: Print,
): Promise<Kept> {
  const note = (ev: string, detail: object) =>
    print({ ev, ...detail }, `${ev} ${Object.values(detail).join(" ")}`);
  const past = await openKept(stateDir, note);
  if (past === null) return { tell: () => {}, end: async () => {} };
  const wallMs = () => past.nowMs;
  const parts = { algorithm, ledger: pool.ledger, memory: past.miners, clock: systemClock };
  const keeper = new MinersKeeper({ ...parts, wallMs, note });
  const tell = () => {
    for (const { value, text } of workerLines(pool.report(wallMs()))) {
      print({ ev: "pool.worker", ...value }, text);
    }
  };
  const end = async () => {
    keeper.stop();
    await past.close();
  };
  return { tell, end };
}
