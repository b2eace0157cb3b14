// npm run bench:kernels -- [--algorithm NAME] [--rounds N] [--ms N] [--core N] [--steps] [--start] [--workers N] [--ours] [--json]:
// the hash kernels, side by side.

import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { Option } from "commander";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { ALGORITHMS } from "../../zero-agent/kernels/names.ts";
import { devCommand, runCommand, whole } from "../flags.ts";
import { type Contestant, compete, median, type Result } from "./contestant.ts";
import { ducoS1Contestants } from "./duco-s1.ts";
import { hashcatContestants } from "./hashcat.ts";
import { headerContestants } from "./headers.ts";
import { nativeContestants } from "./native.ts";
import { opensslContestants } from "./openssl.ts";
import { type Start, startOf } from "./start.ts";
import { stepContestants } from "./steps.ts";
import { besides } from "./workers.ts";

const NAME = "bench:kernels";

interface Flags {
  readonly algorithm?: Algorithm;
  readonly rounds: number;
  readonly ms: number;
  readonly core?: number;
  readonly steps?: true;
  readonly start?: true;
  readonly workers?: number;
  readonly ours?: true;
  readonly json?: true;
}

const program = devCommand(
  NAME,
  "Measures the hash kernels in turns, beside Node's crypto and, where installed, openssl and hashcat.",
)
  .addOption(
    new Option("--algorithm <name>", "one of them only (default: all)").choices(ALGORITHMS),
  )
  .option("--rounds <count>", "how often each has its turn", whole, 7)
  .option("--ms <count>", "how long a turn is, in CPU time", whole, 300)
  .option("--core <number>", "the core to stay on (default: the last one)", whole)
  .option("--steps", "what each step of DUCO-S1's optimisation gains, instead")
  .option(
    "--start",
    "how DUCO-S1's engines begin: when each is warm, what a small job costs; instead",
  )
  .option("--workers <count>", "one worker beside so many, in turns, by the clock; instead", whole)
  .option("--ours", "without openssl and hashcat")
  .option("--json", "the medians as JSON in the last line")
  .parse();
