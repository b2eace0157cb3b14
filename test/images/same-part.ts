// Part c: the same versions give the same system.

import { join } from "node:path";
import { buildCard } from "../../images/build.ts";
import type { Part } from "../kernel-vm/part.ts";
import { cardOptions, needBuildPrograms } from "./built.ts";
import { inWork, step } from "./run-card.ts";

export const samePart: Part = {
  key: "c",
  title: "a Zero's card (armel), built twice: the same files",
  prepare: needBuildPrograms,
  run: () =>
    inWork(async (work) => {
      const made: { digest: string; ms: number }[] = [];
      for (const name of ["one.img", "two.img"]) {
        const began = performance.now();
        const out = join(work, name);
        const { digest } = await buildCard(cardOptions(1, "armel", out));
        made.push({ digest, ms: performance.now() - began });
      }
      const [one, two] = made;
      const isSame = one !== undefined && one.digest === two?.digest;
      const note = made.map(({ digest }) => digest.slice(0, 16)).join(" and ");
      const steps = [step("paths, kinds, modes, owners and contents", isSame, note, two?.ms ?? 0)];
      return { passed: steps.every(({ ok }) => ok), steps, complaint: "", bootWallMs: 0 };
    }),
};
