// zero-agent bench: how fast each hash kernel is on this machine.

import { realpathSync } from "node:fs";
import { parseArgs } from "node:util";
import { kernelsHere } from "./kernels/all.ts";
import type { Algorithm, Kernel } from "./kernels/kernel.ts";
import { ALGORITHMS } from "./kernels/names.ts";
import { benchKernel } from "./shell/bench.ts";
import { EXIT } from "./shell/exit-codes.ts";

const USAGE = `Usage: zero-agent bench [--algorithm NAME] [--engine NAME] [--seconds N] [--threads N] [--watts N] [--json]

Tests each hash kernel that this machine can run, and measures how fast it is: by the clock, so let nothing else run.

  --algorithm NAME  ${ALGORITHMS.join(", ")} (default: all)
  --engine NAME     wasm-simd, plain and so on: that kernel only (default: all)
  --seconds N       how long each is measured (default 1)
  --threads N       how many hash at a time (default 1)
  --watts N         what the machine draws meanwhile: says what a hash costs
  --json            one line of JSON instead of the table

Exit codes: 0 measured; 1 a kernel is wrong, its row says how; 2 wrong usage, or no such kernel here.
`;

interface Row {
  readonly algorithm: Algorithm;
  readonly engine: string;
  /** Null if it is wrong. */
  readonly hashrate_hs: number | null;
  /** Null if it is wrong, or the watts are not known. */
  readonly joules_per_hash: number | null;
  readonly why: string | null;
}

interface Wish {
  readonly kernels: readonly Kernel[];
  readonly seconds: number;
  readonly threads: number;
  readonly watts: number | null;
  readonly json: boolean;
}

/** A wrong flag: said with a hint to the help. */
class UsageError extends Error {}

function positive(name: string, given: string, max: number): number {
  const value = Number(given);
  if (value > 0 && value <= max) return value;
  throw new UsageError(`--${name} must be above 0 and at most ${max}, not ${given}`);
}

function kernelsOf(algorithm: string | undefined, engine: string | undefined): Kernel[] {
  if (algorithm !== undefined && !ALGORITHMS.some((known) => known === algorithm)) {
    throw new UsageError(`no algorithm ${algorithm}; there are ${ALGORITHMS.join(", ")}`);
  }
  const all = ALGORITHMS.filter((known) => algorithm === undefined || known === algorithm).flatMap(
    kernelsHere,
  );
  const wanted = all.filter(({ name }) => engine === undefined || name === engine);
  if (wanted.length > 0) return wanted;
  const names = [...new Set(all.map(({ name }) => name))];
  throw new UsageError(`no engine ${engine} here; there are ${names.join(", ")}`);
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** Null when the help is asked for. */
function parse(args: readonly string[]): Wish | null {
  const options = {
    ...{ algorithm: text, engine: text, seconds: text, threads: text, watts: text },
    ...{ json: flag, help: flag },
  };
  const { values } = parseArgs({ args: [...args], options });
  if (values.help === true) return null;
  const threads = positive("threads", values.threads ?? "1", 64);
  if (!Number.isInteger(threads)) throw new UsageError("--threads must be a whole number");
  return {
    kernels: kernelsOf(values.algorithm, values.engine),
    seconds: positive("seconds", values.seconds ?? "1", 3600),
    threads,
    watts: values.watts === undefined ? null : positive("watts", values.watts, 100_000),
    json: values.json === true,
  };
}

/** With three digits and a prefix: 4.56 MH/s, 1.23 uJ. */
export function withPrefix(value: number, unit: string): string {
  const prefixes = ["p", "n", "u", "m", "", "k", "M", "G", "T"];
  const power = Math.floor(Math.log10(value) / 3);
  const at = Math.min(Math.max(power + 4, 0), prefixes.length - 1);
  return `${(value / 1000 ** (at - 4)).toPrecision(3)} ${prefixes[at]}${unit}`;
}

function line({ algorithm, engine, hashrate_hs, joules_per_hash, why }: Row): string {
  const name = `${algorithm.padEnd(9)} ${engine.padEnd(22)}`;
  if (hashrate_hs === null) return `${name} wrong: ${why}`;
  const rate = withPrefix(hashrate_hs, "H/s").padStart(10);
  return joules_per_hash === null
    ? `${name} ${rate}`
    : `${name} ${rate} ${withPrefix(joules_per_hash, "J/hash").padStart(14)}`;
}

async function measure(wish: Wish, kernel: Kernel): Promise<Row> {
  const row = { algorithm: kernel.algorithm, engine: kernel.name };
  try {
    const file = realpathSync(process.argv[1] ?? "");
    const rate = await benchKernel(file, kernel, wish.threads, 1000 * wish.seconds);
    const joules = wish.watts === null ? null : wish.watts / rate;
    return { ...row, hashrate_hs: Math.round(rate), joules_per_hash: joules, why: null };
  } catch (error) {
    return { ...row, hashrate_hs: null, joules_per_hash: null, why: (error as Error).message };
  }
}

/** Gives the exit code. */
export async function benchCommand(
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  let wish: Wish | null;
  try {
    wish = parse(args);
  } catch (error) {
    say(`${(error as Error).message.split(". ")[0]}; see zero-agent bench --help`);
    return EXIT.usage;
  }
  if (wish === null) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  const { seconds, threads, watts, json } = wish;
  const results: Row[] = [];
  for (const kernel of wish.kernels) {
    const row = await measure(wish, kernel);
    results.push(row);
    if (!json) process.stdout.write(`${line(row)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ seconds, threads, watts, results })}\n`);
  return results.some(({ why }) => why !== null) ? EXIT.failed : EXIT.done;
}
