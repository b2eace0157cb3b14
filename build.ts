// Bundles each program, and the module zerorig/hat, to one file each, zerorig itself to a few, and builds the web page. The agent and hatctl run with no node_modules (natives aside, loaded only where used).
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { buildManPages } from "./build-man.ts";
import { buildInto } from "./build-output.ts";
import { buildPage } from "./build-page.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const common: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node20",
  define: { ZERORIG_VERSION: JSON.stringify(version) },
  legalComments: "none",
  logLevel: "warning",
};

const natives = ["i2c-bus", "onoff", "bufferutil", "utf-8-validate"];

const programs: readonly { from: string; to: string; options: BuildOptions }[] = [
  {
    from: "zero-agent/main.ts",
    to: "zero-agent.cjs",
    options: { format: "cjs", external: natives },
  },
  { from: "hat/ctl/main.ts", to: "hatctl.cjs", options: { format: "cjs", external: natives } },
  {
    from: "hat/ctl/fence/main.ts",
    to: "fence_clusterhat.cjs",
    options: { format: "cjs", external: natives },
  },
  {
    from: "controller/shell/host-worker.ts",
    to: "host-worker.mjs",
    options: { format: "esm" },
  },
];

/** One that is run: it says by what, and may be. */
async function buildProgram(from: string, outfile: string, options: BuildOptions): Promise<void> {
  const banner = { js: "#!/usr/bin/env node" };
  await build({ ...common, ...options, banner, entryPoints: [from], outfile });
  chmodSync(outfile, 0o755);
}

/**
 * In pieces, so that a command loads only what it needs: in one file the imports of all commands would come first, and
 * `zerorig --help` would wait for the database.
 */
async function buildZerorig(outdir: string): Promise<void> {
  await build({
    ...common,
    format: "esm",
    packages: "external",
    splitting: true,
    entryPoints: { zerorig: "controller/cli/main.ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    chunkNames: "zerorig-[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
  });
  chmodSync(join(outdir, "zerorig.mjs"), 0o755);
}

/** What TypeScript has to know of zerorig/hat. */
function buildTypes(outDir: string): void {
  execFileSync("tsc", ["-p", "tsconfig.types.json", "--outDir", outDir], { stdio: "inherit" });
}

async function buildAll(out: string): Promise<void> {
  await Promise.all([
    buildZerorig(out),
    buildPage(join(out, "page")),
    ...programs.map(({ from, to, options }) => buildProgram(from, join(out, to), options)),
    build({
      ...common,
      format: "esm",
      external: natives,
      entryPoints: ["hat/module.ts"],
      outfile: join(out, "hat.mjs"),
    }),
  ]);
  // `zerorig setup` fits the first to the rig and writes it, and says how the second gets to the Zeros.
  for (const name of ["zerorig", "zero-agent"]) {
    const unit = `${name}.service`;
    copyFileSync(`images/packages/${name}/usr/lib/systemd/system/${unit}`, join(out, unit));
  }
  await buildManPages(out, version);
  buildTypes(join(out, "types"));
}

await buildInto("dist", buildAll);
