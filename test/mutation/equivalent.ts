// Mutants that no test can find, because the program behaves the same with them; each with the reason. They do not count.

import type { Mutant } from "./mutants.ts";

export interface Equivalent extends Pick<Mutant, "file" | "source" | "change"> {
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENT.find(
    ({ file, source, change }) =>
      file === mutant.file && source === mutant.source && change === mutant.change,
  );
}
