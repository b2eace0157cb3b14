// Mutation testing of the decision core: npm run mutate -- [FILE...] [--sample N] [--seed S] [--jobs N]

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { devCommand, refuse, runCommand, whole } from "../flags.ts";
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

const NAME = "mutate";

interface Flags {
  readonly sample?: number;
  readonly seed: number;
  readonly jobs: number;
}

const program = devCommand(
  NAME,
  "Changes the decision core in one place at a time; ends with 1 when too many changes survive its tests.",
)
  .usage("-- [options] [files...]")
  .argument("[files...]", `files of ${CORE}; all if none is named`)
  .option("--sample <count>", "try so many of the mutants, drawn by the seed", whole)
  .option("--seed <seed>", "of the draw", whole, 1)
  .option("--jobs <count>", "how many processes", whole, availableParallelism())
  .parse();
const values = program.opts<Flags>();
const positionals = program.args;

const root = process.cwd();
const sources = projectSources(root);
const tests = sources.filter(({ path }) => TESTS.test(path));
const core = sources
  .map(({ path }) => path)
  .filter((path) => path.startsWith(CORE) && !isTest(path));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function askedFiles(): readonly string[] {
  const stranger = positionals.find((path) => !core.includes(path));
  if (stranger !== undefined) refuse(NAME, `${stranger} is no file of ${CORE}`);
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

async function main(): Promise<void> {
  const startedAt = performance.now();
  const files = askedFiles();
  const perFile = files.map((file) => {
    const text = readFileSync(file, "utf8");
    return distinct(mutantsOf(file, text), text);
  });
  const all = compiling(root, (await Promise.all(perFile)).flat());
  const count = values.sample ?? all.length;
  const { seed, jobs } = values;
  const mutants = drawn(all, count, seed);
  say(`${all.length} mutants in ${files.length} files, ${mutants.length} are tried`);

  const outcomes: Outcome[] = [];
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
}

await runCommand(NAME, main);
