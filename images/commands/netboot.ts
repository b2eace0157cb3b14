// images netboot: what Zeros without a card are sent over USB.

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../image-error.ts";
import { buildNetboot } from "../netboot.ts";
import { prepareFolder } from "../out-place.ts";
import { refuseUnbuilt } from "../program-files.ts";
import { parseRole, readKeyFile } from "../role.ts";
import { needTools, TOOLS } from "../tool.ts";
import {
  checkedArchitecture,
  needed,
  readVersions,
  sshKeyIn,
  toStderr,
  VERSIONS_FILE,
} from "./options.ts";

const NETBOOT_USAGE = `Usage: npm run images -- netboot --arch arm64|armel --slots p1,p2 --keys DIR --out DIR [options]

Makes the folder that rpiboot sends to Zeros without a card: a kernel and a system that lies in their memory, and for each slot a folder with
its name, address and key.

  --arch ARCH       arm64 (Zero 2 W) or armel (Zero, Zero W)
  --slots LIST      such as p1,p2,p3,p4
  --keys DIR        their link keys: p1.key and so on
  --out DIR         replaced if it is there
  --ssh-key FILE    a public key that may log in as root
  --versions FILE   other than images/versions.json
  --json            one line of JSON at the end
`;

const OPTIONS = {
  arch: { type: "string" },
  slots: { type: "string" },
  keys: { type: "string" },
  out: { type: "string" },
  "ssh-key": { type: "string" },
  versions: { type: "string", default: VERSIONS_FILE },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export async function netbootCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(NETBOOT_USAGE);
    return 0;
  }
  const { arch, slots: list, keys, out } = needed(values, ["arch", "slots", "keys", "out"]);
  const slots = slotsIn(list);
  const options = {
    ...{ architecture: checkedArchitecture(arch), versions: readVersions(values.versions) },
    ...{ out, sshKey: sshKeyIn(values["ssh-key"]), progress: toStderr },
    slots: slots.map((name) => ({
      role: parseRole(name),
      key: readKeyFile(join(keys, `${name}.key`)),
    })),
  };
  if (existsSync(out) && !existsSync(join(out, "system.img"))) {
    throw new UsageError(`${out} is there, and no netboot folder`, "name another: it is replaced");
  }
  prepareFolder(dirname(resolve(out)));
  refuseUnbuilt();
  needTools(TOOLS.netboot);
  const { digest, release } = await buildNetboot(options);
  const done = { out, architecture: arch, slots, kernel: release, tree: digest };
  process.stdout.write(
    values.json ? `${JSON.stringify(done)}\n` : `${out}: Linux ${release} for ${slots}\n`,
  );
  return 0;
}

/** The Zeros' slots, each once. */
function slotsIn(list: string): readonly string[] {
  const slots = list.split(",").map((name) => name.trim());
  if (slots.some((name) => parseRole(name) === 0)) {
    throw new UsageError("a controller starts from its card", "name the Zeros' slots: p1,p2");
  }
  const twice = slots.find((name, index) => slots.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--slots ${list} names ${twice} twice`);
  return slots;
}
