// A rig at a practice pool in bad weather, and then the counting: what each side says of every single share.

import { join } from "node:path";
import Database from "better-sqlite3";
import { PracticePool } from "../../controller/pools/practice/practice-pool.ts";
import type { PracticeShare } from "../../controller/pools/practice/session.ts";
import type { Weather } from "../../controller/pools/practice/weather.ts";
import { PoolRig } from "./pool-rig.ts";

const ZEROS = 4;
const DIFFICULTY = 50;
const JOB_MS = 200;

/** One connection in a hundred messages is reset, one job request in a hundred never answered; segments fall as they like. */
const SOAK_WEATHER: Partial<Weather> = {
  latencyMs: 5,
  jitterMs: 15,
  split: 0.3,
  coalesce: 0.1,
  reset: 0.01,
  silentJob: 0.01,
};
/** A right share in a hundred is called wrong. */
const WRONG = 0.01;

export interface SoakOptions {
  readonly dir: string;
  readonly forMs: number;
  readonly seed: number;
  readonly connections: number;
  readonly onProgress?: (text: string) => void;
}

interface Counts {
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
}

export interface SoakReport {
  /** By the core's counters, and by the rows on disk. */
  readonly core: Counts;
  readonly disk: Counts;
  /** By the pool. */
  readonly pool: { readonly accepted: number; readonly rejected: number };
  /** Shares whose verdict never came: what the pool had said of them. */
  readonly lost: { readonly accepted: number; readonly rejected: number; readonly unseen: number };
  /** Sessions that ended, by why. */
  readonly ends: Readonly<Record<string, number>>;
  /** What does not agree; empty when all does. */
  readonly faults: readonly string[];
}

interface Row {
  readonly target: string;
  readonly outcome: keyof Counts | null;
}

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { dir, forMs, seed, connections, onProgress = () => {} } = options;
  const seen: PracticeShare[] = [];
  const ends = new Map<string, number>();
  const pool = new PracticePool({
    seed,
    expectedShareMs: JOB_MS,
    tiers: new Map([["LOW", { difficulty: DIFFICULTY, adapts: false }]]),
    weather: SOAK_WEATHER,
    wrong: WRONG,
    onShare: (share) => seen.push(share),
  });
  const { port } = await pool.listen();
  const rig = new PoolRig({
    port,
    dir,
    zeros: ZEROS,
    connections,
    rateHs: (50 * DIFFICULTY * 1000) / JOB_MS,
    // A silent pool is found out sooner than the real one's slowness would allow.
    limits: { jobReplyMs: 2000, verdictMs: 4000 },
    onReport: (ev, detail) => {
      if (ev !== "pool.down") return;
      const why = String(detail["detail"]).replace(/".*"/, "...");
      ends.set(why, (ends.get(why) ?? 0) + 1);
    },
  });
  rig.start();
  const begun = performance.now();
  while (performance.now() - begun < forMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, forMs)));
    onProgress(`${Math.round((performance.now() - begun) / 1000)} s: ${seen.length} shares`);
  }
  await rig.stop();
  await pool.close();
  const core = sum(rig.state.seats);
  const { totals } = pool.stats();
  return report(core, rowsOf(dir), seen, { ...totals }, Object.fromEntries(ends));
}

function sum(parts: readonly Counts[]): Counts {
  const of = (kind: keyof Counts) => parts.reduce((total, part) => total + part[kind], 0);
  return { accepted: of("accepted"), rejected: of("rejected"), unknown: of("unknown") };
}

function rowsOf(dir: string): Row[] {
  const db = new Database(join(dir, "zerorig.sqlite"), { readonly: true });
  try {
    return db.prepare<[], Row>("SELECT target, outcome FROM shares").all();
  } finally {
    db.close();
  }
}

function report(
  core: Counts,
  rows: readonly Row[],
  seen: readonly PracticeShare[],
  { accepted, rejected }: { readonly accepted: number; readonly rejected: number },
  ends: Readonly<Record<string, number>>,
): SoakReport {
  const faults: string[] = [];
  const claim = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const count = (outcome: Row["outcome"]) => rows.filter((row) => row.outcome === outcome).length;
  const disk = {
    accepted: count("accepted"),
    rejected: count("rejected"),
    unknown: count("unknown"),
  };
  claim(count(null) === 0, `${count(null)} shares have no outcome`);
  claim(JSON.stringify(core) === JSON.stringify(disk), "the core counts otherwise than the disk");
  const atPool = { accepted: 0, rejected: 0 };
  for (const { verdict } of seen) atPool[verdict]++;
  claim(
    atPool.accepted === accepted && atPool.rejected === rejected,
    "the pool counts otherwise than it said",
  );
  const lost = match(rows, seen, claim);
  claim(accepted === disk.accepted + lost.accepted, "accepted shares do not add up");
  claim(rejected === disk.rejected + lost.rejected, "rejected shares do not add up");
  claim(
    disk.unknown === lost.accepted + lost.rejected + lost.unseen,
    "unknown shares do not add up",
  );
  return { core, disk, pool: { accepted, rejected }, lost, ends, faults };
}

/**
 * Every share that the pool saw is one of ours, with the verdict that we know or none; every verdict that we know the pool
 * gave. Two jobs of one block may have the same target, so targets are matched as often as they occur.
 */
function match(
  rows: readonly Row[],
  seen: readonly PracticeShare[],
  claim: (holds: boolean, fault: string) => void,
): SoakReport["lost"] {
  const lost = { accepted: 0, rejected: 0, unseen: 0 };
  const given = new Map<string, PracticeShare["verdict"][]>();
  for (const { target, verdict } of seen) {
    given.set(target, [...(given.get(target) ?? []), verdict]);
  }
  const take = (target: string, verdict: PracticeShare["verdict"] | undefined): boolean => {
    const verdicts = given.get(target) ?? [];
    const at = verdict === undefined ? -1 : verdicts.indexOf(verdict);
    if (at >= 0) verdicts.splice(at, 1);
    return at >= 0;
  };
  for (const { target, outcome } of rows) {
    if (outcome !== "accepted" && outcome !== "rejected") continue;
    claim(take(target, outcome), `${target}: we know it as ${outcome}, the pool does not`);
  }
  for (const { target, outcome } of rows) {
    if (outcome !== "unknown") continue;
    const verdict = given.get(target)?.[0];
    if (take(target, verdict)) lost[verdict as "accepted" | "rejected"]++;
    else lost.unseen++;
  }
  for (const [target, left] of given) {
    claim(
      left.length === 0,
      `${target}: the pool judged it ${left.length} times more than we sent it`,
    );
  }
  return lost;
}
