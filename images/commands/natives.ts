// images natives: the controller's native packages for a 64-bit Pi, as `customise --natives` wants them.

import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildNatives } from "../natives.ts";
import { readVersions, toStderr, VERSIONS_FILE } from "./options.ts";

export const NATIVES_USAGE = `images natives --out DIR

Builds better-sqlite3, i2c-bus and epoll for arm64 and Node 20 with Debian's cross compiler and the headers of Debian's Node.
`;

const OPTIONS = {
  out: { type: "string" },
  versions: { type: "string", default: VERSIONS_FILE },
  help: { type: "boolean", default: false },
} as const;

export async function nativesCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help || !values.out) {
    (values.help ? process.stdout : process.stderr).write(NATIVES_USAGE);
    return values.help ? 0 : 2;
  }
  mkdirSync(values.out, { recursive: true });
  const built = await buildNatives(readVersions(values.versions), values.out, toStderr);
  process.stdout.write([...built.values()].map((file) => `${file}\n`).join(""));
  return 0;
}
