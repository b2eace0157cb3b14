// npm run bench:miners -- [--miners N] [--seconds N] [--share-every MS] [--json]: ordinary miners at a rig. How long a share takes
// there and back, what the controller's memory does, and its share of one core. The controller, its pool, its HAT and the miners are
// processes of their own; what the miners' own process adds to a round trip is in it.

import { cpus, loadavg } from "node:os";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { devCommand, positive, runCommand, whole } from "../flags.ts";
import { processorS, rssMb } from "./process-cost.ts";
import { startSeatRig } from "./seat-rig.ts";
import { EASY, ShamMiner, type Trips } from "./sham-miner.ts";

const NAME = "bench:miners";
/** What is wanted: issue 9. */
const WANTED_P99_MS = 20;
/** More than this between the second quarter and the last is no flat memory. */
const GROWTH_MAX_MB = 5;
/** Of the rig's own pool: no share of a miner is good enough for it. */
const POOL_DIFFICULTY = "0.0001";
const SETTLE_MS = 15_000;

interface Flags {
  readonly miners: number;
  readonly seconds: number;
  readonly shareEvery: number;
  readonly json?: true;
}

const flags = devCommand(NAME, "Measures the round trip of ordinary miners' shares at a rig.")
  .option("--miners <count>", "miners", whole, 500)
  .option("--seconds <count>", "for how long", positive, 120)
  .option("--share-every <ms>", "each miner's shares", positive, 1000)
  .option("--json", "the figures as JSON in the last line")
  .parse()
  .opts<Flags>();

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The miners' shares are spread over the time, each miner's at its own moment of the interval. */
function mine(miners: readonly ShamMiner[]): () => void {
  const timers = miners.map((miner, index) => {
    const first = (index * flags.shareEvery) / miners.length;
    let every: NodeJS.Timeout | null = null;
    const begin = setTimeout(() => {
      every = setInterval(() => miner.submit(), flags.shareEvery);
    }, first);
    return () => {
      clearTimeout(begin);
      if (every !== null) clearInterval(every);
    };
  });
  return () => {
    for (const stop of timers) stop();
  };
}

async function measure(port: number, pid: number) {
  const trips: Trips = { ms: [], refused: new Map(), lost: 0 };
  const miners = Array.from(
    { length: flags.miners },
    (_, index) => new ShamMiner(port, `m${index}`, trips),
  );
  while (!miners.every(({ isWorking }) => isWorking)) await sleep(100);
  const stop = mine(miners);
  await sleep(SETTLE_MS);
  trips.ms.length = 0;
  const [began, used] = [performance.now(), processorS(pid)];
  const sizes: number[] = [];
  while (performance.now() - began < flags.seconds * 1000) {
    sizes.push(rssMb(pid));
    await sleep(1000);
  }
  const elapsedS = (performance.now() - began) / 1000;
  const corePercent = ((processorS(pid) - used) / elapsedS) * 100;
  stop();
  const sorted = trips.ms.toSorted((a, b) => a - b);
  for (const miner of miners) miner.close();
  const quarter = Math.max(1, Math.floor(sizes.length / 4));
  return {
    shares: sorted.length,
    sharesPerS: sorted.length / elapsedS,
    refused: Object.fromEntries(trips.refused),
    lost: trips.lost,
    p50Ms: quantile(sorted, 0.5),
    p90Ms: quantile(sorted, 0.9),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    corePercent,
    rssMb: mean(sizes),
    rssGrowthMb: mean(sizes.slice(-quarter)) - mean(sizes.slice(quarter, 2 * quarter)),
  };
}

await runCommand(NAME, async () => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d";
  const port = await freePort();
  const limits = `max_miners = ${flags.miners + 10}\nmax_per_address = ${flags.miners + 10}`;
  const served = `[miners]\nlisten = "127.0.0.1"\nport = ${port}\nstart_difficulty = ${EASY}\n${limits}\n`;
  const rig = await startSeatRig(1, {
    pool: ["--stratum", "sha256d", "--share-difficulty", POOL_DIFFICULTY],
    edit: (toml, poolPort) => {
      const nodes = `nodes = [ "stratum+tcp://127.0.0.1:${poolPort}" ]\nalgorithm = "sha256d"`;
      return `${toml.replace(/nodes = \[.*\]/, nodes)}\n${served}`;
    },
  });
  try {
    const figures = await measure(port, rig.controllerPid);
    const { shares, sharesPerS, refused, lost, p50Ms, p90Ms, p99Ms, maxMs } = figures;
    const { corePercent, rssMb: memory, rssGrowthMb } = figures;
    const isMet = p99Ms < WANTED_P99_MS && rssGrowthMb < GROWTH_MAX_MB && lost === 0;
    const [{ model } = { model: "unknown" }] = cpus();
    const load = loadavg()[0] ?? Number.NaN;
    const lines = [
      `${flags.miners} miners, ${flags.seconds} s; Node ${process.version}, ${model}, load ${load.toFixed(1)}`,
      `shares:      ${shares} (${sharesPerS.toFixed(0)}/s), refused ${JSON.stringify(refused)}, lost ${lost}`,
      `round trip:  p50 ${p50Ms.toFixed(2)} ms, p90 ${p90Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, at most ${maxMs.toFixed(1)} ms`,
      `controller:  ${corePercent.toFixed(1)} % of one core, ${memory.toFixed(1)} MB, ${rssGrowthMb.toFixed(1)} MB more in the last quarter than in the second`,
      `wanted: p99 below ${WANTED_P99_MS} ms, memory flat, no share lost: ${isMet ? "met" : "NOT met"}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    const setting = { miners: flags.miners, seconds: flags.seconds, load, node: process.version };
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...setting, ...figures, isMet })}\n`);
    if (!isMet) process.exitCode = 1;
  } finally {
    await rig.stop();
  }
});
