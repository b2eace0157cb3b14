// Agents' programs other than the one that is built: newer, older, broken. Each is one file, as a controller offers it.

import { join } from "node:path";
import { build, type Plugin } from "esbuild";

export interface BundleOptions {
  readonly version: string;
  /** The protocol versions that it speaks. */
  readonly protocol?: { readonly min: number; readonly max: number };
  /** Run before all else. */
  readonly banner?: string;
}

function speaking(protocol: { readonly min: number; readonly max: number }): Plugin {
  return {
    name: "protocol",
    setup(bundle) {
      bundle.onLoad({ filter: /protocol\/messages\.ts$/ }, async ({ path }) => {
        const { readFile } = await import("node:fs/promises");
        const text = await readFile(path, "utf8");
        const line = /export const PROTOCOL = .*;/;
        if (!line.test(text)) throw new Error(`${path} names no PROTOCOL`);
        const contents = text.replace(line, `export const PROTOCOL = ${JSON.stringify(protocol)};`);
        return { contents, loader: "ts" };
      });
    },
  };
}

/** Builds it into a folder; gives its file. */
export async function buildAgent(dir: string, options: BundleOptions): Promise<string> {
  const outfile = join(dir, `${options.version}.cjs`);
  await build({
    entryPoints: ["zero-agent/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    define: { ZERORIG_VERSION: JSON.stringify(options.version) },
    external: ["i2c-bus", "onoff", "bufferutil", "utf-8-validate"],
    logLevel: "silent",
    ...(options.banner === undefined ? {} : { banner: { js: options.banner } }),
    plugins: options.protocol === undefined ? [] : [speaking(options.protocol)],
  });
  return outfile;
}
