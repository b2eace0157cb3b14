// Part c: the same versions give the same system, also where a card is built beside others of its kind.

import { join } from "node:path";
import { buildCard, buildCards } from "../../images/build.ts";
import type { Part } from "../kernel-vm/part.ts";
import { cardOptions, needZeroPrograms } from "./built.ts";
import { inWork, step } from "./run-card.ts";

export const samePart: Part = {
  key: "c",
  title: "a Zero's card (armel), built alone and after another's: the same files",
  prepare: needZeroPrograms,
  run: () =>
    inWork(async (work) => {
      const began = performance.now();
      const options = (role: number, name: string) =>
        cardOptions(role, "armel", join(work, `${name}.img`));
      const [, one] = await buildCards(options(2, "other"), [
        options(2, "other"),
        options(1, "one"),
      ]);
      const ms = performance.now() - began;
      const two = await buildCard(options(1, "two"));
      const isSame = one?.digest === two.digest;
      const note = [one, two].map((card) => card?.digest.slice(0, 16)).join(" and ");
      const steps = [step("paths, kinds, modes, owners and contents", isSame, note, ms)];
      return { passed: steps.every(({ ok }) => ok), steps, complaint: "", bootWallMs: 0 };
    }),
};
