// Builds a program of the simulator out of a core from which a rule was taken.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Plugin } from "esbuild";
import type { Replacement } from "./ablations.ts";
import { bundle } from "./bundle.ts";

function replaced(path: string, changes: readonly Replacement[]): string {
  const name = relative(process.cwd(), path);
  return changes
    .filter(({ file }) => file === name)
    .reduce(
      (text, { find, replace }) => {
        const parts = text.split(find);
        if (parts.length !== 2)
          throw new Error(`${name}: found ${parts.length - 1} times: ${find}`);
        return parts.join(replace);
      },
      readFileSync(path, "utf8"),
    );
}

/** Writes the program that begins in this file of `test/sim`, with these replacements made, as one file. */
export async function buildAblated(
  entry: string,
  changes: readonly Replacement[],
  outfile: string,
): Promise<void> {
  const ablate: Plugin = {
    name: "ablate",
    setup: ({ onLoad }) => {
      onLoad({ filter: /(?:controller\/core|test\/sim)\/[a-z-]+\.ts$/ }, ({ path }) => ({
        contents: replaced(path, changes),
        loader: "ts",
      }));
    },
  };
  await bundle(`test/sim/${entry}`, outfile, [ablate]);
}
