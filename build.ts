// Bundles each program, and the module zerorig/hat, to one file each. The agent and hatctl run with no node_modules (natives aside, loaded only where used).
import { chmodSync, readFileSync } from "node:fs";
import { type BuildOptions, build } from "esbuild";

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
    from: "controller/cli/main.ts",
    to: "dist/zerorig.mjs",
    options: { format: "esm", packages: "external" },
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

await Promise.all([
  ...programs.map(({ from, to, options }) => buildProgram(from, to, options)),
  build({
    ...common,
    format: "esm",
    external: natives,
    entryPoints: ["hat/module.ts"],
    outfile: "dist/hat.mjs",
  }),
]);
