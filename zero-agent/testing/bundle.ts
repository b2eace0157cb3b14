// Builds the agent's one-file bundle the way build.ts does, into a folder of the test's own.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

export const TEST_VERSION = "0.0.0-test";

export interface Bundle {
  /** Nothing is in it but the bundle: no node_modules above it either. */
  readonly folder: string;
  readonly file: string;
  remove(): void;
}

export async function buildBundle(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "zero-agent-"));
  const file = join(folder, "zero-agent.cjs");
  const { warnings } = await build({
    entryPoints: ["zero-agent/main.ts"],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    define: { ZERORIG_VERSION: JSON.stringify(TEST_VERSION) },
    external: ["i2c-bus", "onoff", "bufferutil", "utf-8-validate"],
    logLevel: "silent",
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("; "));
  return { folder, file, remove: () => rmSync(folder, { recursive: true }) };
}

/** Writes a file into the bundle's folder and gives its path. */
export function put(bundle: Bundle, name: string, text: string, mode = 0o600): string {
  const path = join(bundle.folder, name);
  writeFileSync(path, text, { mode });
  return path;
}
