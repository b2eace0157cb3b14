// What runs under the emulated processor, bundled to one file: `check JOBS ENGINE...` or `hash COUNT ENGINE`. Prints JSON.

import { kernelByName, NATIVE_PROBLEM } from "../../zero-agent/kernels/all.ts";
import type { Algorithm, DucoS1Job, Kernel } from "../../zero-agent/kernels/kernel.ts";
import { ALGORITHMS } from "../../zero-agent/kernels/names.ts";
import { selfTest } from "../../zero-agent/kernels/self-test.ts";
import { drawHeaders } from "../../zero-agent/kernels/testing/seeded-headers.ts";
import { drawJobs } from "../../zero-agent/kernels/testing/seeded-jobs.ts";
import { type Draw, searchSeeded } from "../../zero-agent/kernels/testing/seeded-search.ts";

/** Of one engine and algorithm. */
export interface Checked {
  readonly engine: string;
  readonly algorithm: Algorithm;
  /** What went wrong: known answers, and the first of the seeded searches that did. */
  readonly wrong: readonly string[];
  /** Seeded searches that found their nonce. */
  readonly found: number;
}

/** A job that nothing solves. */
const JOB: DucoS1Job = {
  algorithm: "duco-s1",
  prefix: "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
  target: "0000000000000000000000000000000000000000",
};
/** Nonces of seven digits, as most of a pool's jobs. */
const FIRST = 1_000_000;
const LAST = 9_999_999;
const PIECE = 50_000;

const DRAWS: Readonly<Record<Algorithm, Draw>> = {
  "duco-s1": drawJobs,
  sha256d: drawHeaders("sha256d"),
  scrypt: drawHeaders("scrypt"),
};
/** A scrypt takes as long as hundreds of the others. */
const SHARES: Readonly<Record<Algorithm, number>> = { "duco-s1": 1, sha256d: 1, scrypt: 1 / 50 };

function check(algorithm: Algorithm, engines: readonly string[], jobs: number): Checked[] {
  const kernels = engines.flatMap((engine) => kernelByName(engine, algorithm) ?? []);
  const outcomes = searchSeeded(kernels, Math.ceil(jobs * SHARES[algorithm]), DRAWS[algorithm]);
  return outcomes.map(({ found, wrong }, i) => {
    const kernel = kernels[i] as Kernel;
    const complaints = selfTest(kernel);
    const all = wrong === null ? complaints : [...complaints, JSON.stringify(wrong)];
    return { engine: kernel.name, algorithm, wrong: all, found };
  });
}

function hash({ search }: Kernel, count: number): void {
  let from = FIRST;
  for (let left = count; left > 0; ) {
    const { next } = search(JOB, from, LAST, Math.min(left, PIECE));
    left -= next - from;
    from = next > LAST ? FIRST : next;
  }
}

function run([what, count, ...engines]: readonly string[]): unknown {
  const problem = NATIVE_PROBLEM;
  const jobs = Number(count);
  if (what === "check")
    return { problem, checked: ALGORITHMS.flatMap((one) => check(one, engines, jobs)) };
  const kernel = kernelByName(engines[0] ?? "");
  if (kernel === undefined) throw new Error(`no engine ${engines[0]}: ${problem ?? "not here"}`);
  hash(kernel, jobs);
  return { problem, checked: [] };
}

process.stdout.write(`${JSON.stringify(run(process.argv.slice(2)))}\n`);
