// Part h: a Zero's power cut again and again, on one emulated machine or several.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import type { Part } from "../kernel-vm/part.ts";
import type { StepResult } from "../kernel-vm/report.ts";
import { builtCard, KEY } from "./built.ts";
import { type Cut, cutPower } from "./cuts.ts";
import { inWork, step } from "./run-card.ts";

export interface CutsOptions {
  readonly cuts: number;
  /** How many, each with a card of its own and its share of the cuts. */
  readonly machines: number;
  readonly seed: string;
}

export function cutsPart({ cuts, machines, seed }: CutsOptions): Part {
  return {
    key: "h",
    title: `a Zero 2 W's card, its power cut ${cuts} times while it hashes and writes`,
    async prepare() {
      await builtCard(1, "arm64");
      await builtCard(1, "arm64", true);
      await newQemu("aarch64");
    },
    run: () =>
      inWork(async (work) => {
        say(`${cuts} cuts, ${machines} machines side by side, seed ${seed}`);
        const numbers = upTo(cuts);
        const shares = Array.from({ length: machines }, (_, index) =>
          cutCard({ name: `machine ${index + 1}`, isWritable: false, numbers, seed, work }),
        );
        const done = (await Promise.all(shares)).flat();
        const options = { name: "writable card", isWritable: true, numbers: upTo(1), seed, work };
        const steps = [...stepsOf(done, cuts), ...controlSteps(await cutCard(options))];
        return { passed: steps.every(({ ok }) => ok), steps, complaint: "", bootWallMs: 0 };
      }),
  };
}

interface Share {
  readonly name: string;
  readonly isWritable: boolean;
  readonly numbers: Iterator<number>;
  readonly seed: string;
  readonly work: string;
}

async function cutCard({ name, isWritable, numbers, seed, work }: Share): Promise<readonly Cut[]> {
  const own = join(work, name.replace(" ", "-"));
  mkdirSync(own);
  const image = join(own, "card.img");
  copyFileSync(await builtCard(1, "arm64", isWritable), image);
  const qemu = await newQemu("aarch64");
  const tell = (text: string) => say(`${name}, ${text}`);
  return await cutPower({ image, key: KEY, numbers, seed, work: own, qemu, say: tell });
}

function stepsOf(cuts: readonly Cut[], wanted: number): readonly StepResult[] {
  const all = (name: string, holds: (cut: Cut) => boolean) => {
    const count = cuts.filter(holds).length;
    return step(name, count === wanted, `${count} of ${wanted}`, 0);
  };
  const jobs = cuts.reduce((sum, cut) => sum + cut.jobs, 0);
  return [
    all("it hashed and wrote when its power went", ({ hasWorked }) => hasWorked),
    all("its file systems were in order after it", ({ isClean }) => isClean),
    all("no byte of the card had changed", ({ isSame }) => isSame),
    all("the card had not been asked to write at all", ({ writes }) => writes === 0),
    all("it came up again, hashed and wrote", ({ cameBack }) => cameBack),
    step("jobs between the first and the cut", jobs > 0, `${jobs}`, 0),
  ];
}

/** What must be seen where the card is written to: else the others say nothing. */
function controlSteps([cut]: readonly Cut[]): readonly StepResult[] {
  const { hasWorked = false, isSame = true, isClean = true, writes = 0, cameBack } = cut ?? {};
  const seen = hasWorked && !isSame && !isClean && writes > 0;
  const note = `${writes} writes, ${isClean ? "in order" : "not in order"}, ${isSame ? "no byte changed" : "changed"}, ${cameBack ? "came up again" : "did not come up again"}`;
  return [
    step("a writable card, cut in the same way, is found changed and not in order", seen, note, 0),
  ];
}

function* upTo(count: number): Generator<number> {
  for (let number = 1; number <= count; number++) yield number;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
