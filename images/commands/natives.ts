// images natives: the controller's native packages for a 64-bit Pi, as `customise --natives` wants them.

import { parseArgs } from "node:util";
import { buildNatives } from "../natives.ts";
import { prepareFolder } from "../out-place.ts";
import { needTools, TOOLS } from "../tool.ts";
import { needed, readVersions, toStderr, VERSIONS_FILE } from "./options.ts";

const NATIVES_USAGE = `Usage: npm run images -- natives --out DIR [options]

Builds better-sqlite3, i2c-bus and epoll for arm64 and Node 20 with Debian's cross compiler and the headers of Debian's Node.

  --out DIR         where they go; \`rig\`, \`build\` and \`customise\` take it as --natives
  --versions FILE   other than images/versions.json
`;

const OPTIONS = {
  out: { type: "string" },
  versions: { type: "string", default: VERSIONS_FILE },
  help: { type: "boolean", default: false },
} as const;

export async function nativesCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(NATIVES_USAGE);
    return 0;
  }
  const { out } = needed(values, ["out"]);
  const versions = readVersions(values.versions);
  prepareFolder(out);
  needTools(TOOLS.natives);
  const built = await buildNatives(versions, out, toStderr);
  process.stdout.write([...built.values()].map((file) => `${file}\n`).join(""));
  return 0;
}
