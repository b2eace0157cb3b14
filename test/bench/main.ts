// npm run bench:kernels -- [--rounds N] [--ms N] [--core N] [--steps] [--ours] [--json]: the hash kernels, side by side.

import { execFileSync } from "node:child_process";
import { devCommand, runCommand, whole } from "../flags.ts";
import { compete, median, type Result } from "./contestant.ts";
import { ducoS1Contestants } from "./duco-s1.ts";
import { hashcatContestants } from "./hashcat.ts";
import { opensslContestants } from "./openssl.ts";
import { stepContestants } from "./steps.ts";

const NAME = "bench:kernels";

interface Flags {
  readonly rounds: number;
  readonly ms: number;
  readonly core?: number;
  readonly steps?: true;
  readonly ours?: true;
  readonly json?: true;
}

const program = devCommand(
  NAME,
  "Measures the hash kernels in turns, beside Node's crypto and, where installed, openssl and hashcat.",
)
  .option("--rounds <count>", "how often each has its turn", whole, 7)
  .option("--ms <count>", "how long a turn is, in CPU time", whole, 300)
  .option("--core <number>", "the core to stay on (default: the last one)", whole)
  .option("--steps", "what each step of the optimisation gains, instead")
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

function table(results: readonly Result[]): string[] {
  const base = results.find(({ key }) => key === "crypto_hash");
  const width = Math.max(...results.map(({ label }) => label.length));
  const head = `${"".padEnd(width)}  median      max   x crypto.hash (MH/s of CPU time)`;
  const rows = results.map(({ label, rates }) => {
    // In the same round, so that a busy machine slows both.
    const ratios = rates.map((rate, round) => rate / (base?.rates[round] ?? Number.NaN));
    const cells = [median(rates) / 1e6, Math.max(...rates) / 1e6].map((rate) =>
      rate.toFixed(2).padStart(7),
    );
    return `${label.padEnd(width)} ${cells.join("  ")}  ${median(ratios).toFixed(2).padStart(7)}`;
  });
  return [head, ...rows];
}

const KEYS = ["wasm_simd", "wasm", "plain", "native", "crypto_hash", "hashcat_w4"] as const;

/** MH/s, null for what was not there. */
function summary(results: readonly Result[]): Record<string, number | null> {
  const rate = (key: string): number | null => {
    const rates = results.find((result) => result.key === key)?.rates ?? [];
    const value = median(rates) / 1e6;
    return rates.length > 0 && Number.isFinite(value) ? Number(value.toFixed(3)) : null;
  };
  const hashcat = ["hashcat_w4", "hashcat_w8", "hashcat_w16"].map((key) => rate(key) ?? 0);
  const best = Math.max(...hashcat);
  const entries = KEYS.map((key) => [key, rate(key)] as const);
  return { ...Object.fromEntries(entries), hashcat_best: best === 0 ? null : best };
}

await runCommand(NAME, async () => {
  const isPinned = pin(flags.core);
  const others =
    flags.ours === true || flags.steps === true
      ? []
      : [...(await opensslContestants()), ...(await hashcatContestants())];
  const ours = ducoS1Contestants();
  const contestants =
    flags.steps === true
      ? [...stepContestants(), ...ours.filter(({ key }) => key === "crypto_hash")]
      : [...ours, ...others];
  const results = await compete(contestants, flags.rounds, flags.ms);
  say(`${flags.rounds} rounds of ${flags.ms} ms${isPinned ? ", on one core" : ", not pinned"}`);
  for (const line of table(results)) say(line);
  const none = summary([]);
  if (flags.json) say(JSON.stringify({ duco_s1: summary(results), sha256d: none, scrypt: none }));
});
