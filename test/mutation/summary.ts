// What came of the mutants, by file and in all.

import { EQUIVALENT, type Equivalent, equivalentOf } from "./equivalent.ts";
import type { Outcome } from "./pool.ts";

/** The share of the mutants that the tests must find. */
const WANTED = 0.9;

export interface Summary {
  readonly lines: readonly string[];
  readonly enough: boolean;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function count(outcomes: readonly Outcome[]): string {
  const killed = outcomes.filter(({ killedBy }) => killedBy !== null).length;
  return `${killed} of ${outcomes.length} found, ${percent(killed, outcomes.length)}`;
}

/** Entries of the list of equivalents that are wrong: a test finds the mutant, or there is none such any more. */
function wrongEntries(outcomes: readonly Outcome[], files: ReadonlySet<string>): string[] {
  const listed = outcomes.flatMap(({ mutant, killedBy }) => {
    const entry = equivalentOf(mutant);
    return entry === undefined ? [] : [{ entry, killedBy }];
  });
  const name = ({ file, source, change }: Equivalent) => `${file}: ${change} in ${source}`;
  const found = listed
    .filter(({ killedBy }) => killedBy !== null)
    .map(({ entry, killedBy }) => `not equivalent, ${killedBy} finds it: ${name(entry)}`);
  const gone = EQUIVALENT.filter(
    (entry) => files.has(entry.file) && !listed.some((item) => item.entry === entry),
  ).map((entry) => `no such mutant any more: ${name(entry)}`);
  return [...found, ...gone];
}

/** `whole`: all mutants of these files were judged, none left to chance. */
export function summaryOf(outcomes: readonly Outcome[], whole: boolean): Summary {
  const files = new Set(outcomes.map(({ mutant }) => mutant.file));
  const counted = outcomes.filter(({ mutant }) => equivalentOf(mutant) === undefined);
  const byFile = [...files]
    .sort()
    .map((file) => `${file}: ${count(counted.filter(({ mutant }) => mutant.file === file))}`);
  const wrong = whole ? wrongEntries(outcomes, files) : [];
  const killed = counted.filter(({ killedBy }) => killedBy !== null).length;
  const hung = counted.filter(
    ({ killedBy }) => killedBy === "time-out" || killedBy === "crash",
  ).length;
  const equivalents = outcomes.length - counted.length;
  return {
    lines: [
      ...byFile,
      ...wrong,
      `${count(counted)}; ${hung} of them because they hang or crash; ${equivalents} more are equivalent`,
    ],
    enough: killed >= WANTED * counted.length && wrong.length === 0,
  };
}
