// images build: an image for one machine out of Debian's packages alone.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildCard } from "../build.ts";
import { buildNatives } from "../natives.ts";
import { hostnameOf, parseRole, readKeyFile } from "../role.ts";
import { closeWorkFolder, openWorkFolder } from "../work-folder.ts";
import {
  checkedArchitecture,
  checkedHostname,
  megabytes,
  nativesIn,
  readVersions,
  sshKeyIn,
  textOf,
  toStderr,
  VERSIONS_FILE,
} from "./options.ts";
import { SECRET_OPTIONS, SECRET_USAGE, secretsOf } from "./secret-options.ts";

export const BUILD_USAGE = `images build --role controller|p1..p99 --arch arm64|armel --out FILE [options]

Makes an image of Debian Trixie for one machine of the rig out of Debian's packages alone, of the versions in images/versions.json.
A controller is arm64 (Pi 3, Pi 4); a Zero arm64 (Zero 2 W) or armel (Zero, Zero W).

  --role ROLE       controller, or the Zero's slot
  --arch ARCH       arm64 or armel
  --out FILE        the image
  --size MB         of the card: 2048 for a controller, 1024 for a Zero
  --key FILE        the Zero's link key (64 hex digits), the same as the controller's for that slot
  --config FILE     its settings: controller.toml, or a Zero's agent.toml; checked when it starts
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
  key: { type: "string" },
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

export async function buildCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { out } = values;
  if (values.help || !values.role || !values.arch || !out) {
    (values.help ? process.stdout : process.stderr).write(BUILD_USAGE);
    return values.help ? 0 : 2;
  }
  const started = performance.now();
  const role = parseRole(values.role);
  const architecture = checkedArchitecture(values.arch);
  const versions = readVersions(values.versions);
  const work = openWorkFolder(join(tmpdir(), "zr-natives-"));
  try {
    const needsNatives = role === 0 && values.natives === undefined && architecture === "arm64";
    const options = {
      ...{ role, architecture, versions, out, isWritable: values.writable, nat: values.nat },
      hostname: checkedHostname(values.hostname),
      key: values.key === undefined ? null : readKeyFile(values.key),
      config: textOf(values.config),
      secrets: secretsOf(role, values),
      sshKey: sshKeyIn(values["ssh-key"]),
      binaries: needsNatives
        ? await buildNatives(versions, work, toStderr)
        : nativesIn(values.natives),
      bytes: megabytes("--size", values.size ?? (role === 0 ? CONTROLLER_MB : ZERO_MB)),
      progress: toStderr,
    };
    const { digest, release, bytes } = await buildCard(options);
    const hostname = hostnameOf(options);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const done = { out, role: values.role, architecture, hostname, kernel: release, tree: digest };
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
