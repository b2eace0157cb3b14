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
    logLevel: "warning",
    plugins,
  });
}
