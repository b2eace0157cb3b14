// What the kernel test prints at its end: a line for each part.

import type { PartResult } from "./part.ts";

export interface Row {
  readonly key: string;
  readonly title: string;
  readonly result: PartResult;
  readonly prepareMs: number;
  readonly runMs: number;
}

/** The table, then `N passed, N failed`, by steps: a part without one counts as failed. */
export function resultTable(rows: readonly Row[]): string {
  const lines = rows.map(({ key, title, result, prepareMs, runMs }) => {
    const good = result.steps.filter(({ ok }) => ok).length;
    const verdict = result.passed ? "passed" : "FAILED";
    const steps = `${good}/${result.steps.length} steps`;
    return [key, verdict, steps, seconds(prepareMs), seconds(runMs), title];
  });
  const table = [["", "result", "", "prepare", "run", "part"], ...lines];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const text = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const passed = rows.filter(({ result }) => result.passed).length;
  return `${text.join("\n")}\n\n${passed} passed, ${rows.length - passed} failed\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
