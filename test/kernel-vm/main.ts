// npm run test:kernel: boots real kernels in emulated machines and runs our programs there. `-- a b` runs some parts only.

import { hatPart } from "./hat-part.ts";
import type { Part, PartResult } from "./part.ts";
import { piZeroPart } from "./pi-zero-part.ts";
import { pi3Part } from "./pi3-part.ts";
import { rigPart } from "./rig-part.ts";
import { type Row, resultTable } from "./table.ts";

const PARTS: readonly Part[] = [hatPart, rigPart, pi3Part, piZeroPart];

async function main(keys: readonly string[]): Promise<number> {
  const unknown = keys.filter((key) => !PARTS.some((part) => part.key === key));
  if (unknown.length > 0) {
    const known = PARTS.map(({ key, title }) => `${key} (${title})`).join("; ");
    process.stderr.write(`kernel-vm: no part ${unknown.join(", ")}. There are: ${known}\n`);
    return 2;
  }
  const wanted = PARTS.filter(({ key }) => keys.length === 0 || keys.includes(key));
  const started = performance.now();
  const prepared: Timed<void>[] = [];
  for (const part of wanted) prepared.push(await timed(() => part.prepare()));
  const rows = await Promise.all(wanted.map((part, index) => runPart(part, prepared[index])));
  process.stdout.write(`\n${resultTable(rows)}`);
  process.stdout.write(`wall time ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return rows.every(({ result }) => result.passed) ? 0 : 1;
}

interface Timed<T> {
  readonly value: T | Error;
  readonly ms: number;
}

async function timed<T>(act: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const value = await act().catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  return { value, ms: performance.now() - started };
}

async function runPart(part: Part, prepared: Timed<void> | undefined): Promise<Row> {
  const { key, title } = part;
  const failure = prepared?.value instanceof Error ? prepared.value : null;
  const ran = await timed(async () => failed(failure) ?? (await part.run()));
  const result = ran.value instanceof Error ? failed(ran.value) : ran.value;
  process.stdout.write(details(part, result));
  return { key, title, result, prepareMs: prepared?.ms ?? 0, runMs: ran.ms };
}

/** A part that could not even be tried has failed. */
function failed(error: Error): PartResult;
function failed(error: Error | null): PartResult | null;
function failed(error: Error | null): PartResult | null {
  if (error === null) return null;
  return { passed: false, steps: [], complaint: error.message, bootWallMs: 0 };
}

function details({ key, title }: Part, { steps, complaint }: PartResult): string {
  const lines = steps.map(({ step, ok, ms, note }) => {
    const tail = note === "" ? "" : `: ${note}`;
    return `  ${ok ? "ok  " : "FAIL"} ${(ms / 1000).toFixed(1).padStart(5)} s  ${step}${tail}`;
  });
  return [`\n(${key}) ${title}`, ...lines, ...(complaint === "" ? [] : [complaint]), ""].join("\n");
}

process.exitCode = await main(process.argv.slice(2));
