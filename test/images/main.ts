// npm run test:images: makes images with our tool, starts them in emulated machines, and cuts their power. `-- a b` runs some parts only.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import type { Part, PartResult } from "../kernel-vm/part.ts";
import { type Row, resultTable } from "../kernel-vm/table.ts";
import { builtCard, KEY } from "./built.ts";
import { controllerCard, piZeroCard, zero2Card } from "./card-parts.ts";
import { cutPower } from "./cuts.ts";
import { namesPart } from "./names-part.ts";
import { netbootPart } from "./netboot-part.ts";
import { inWork, step } from "./run-card.ts";
import { samePart } from "./same-part.ts";
import { stockController, stockZero } from "./stock-parts.ts";

function cutsPart(cuts: number): Part {
  return {
    key: "h",
    title: `a Zero 2 W's card, its power cut ${cuts} times while it hashes and writes`,
    async prepare() {
      await builtCard(1, "arm64");
      await newQemu("aarch64");
    },
    run: () =>
      inWork(async (work) => {
        const image = join(work, "card.img");
        copyFileSync(await builtCard(1, "arm64"), image);
        const say = (text: string) => process.stdout.write(`${text}\n`);
        const { clean, untouched, started, jobs } = await cutPower({
          ...{ image, key: KEY, cuts, work, say },
        });
        const steps = [
          step("it came up and hashed each time", started === cuts, `${started}, ${jobs} jobs`, 0),
          step("its file system was in order each time", clean === cuts, `${clean}`, 0),
          step("no byte of the card had changed", untouched === cuts, `${untouched}`, 0),
        ];
        return { passed: steps.every(({ ok }) => ok), steps, complaint: "", bootWallMs: 0 };
      }),
  };
}

const PARTS = [
  ...[stockZero, stockController, samePart],
  ...[piZeroCard, zero2Card, controllerCard, netbootPart, namesPart],
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
    options: { cuts: { type: "string", default: "5" } },
    allowPositionals: true,
  });
  const all = [...PARTS, cutsPart(Number(values.cuts))];
  const unknown = positionals.filter((key) => !all.some((part) => part.key === key));
  if (unknown.length > 0 || !(Number(values.cuts) > 0)) {
    const known = all.map(({ key, title }) => `  ${key}  ${title}\n`).join("");
    process.stderr.write(`Usage: npm run test:images -- [--cuts N] [PART …]\n${known}`);
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
