// images netboot: what Zeros without a card are sent over USB.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ImageError } from "../image-error.ts";
import { buildNetboot } from "../netboot.ts";
import { parseRole, readKeyFile } from "../role.ts";
import { checkedArchitecture, readVersions, sshKeyIn, toStderr, VERSIONS_FILE } from "./options.ts";

export const NETBOOT_USAGE = `images netboot --arch arm64|armel --slots p1,p2 --keys DIR --out DIR [options]

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
  const { arch, slots, keys, out } = values;
  if (values.help || !arch || !slots || !keys || !out) {
    (values.help ? process.stdout : process.stderr).write(NETBOOT_USAGE);
    return values.help ? 0 : 2;
  }
  if (existsSync(out) && !existsSync(join(out, "system.img"))) {
    throw new ImageError(`${out} is there, and no netboot folder`, "name another: it is replaced");
  }
  const named = slots.split(",").map((name) => ({
    role: parseRole(name),
    key: readKeyFile(join(keys, `${name}.key`)),
  }));
  const { digest, release } = await buildNetboot({
    ...{ architecture: checkedArchitecture(arch), versions: readVersions(values.versions) },
    ...{ slots: named, out, sshKey: sshKeyIn(values["ssh-key"]), progress: toStderr },
  });
  const done = { out, architecture: arch, slots: slots.split(","), kernel: release, tree: digest };
  process.stdout.write(
    values.json ? `${JSON.stringify(done)}\n` : `${out}: Linux ${release} for ${slots}\n`,
  );
  return 0;
}
