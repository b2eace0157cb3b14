// `zerorig pool`: the practice pool alone, for any Duino-Coin miner to point at.

import { PracticePool } from "../pools/practice/practice-pool.ts";
import type { PracticeShare } from "../pools/practice/session.ts";
import { onStopSignal } from "./signals.ts";
import { formatRate } from "./status-text.ts";

export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly shareTime: number;
  readonly difficulty?: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Runs the pool until it is told to stop; prints one line per share. */
export async function runPool(options: PoolOptions): Promise<void> {
  const { host, port, shareTime, difficulty, seed, json } = options;
  const print = (value: object, text: string) => {
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
  };
  const signal = onStopSignal();
  const pool = new PracticePool({
    host,
    port,
    seed,
    expectedShareMs: shareTime,
    ...(difficulty === undefined ? {} : { startDifficulty: difficulty }),
    onShare: (share) => print({ at: new Date().toISOString(), ...share }, shareText(share)),
    log: (line) => print({ at: new Date().toISOString(), ev: "pool.log", line }, line),
  });
  const address = await pool.listen();
  const node = `${address.host}:${address.port}`;
  print(
    { at: new Date().toISOString(), ev: "pool.listening", host: address.host, port: address.port },
    `practice pool on ${node}: point a Duino-Coin miner at it, with any user name. Ctrl-C stops it.`,
  );
  await signal.stopped;
  await pool.close();
  const { totals } = pool.stats();
  const { accepted, rejected, connections } = totals;
  print(
    { at: new Date().toISOString(), ev: "pool.stopped", ...totals },
    `${accepted} shares accepted, ${rejected} rejected, ${connections} connections`,
  );
  signal.release();
}

/** The line that miners know: who, the verdict, the time, the rate, the difficulty. */
export function shareText(share: PracticeShare): string {
  const verdict =
    share.reason === null ? (share.block ? "block" : "accepted") : `rejected (${share.reason})`;
  const rate = share.hashrateHs === null ? "? H/s" : formatRate(share.hashrateHs);
  return `${share.user}/${share.rig} ${verdict} - ${(share.shareMs / 1000).toFixed(1)}s - ${rate} - diff ${share.difficulty}`;
}