const flags = program.opts<Flags>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** All threads of this process, and the programs that it starts, on one core. False where that cannot be done. */
function pin(core: number | undefined): boolean {
  const pid = `${process.pid}`;
  try {
    const list = execFileSync("taskset", ["-c", "-p", pid], { encoding: "utf8" });
    const last = /(\d+)\s*$/.exec(list)?.[1] ?? "0";
    execFileSync("taskset", ["-a", "-c", "-p", `${core ?? last}`, pid], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** What rates are given in. */
const UNITS: Readonly<Record<Algorithm, { readonly name: string; readonly hashes: number }>> = {
  "duco-s1": { name: "MH/s", hashes: 1e6 },
  sha256d: { name: "MH/s", hashes: 1e6 },
  scrypt: { name: "kH/s", hashes: 1e3 },
};

function table(results: readonly Result[], algorithm: Algorithm): string[] {
  const unit = UNITS[algorithm];
  const base = results.find(({ key }) => key === "crypto_hash");
  const width = Math.max(...results.map(({ label }) => label.length));
  const against = base?.label ?? "nothing";
  const head = `${algorithm.padEnd(width)}  median      max   x ${against} (${unit.name} of CPU time)`;
  const rows = results.map(({ label, rates }) => {
    // In the same round, so that a busy machine slows both.
    const ratios = rates.map((rate, round) => rate / (base?.rates[round] ?? Number.NaN));
    const cells = [median(rates) / unit.hashes, Math.max(...rates) / unit.hashes].map((rate) =>
      rate.toFixed(2).padStart(7),
    );
    return `${label.padEnd(width)} ${cells.join("  ")}  ${median(ratios).toFixed(2).padStart(7)}`;
  });
  return [head, ...rows];
}

const KEYS = [
  ...["wasm_simd", "wasm", "plain", "native", "crypto_hash", "hashcat_w4"],
  ...["native_avx2", "hashcat_w8", "hashcat_w4_avx2", "hashcat_w8_avx2"],
] as const;

/** In the algorithm's unit, null for what was not there. */
function summary(results: readonly Result[], algorithm: Algorithm): Record<string, number | null> {
  const rate = (key: string): number | null => {
    const rates = results.find((result) => result.key === key)?.rates ?? [];
    const value = median(rates) / UNITS[algorithm].hashes;
    return rates.length > 0 && Number.isFinite(value) ? Number(value.toFixed(3)) : null;
  };
  const hashcat = ["hashcat_w4", "hashcat_w8", "hashcat_w16"].map((key) => rate(key) ?? 0);
  const best = Math.max(...hashcat);
  const entries = KEYS.map((key) => [key, rate(key)] as const);
  return { ...Object.fromEntries(entries), hashcat_best: best === 0 ? null : best };
}

async function contestantsOf(algorithm: Algorithm): Promise<readonly Contestant[]> {
  const native = await nativeContestants(algorithm);
  if (algorithm !== "duco-s1") return [...native, ...headerContestants(algorithm)];
  const ours = [...native, ...ducoS1Contestants()];
  if (flags.steps === true) {
    return [...stepContestants(), ...ours.filter(({ key }) => key === "crypto_hash")];
  }
  if (flags.ours === true) return ours;
  return [...ours, ...(await opensslContestants()), ...(await hashcatContestants())];
}

const STARTED = ["wasm-simd", "wasm", "plain"] as const;

/** Each round has all of them, one after the other. */
async function tellStarts(): Promise<void> {
  const starts: Start[] = [];
  for (let round = 0; round < flags.rounds; round++) {
    for (const engine of STARTED) starts.push(await startOf(engine));
  }
  say(
    "              warm after    (least, most)   job of difficulty 10   of that hashing at full rate",
  );
  for (const engine of STARTED) {
    const own = starts.filter((start) => start.engine === engine);
    const warm = own.map(({ warmMs }) => warmMs);
    const [least, most] = [Math.min(...warm), Math.max(...warm)].map((ms) => ms.toFixed(0));
    const small = median(own.map(({ smallJobMs }) => smallJobMs));
    const hashing = median(own.map(({ hashingMs }) => hashingMs));
    const cells = [
      engine.padEnd(12),
      `${median(warm).toFixed(0)} ms CPU`.padStart(12),
      `(${least}, ${most})`.padStart(16),
      `${small.toFixed(3)} ms`.padStart(23),
      `${hashing.toFixed(3)} ms`.padStart(31),
    ];
    say(cells.join(""));
  }
  if (flags.json) say(JSON.stringify({ starts }));
}

async function tellWorkers(workers: number): Promise<void> {
  const load = loadavg()[0]?.toFixed(1);
  say(`${flags.rounds} rounds of ${flags.ms} ms by the clock, load ${load} before`);
  const beside = await besides("wasm-simd", workers, flags.rounds, flags.ms);
  const { engine, one, all, ratio, cores } = beside;
  const had = cores.map((count) => count.toFixed(2));
  say(`${engine}, 1 worker   ${one.toFixed(1).padStart(6)} MH/s on ${had[0]} cores`);
  say(`${engine}, ${workers} workers  ${all.toFixed(1).padStart(6)} MH/s on ${had[1]} cores`);
  say(`${ratio.toFixed(2)} times one`);
  if (flags.json) say(JSON.stringify({ workers: beside }));
}

await runCommand(NAME, async () => {
  if (flags.workers !== undefined) {
    await tellWorkers(flags.workers);
    return;
  }
  if (flags.start === true) {
    await tellStarts();
    return;
  }
  const isPinned = pin(flags.core);
  say(`${flags.rounds} rounds of ${flags.ms} ms${isPinned ? ", on one core" : ", not pinned"}`);
  const only = flags.steps === true ? "duco-s1" : flags.algorithm;
  const summaries: Record<string, unknown> = {};
  for (const algorithm of ALGORITHMS) {
    const isWanted = only === undefined || only === algorithm;
    const contestants = isWanted ? await contestantsOf(algorithm) : [];
    const results = await compete(contestants, flags.rounds, flags.ms);
    for (const line of isWanted ? table(results, algorithm) : []) say(line);
    summaries[algorithm.replace("-", "_")] = summary(results, algorithm);
  }
  if (flags.json) say(JSON.stringify(summaries));
});
