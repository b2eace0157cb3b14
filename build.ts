// Bundles each program to one file. The agent and hatctl run with no node_modules (natives aside, loaded only where used).
import { chmodSync, readFileSync } from "node:fs";
import { type BuildOptions, build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const common: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node20",
  define: { ZERORIG_VERSION: JSON.stringify(version) },
  banner: { js: "#!/usr/bin/env node" },
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

await Promise.all(
  programs.map(({ from, to, options }) =>
    build({ ...common, ...options, entryPoints: [from], outfile: to }),
  ),
);
for (const { to } of programs) chmodSync(to, 0o755);
