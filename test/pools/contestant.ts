// One contestant of the bench in a process of its own, as a real controller is: a pool of some latency and who mines at it.

import { PracticePool } from "../../controller/pools/practice/practice-pool.ts";
import { PlainClient } from "./plain-client.ts";
import { PoolRig } from "./pool-rig.ts";

export interface Contest {
  readonly latencyMs: number;
  /** 0: plain clients. */
  readonly connections: number;
  /** One connection for all, each job divided. */
  readonly split: boolean;
  readonly zeros: number;
  readonly jobMs: number;
  readonly settleMs: number;
  readonly forMs: number;
  readonly dir: string;
}

/** Small, so that finding a nonce takes this process no time; and no two jobs are as good as the same. */
const DIFFICULTY = 8;

export interface Outcome {
  /** The share of its time that each Zero hashed. */
  readonly busy: readonly number[];
  /** Of each connection: the how manieth worker it is to the pool, and how many shares an hour it brought. */
  readonly workers: readonly { readonly ordinal: number; readonly sharesPerHour: number }[];
}

async function contest(given: Contest): Promise<Outcome> {
  const { latencyMs, connections, split, zeros, jobMs, settleMs, forMs, dir } = given;
  const pool = new PracticePool({
    seed: 1,
    expectedShareMs: jobMs,
    tiers: new Map([["LOW", { difficulty: DIFFICULTY, adapts: false }]]),
    weather: { latencyMs },
  });
  const { port } = await pool.listen();
  const rateHs = (50 * DIFFICULTY * 1000) / jobMs;
  const started = connections === 0 ? startPlain() : startRig();

  function startPlain() {
    const clients = Array.from({ length: zeros }, () => new PlainClient(port, rateHs));
    for (const [index, client] of clients.entries()) void client.mine(`plain-${index + 1}`);
    const stop = async () => {
      for (const client of clients) client.stop();
    };
    return { zeros: clients, stop };
  }

  function startRig() {
    const rig = new PoolRig({
      port,
      dir,
      zeros,
      connections,
      rateHs,
      ...(split ? { policy: { poolMode: "split" } } : {}),
    });
    rig.start();
    return { zeros: rig.zeros, stop: () => rig.stop() };
  }

  const busy = () => started.zeros.map(({ busyUntilNow }) => busyUntilNow);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const accepted = () => new Map(pool.workers.of("bench").map((each) => [each.id, each.accepted]));
  const [begun, before, counted] = [performance.now(), busy(), accepted()];
  await new Promise((resolve) => setTimeout(resolve, forMs));
  const [tookMs, after] = [performance.now() - begun, busy()];
  const workers = pool.workers.of("bench").map(({ id, ordinal, accepted: all }) => {
    const sharesPerHour = ((all - (counted.get(id) ?? 0)) * 3_600_000) / tookMs;
    return { ordinal, sharesPerHour };
  });
  await started.stop();
  await pool.close();
  return { busy: after.map((ms, index) => (ms - (before[index] ?? 0)) / tookMs), workers };
}

process.once("message", (given: Contest) => {
  void contest(given).then((outcome) => process.send?.(outcome, () => process.disconnect()));
});
