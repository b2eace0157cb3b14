// images build: an image for one machine out of Debian's packages alone.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildCard, refuseUnknownKind } from "../build.ts";
import { buildNatives } from "../natives.ts";
import { prepareFile } from "../out-place.ts";
import { refuseUnbuilt } from "../program-files.ts";
import { hostnameOf, parseRole } from "../role.ts";
import { needTools, TOOLS } from "../tool.ts";
import { closeWorkFolder, openWorkFolder } from "../work-folder.ts";
import {
  checkedArchitecture,
  checkedHostname,
  megabytes,
  nativesIn,
  needed,
  readVersions,
  settingsIn,
  sshKeyIn,
  toStderr,
  VERSIONS_FILE,
} from "./options.ts";
import {
  keyOf,
  refuseOtherRole,
  SECRET_OPTIONS,
  SECRET_USAGE,
  secretsOf,
} from "./secret-options.ts";

const BUILD_USAGE = `Usage: npm run images -- build --role controller|p1..p99 --arch arm64|armel --out FILE [options]

Makes an image of Debian Trixie for one machine of the rig out of Debian's packages alone, of the versions in images/versions.json.
A controller is arm64 (Pi 3, Pi 4); a Zero arm64 (Zero 2 W) or armel (Zero, Zero W).

  --role ROLE       controller, or the Zero's slot
  --arch ARCH       arm64 or armel
  --out FILE        the image; replaced if it is there
  --size MB         of the card: 2048 for a controller, 1024 for a Zero
  --config FILE     its settings: controller.toml, or a Zero's agent.toml
${SECRET_USAGE}  --natives DIR     the controller's native packages for arm64; without it they are built here
  --ssh-key FILE    a public key that may log in as root: without it nobody can
  --hostname NAME   other than controller, or p1 and so on
  --nat             lets the Zeros reach what the controller reaches
  --writable        leaves a Zero's card writable
  --versions FILE   other than images/versions.json
  --json            one line of JSON at the end
`;

const OPTIONS = {
  role: { type: "string" },
  arch: { type: "string" },
  out: { type: "string" },
  size: { type: "string" },
  config: { type: "string" },
  ...SECRET_OPTIONS,
  natives: { type: "string" },
  "ssh-key": { type: "string" },
  hostname: { type: "string" },
  nat: { type: "boolean", default: false },
  writable: { type: "boolean", default: false },
  versions: { type: "string", default: VERSIONS_FILE },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export const CONTROLLER_MB = "2048";
export const ZERO_MB = "1024";
/** The boot files, and something of a system; whether it is enough is known when that is there. */
export const LEAST_MB = 256;

export async function buildCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(BUILD_USAGE);
    return 0;
  }
  const { out, arch, role: named } = needed(values, ["role", "arch", "out"]);
  const started = performance.now();
  const role = parseRole(named);
  refuseOtherRole(role, values);
  const architecture = checkedArchitecture(arch);
  const versions = readVersions(values.versions);
  refuseUnknownKind(versions, role, architecture);
  const checked = {
    ...{ role, architecture, versions, out, isWritable: values.writable, nat: values.nat },
    hostname: checkedHostname(values.hostname),
    key: keyOf(role, values),
    config: await settingsIn(role, values.config),
    secrets: secretsOf(role, values),
    sshKey: sshKeyIn(values["ssh-key"]),
    binaries: nativesIn(values.natives),
    bytes: megabytes("--size", values.size ?? (role === 0 ? CONTROLLER_MB : ZERO_MB), LEAST_MB),
    progress: toStderr,
  };
  prepareFile(out);
  refuseUnbuilt();
  const needsNatives = role === 0 && values.natives === undefined && architecture === "arm64";
  needTools([...TOOLS.card, ...(needsNatives ? TOOLS.natives : [])]);
  const work = openWorkFolder(join(tmpdir(), "zr-natives-"));
  try {
    const options = needsNatives
      ? { ...checked, binaries: await buildNatives(versions, work, toStderr) }
      : checked;
    const { digest, release, bytes } = await buildCard(options);
    const hostname = hostnameOf(options);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const done = { out, role: named, architecture, hostname, kernel: release, tree: digest };
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...done, bytes, seconds })}\n`
        : `${out}: Debian ${versions.suite} (${architecture}, Linux ${release}) as ${hostname}, in ${seconds} s\nits files: ${digest}\n`,
    );
    return 0;
  } finally {
    closeWorkFolder(work);
  }
}
