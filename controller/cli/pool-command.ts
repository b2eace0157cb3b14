// `zerorig pool`: the practice pool alone, for any Duino-Coin miner to point at.

import { addressOf } from "../pools/node.ts";
import { PracticePool } from "../pools/practice/practice-pool.ts";
import { type RestServer, serveRest } from "../pools/practice/rest.ts";
import type { PracticeShare } from "../pools/practice/session.ts";
import type { Weather } from "../pools/practice/weather.ts";
import { onStopSignal } from "./signals.ts";
import { formatRate } from "./status-text.ts";

export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly shareTime: number;
  readonly difficulty?: number;
  readonly seed: number;
  readonly workers: number;
  readonly weather?: Partial<Weather>;
  readonly wrong?: number;
  readonly wrongReason: string;
  readonly motd?: string;
  readonly bareBanner: boolean;
  /** The port of the REST look-alike. */
  readonly rest?: number;
  readonly json: boolean;
}

/** A port that cannot be had ends the pool too. */
async function restOf(
  pool: PracticePool,
  address: { readonly host: string; readonly port: number },
  at: { readonly host: string; readonly port: number },
): Promise<RestServer> {
  try {
    return await serveRest({ ...address, workers: pool.workers }, at);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** Runs the pool until it is told to stop; prints one line per share. */
export async function runPool(options: PoolOptions): Promise<void> {
  const { host, port, shareTime, difficulty, seed, weather, wrong, motd, rest, json } = options;
  const print = (value: object, text: string) => {
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
  };
  const signal = onStopSignal();
  const pool = new PracticePool({
    host,
    port,
    seed,
    expectedShareMs: shareTime,
    workerLimit: options.workers,
    wrongReason: options.wrongReason,
    ...(difficulty === undefined ? {} : { startDifficulty: difficulty }),
    ...(weather === undefined ? {} : { weather }),
    ...(wrong === undefined ? {} : { wrong }),
    ...(motd === undefined ? {} : { motd: motd.replaceAll("\\n", "\n") }),
    ...(options.bareBanner ? { banner: "3.0" } : {}),
    onShare: (share) => print({ at: new Date().toISOString(), ...share }, shareText(share)),
    log: (line) => print({ at: new Date().toISOString(), ev: "pool.log", line }, line),
  });
  const address = await pool.listen();
  const server = rest === undefined ? null : await restOf(pool, address, { host, port: rest });
  print(
    { at: new Date().toISOString(), ev: "pool.listening", host: address.host, port: address.port },
    `practice pool on ${addressOf(address)}: point a Duino-Coin miner at it, with any user name. Ctrl-C stops it.`,
  );
  if (server !== null) {
    const at = `http://${addressOf({ host: address.host, port: server.port })}`;
    const [ev, paths] = ["pool.rest", "/getPool, /balances/USER, /miners/USER, /users/USER"];
    print({ at: new Date().toISOString(), ev, port: server.port }, `its API is on ${at}: ${paths}`);
  }
  await signal.stopped;
  await server?.close();
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
