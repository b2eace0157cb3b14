// A program of the simulator as one file of plain JavaScript.

import { build, type Plugin } from "esbuild";

/** Writes the program that begins in `entry`, a path from the project's root. */
export async function bundle(
  entry: string,
  outfile: string,
  plugins: Plugin[] = [],
): Promise<void> {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    // What is written for `require` in the packages finds Node's own modules.
    banner: {
      js: 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
    plugins,
  });
}
