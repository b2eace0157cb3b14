// npm run packages: builds a .deb of each program into dist/packages.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { buildPackage } from "./debian-package.ts";
import { packageList } from "./package-list.ts";
import { REPOSITORY } from "./program-files.ts";

const USAGE = `Usage: npm run packages [-- --out DIRECTORY]

Builds zerorig, zero-agent and hatctl as Debian packages for this machine's architecture.
SOURCE_DATE_EPOCH is the time of all files in them; by default that of the last commit.
`;

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { out: { type: "string", default: "dist/packages" }, help: { type: "boolean" } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const architecture = ARCHITECTURES[process.arch as keyof typeof ARCHITECTURES];
  if (architecture === undefined) throw new Error(`no packages are made for ${process.arch}`);
  const manifest = readFileSync(join(REPOSITORY, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  for (const wanted of await packageList({ version, architecture, binaries: new Map() })) {
    const file = buildPackage(wanted, values.out, epoch());
    process.stdout.write(`${relative(process.cwd(), file)}\n`);
  }
  return 0;
}

/** Seconds. */
function epoch(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) return Number(given);
  const log = ["-C", REPOSITORY, "log", "-1", "--format=%ct"];
  return Number(execFileSync("git", log, { encoding: "utf8" }).trim());
}

process.exitCode = await main();
