// The pool that a demo mines at: the practice pool in this process, over real TCP, or somebody else's.

import { connect } from "node:net";
import { decodeBanner } from "../../pools/duino/codec.ts";
import { fairDifficulty } from "../../pools/practice/difficulty.ts";
import { PracticePool } from "../../pools/practice/practice-pool.ts";
import { messageOf } from "../../shell/error.ts";
import { CliError } from "../error.ts";
import type { HostPort } from "../option.ts";
import { type Pace, ZERO_HASHRATE_HS } from "./options.ts";
import type { PoolCounts } from "./summary.ts";

export interface DemoPool extends HostPort {
  readonly user: string;
  /** What the pool counted; null where we cannot see it. */
  counts(): PoolCounts | null;
  close(): Promise<void>;
}

const DEMO_USER = "demo";
/** Short, so that a demo of a minute shows some dozens of shares. */
const EXPECTED_SHARE_MS = 3000;
const FIRST_SHARE_MS = 1500;
/** What one core of an ordinary computer does with the plain kernel; the pool adapts to the rest. */
const FULL_HASHRATE_HS = 2_000_000;
const ANSWER_MS = 5000;

/** Starts the practice pool on any free port of the loopback. */
export async function openPracticePool(seed: number, pace: Pace): Promise<DemoPool> {
  const rateHs = pace === "zero" ? ZERO_HASHRATE_HS : pace === "full" ? FULL_HASHRATE_HS : pace;
  const pool = new PracticePool({
    seed,
    expectedShareMs: EXPECTED_SHARE_MS,
    startDifficulty: fairDifficulty(rateHs, FIRST_SHARE_MS, 1),
  });
  const { host, port } = await pool.listen();
  return {
    host,
    port,
    user: DEMO_USER,
    counts: () => new Map(Object.entries(pool.stats().users[DEMO_USER]?.rigs ?? {})),
    close: () => pool.close(),
  };
}

/** A pool of somebody else, once it has answered like one. Throws a CliError when it does not. */
export async function openForeignPool(
  pool: HostPort & { readonly user: string },
): Promise<DemoPool> {
  const banner = await readBanner(pool);
  if (decodeBanner(banner) === null) {
    const said = JSON.stringify(banner.slice(0, 40));
    throw new CliError(
      "unreachable",
      `${pool.host}:${pool.port} is no Duino-Coin pool: it greets with ${said}`,
      "A pool greets with its version, such as 3.0.",
    );
  }
  return { ...pool, counts: () => null, close: async () => {} };
}

function readBanner({ host, port }: HostPort): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new CliError(
          "unreachable",
          `no pool answers at ${host}:${port} (${why})`,
          "Check the address, or leave --pool out to mine at the practice pool.",
        ),
      );
    const socket = connect({ host, port });
    socket.setTimeout(ANSWER_MS, () => {
      fail("it says nothing");
      socket.destroy();
    });
    socket.once("error", (error) => fail(messageOf(error)));
    socket.once("close", () => fail("it hung up"));
    socket.once("data", (chunk) => {
      resolve(chunk.toString("latin1"));
      socket.destroy();
    });
  });
}
