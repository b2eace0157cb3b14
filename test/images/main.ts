// npm run test:images: makes images with our tool, starts them in emulated machines, and cuts their power. `-- a b` runs some parts only.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { Part, PartResult } from "../kernel-vm/part.ts";
import { type Row, resultTable } from "../kernel-vm/table.ts";
import { controllerCard, piZeroCard, zero2Card } from "./card-parts.ts";
import { cutsPart } from "./cuts-part.ts";
import { namesPart } from "./names-part.ts";
import { netbootZero, netbootZero2 } from "./netboot-part.ts";
import { samePart } from "./same-part.ts";
import { stockController, stockZero } from "./stock-parts.ts";

const SEEDS = 1e9;
const PARTS = [
  ...[stockZero, stockController, samePart],
  ...[piZeroCard, zero2Card, controllerCard, netbootZero2, namesPart, netbootZero],
];

async function runPart(part: Part): Promise<Row> {
  const began = performance.now();
  const failed = (error: Error): PartResult => ({
    ...{ passed: false, steps: [], complaint: error.stack ?? error.message, bootWallMs: 0 },
  });
  const failure = await part.prepare().then(() => null, failed);
  const preparedMs = performance.now() - began;
  const result = failure ?? (await part.run().catch(failed));
  const { key, title } = part;
  const lines = result.steps.map(({ step: name, ok, note }) => {
    return `  ${ok ? "ok  " : "FAIL"} ${name}${note === "" ? "" : `: ${note}`}`;
  });
  const text = [`\n(${key}) ${title}`, ...lines, result.complaint];
  process.stdout.write(`${text.filter((line) => line !== "").join("\n")}\n`);
  return {
    key,
    title,
    result,
    prepareMs: preparedMs,
    runMs: performance.now() - began - preparedMs,
  };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      cuts: { type: "string", default: "5" },
      "side-by-side": { type: "string", default: "1" },
      seed: { type: "string", default: String(randomInt(SEEDS)) },
    },
    allowPositionals: true,
  });
  const [cuts, machines] = [Number(values.cuts), Number(values["side-by-side"])];
  const all = [...PARTS, cutsPart({ cuts, machines, seed: values.seed })];
  const unknown = positionals.filter((key) => !all.some((part) => part.key === key));
  if (unknown.length > 0 || !(cuts > 0) || !(machines > 0)) {
    const known = all.map(({ key, title }) => `  ${key}  ${title}\n`).join("");
    process.stderr.write(
      `Usage: npm run test:images -- [--cuts N] [--side-by-side N] [--seed S] [PART …]\n${known}`,
    );
    return 2;
  }
  const wanted = all.filter(({ key }) => positionals.length === 0 || positionals.includes(key));
  const began = performance.now();
  const rows: Row[] = [];
  // One after the other: each takes what a machine has.
  for (const part of wanted) rows.push(await runPart(part));
  process.stdout.write(`\n${resultTable(rows)}`);
  process.stdout.write(`wall time ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return rows.every(({ result }) => result.passed) ? 0 : 1;
}

process.exitCode = await main();
