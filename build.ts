// Bundles each program, and the module zerorig/hat, to one file each, zerorig itself to a few, and builds the web page. The agent and hatctl run with no node_modules (natives aside, loaded only where used).
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type BuildOptions, build } from "esbuild";
import { buildManPages } from "./build-man.ts";
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
    to: "dist/zero-agent.cjs",
    options: { format: "cjs", external: natives },
  },
  { from: "hat/ctl/main.ts", to: "dist/hatctl.cjs", options: { format: "cjs", external: natives } },
  {
    from: "hat/ctl/fence/main.ts",
    to: "dist/fence_clusterhat.cjs",
    options: { format: "cjs", external: natives },
  },
  {
    from: "controller/shell/host-worker.ts",
    to: "dist/host-worker.mjs",
    options: { format: "esm" },
  },
];

/** One that is run: it says by what, and may be. */
async function buildProgram(from: string, to: string, options: BuildOptions): Promise<void> {
  const banner = { js: "#!/usr/bin/env node" };
  await build({ ...common, ...options, banner, entryPoints: [from], outfile: to });
  chmodSync(to, 0o755);
}

/**
 * In pieces, so that a command loads only what it needs: in one file the imports of all commands would come first, and
 * `zerorig --help` would wait for the database.
 */
async function buildZerorig(): Promise<void> {
  mkdirSync("dist", { recursive: true });
  const isPiece = (name: string) => /^zerorig-.*\.mjs$/.test(name);
  for (const name of readdirSync("dist").filter(isPiece)) rmSync(`dist/${name}`);
  await build({
    ...common,
    format: "esm",
    packages: "external",
    splitting: true,
    entryPoints: { zerorig: "controller/cli/main.ts" },
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    chunkNames: "zerorig-[name]-[hash]",
    banner: { js: "#!/usr/bin/env node" },
  });
  chmodSync("dist/zerorig.mjs", 0o755);
}

await Promise.all([
  buildZerorig(),
  buildPage(),
  ...programs.map(({ from, to, options }) => buildProgram(from, to, options)),
  build({
    ...common,
    format: "esm",
    external: natives,
    entryPoints: ["hat/module.ts"],
    outfile: "dist/hat.mjs",
  }),
]);

// `zerorig setup` fits the first to the rig and writes it, and says how the second gets to the Zeros.
for (const name of ["zerorig", "zero-agent"]) {
  copyFileSync(
    `images/packages/${name}/usr/lib/systemd/system/${name}.service`,
    `dist/${name}.service`,
  );
}
await buildManPages(version);
