// Mutation testing of the decision core: npm run mutate [-- FILE...] [--sample N] [--seed S] [--jobs N]

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isTest, projectSources } from "../repository/sources.ts";
import { randomOf } from "../sim/random.ts";
import { equivalentOf } from "./equivalent.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { judgeAll, type Outcome } from "./pool.ts";
import { summaryOf } from "./summary.ts";
import { compiling, distinct } from "./valid.ts";

const CORE = "controller/core/";
const TESTS = /^(?:controller\/core|test\/property)\/.*\.test\.ts$/;
/** A test takes some seconds at most; one that takes this long hangs. */
const LIMIT_MS = 20_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});

const root = process.cwd();
const sources = projectSources(root);
const tests = sources.filter(({ path }) => TESTS.test(path));
const core = sources
  .map(({ path }) => path)
  .filter((path) => path.startsWith(CORE) && !isTest(path));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(line: string): never {
  process.stderr.write(`mutate: ${line}\n`);
  process.exit(2);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0
    ? value
    : fail(`--${name} takes a number, not "${text}"`);
}

function askedFiles(): readonly string[] {
  const stranger = positionals.find((path) => !core.includes(path));
  if (stranger !== undefined) fail(`${stranger} is no file of ${CORE}`);
  return positionals.length > 0 ? positionals : core;
}

/** So many of them, drawn by the seed. Shuffled in any case, so that the workers end together. */
function drawn(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = randomOf(seed, "mutants");
  return mutants
    .map((mutant) => ({ mutant, rank: random.next() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

const startedAt = performance.now();
const files = askedFiles();
const perFile = files.map((file) => {
  const text = readFileSync(file, "utf8");
  return distinct(mutantsOf(file, text), text);
});
const all = compiling(root, (await Promise.all(perFile)).flat());
const count = values.sample === undefined ? all.length : positive("sample", values.sample);
const seed = positive("seed", values.seed);
const mutants = drawn(all, count, seed);
say(`${all.length} mutants in ${files.length} files, ${mutants.length} are tried`);

const outcomes: Outcome[] = [];
const jobs = positive("jobs", values.jobs);
await judgeAll(mutants, { root, tests, jobs, limitMs: LIMIT_MS }, (outcome) => {
  outcomes.push(outcome);
  if (outcomes.length % 100 === 0)
    process.stderr.write(`${outcomes.length} of ${mutants.length}\n`);
  const { mutant, killedBy } = outcome;
  if (killedBy !== null || equivalentOf(mutant) !== undefined) return;
  say(`survived: ${mutant.file}:${mutant.line} ${mutant.change}    in: ${mutant.source}`);
});

const { lines, enough } = summaryOf(outcomes, mutants.length === all.length);
for (const line of lines) say(line);
say(`${Math.round((performance.now() - startedAt) / 1000)} s, seed ${seed}`);
process.exitCode = enough ? 0 : 1;
