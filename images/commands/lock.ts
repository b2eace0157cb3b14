// images lock: writes the newest versions of Debian's packages into images/versions.json.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { newestVersions } from "../debian/lock.ts";
import { formatVersions } from "../debian/locked-package.ts";
import { prepareFile } from "../out-place.ts";
import { toStderr, VERSIONS_FILE } from "./options.ts";

const LOCK_USAGE = `Usage: npm run images -- lock [--out FILE]

Asks Debian's mirror which versions it has now, and writes them with their checksums into images/versions.json: what is built from then on
is built of these. Needs apt and Debian's keys.

  --out FILE        other than images/versions.json
`;

const OPTIONS = {
  out: { type: "string", default: VERSIONS_FILE },
  help: { type: "boolean", default: false },
} as const;

export async function lockCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(LOCK_USAGE);
    return 0;
  }
  prepareFile(values.out);
  const versions = await newestVersions(toStderr);
  writeFileSync(values.out, formatVersions(versions));
  const counts = Object.entries(versions.packages).map(([kind, all]) => `${kind} ${all.length}`);
  process.stdout.write(
    `${values.out}: ${versions.suite} at ${versions.taken}: ${counts.join(", ")}\n`,
  );
  return 0;
}
