// images customise: an image for one machine out of a stock one.

import { existsSync, realpathSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { customise } from "../customise.ts";
import { UsageError } from "../image-error.ts";
import { prepareFile } from "../out-place.ts";
import { refuseUnbuilt } from "../program-files.ts";
import { hostnameOf, parseRole } from "../role.ts";
import { needTools, TOOLS } from "../tool.ts";
import {
  checkedHostname,
  megabytes,
  nativesIn,
  needed,
  settingsIn,
  sshKeyIn,
  textOf,
  toStderr,
} from "./options.ts";
import {
  keyOf,
  refuseOtherRole,
  SECRET_OPTIONS,
  SECRET_USAGE,
  secretsOf,
} from "./secret-options.ts";

const CUSTOMISE_USAGE = `Usage: npm run images -- customise IMAGE --role controller|p1..p99 --out FILE [options]

Makes an image for one machine of the rig out of a stock one (Raspberry Pi OS or Debian, Bookworm or Trixie).
IMAGE itself is not touched.

  --role ROLE       controller, or the Zero's slot
  --out FILE        the new image; replaced if it is there
  --config FILE     its settings: controller.toml, or a Zero's agent.toml
${SECRET_USAGE}  --node FILE       Node for the image's processor, where the image has none
  --natives DIR     the controller's native packages built for that processor, laid out as in node_modules
  --ssh-key FILE    a public key that may log in as root
  --hostname NAME   other than controller, or p1 and so on
  --grow MB         makes the system's partition larger
  --nat             lets the Zeros reach what the controller reaches
  --writable        leaves a Zero's card writable: by default its system lies in memory over the card
  --sha256 HEX      what the image's checksum has to be; IMAGE.sha256 beside it is read as well
  --json            one line of JSON at the end
`;

const OPTIONS = {
  role: { type: "string" },
  out: { type: "string" },
  config: { type: "string" },
  ...SECRET_OPTIONS,
  node: { type: "string" },
  natives: { type: "string" },
  "ssh-key": { type: "string" },
  hostname: { type: "string" },
  grow: { type: "string", default: "0" },
  nat: { type: "boolean", default: false },
  writable: { type: "boolean", default: false },
  sha256: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** `args`: what stands behind the command's name. */
export async function customiseCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(CUSTOMISE_USAGE);
    return 0;
  }
  const image = imageIn(positionals);
  const { role: named, out } = needed(values, ["role", "out"]);
  const role = parseRole(named);
  refuseOtherRole(role, values);
  const growBytes = megabytes("--grow", values.grow, 0);
  if (existsSync(out) && realpathSync(out) === realpathSync(image)) {
    const todo = "name another file: the image stays as it is";
    throw new UsageError(`--out ${out} is the image itself`, todo);
  }
  const options = {
    image,
    out,
    role,
    hostname: checkedHostname(values.hostname),
    key: keyOf(role, values),
    config: await settingsIn(role, values.config),
    secrets: secretsOf(role, values),
    sshKey: sshKeyIn(values["ssh-key"]),
    node: nodeIn(values.node),
    binaries: nativesIn(values.natives),
    nat: values.nat,
    isWritable: values.writable,
    sha256: checksumOf(image, values.sha256),
    growBytes,
    progress: toStderr,
  };
  prepareFile(out);
  refuseUnbuilt();
  needTools(TOOLS.customise);
  const facts = await customise(options);
  const name = hostnameOf(options);
  const done = {
    image,
    out,
    role: named,
    hostname: name,
    system: facts.name,
    architecture: facts.architecture,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(done)}\n`
      : `${out}: ${facts.name} (${facts.architecture}) as ${name}\n`,
  );
  return 0;
}

/** The one that is to be customised. */
function imageIn([image, ...rest]: readonly string[]): string {
  if (image === undefined) throw new UsageError("IMAGE is missing");
  if (rest.length > 0) throw new UsageError(`one image at a time, not ${rest.join(", ")} too`);
  const there = statSync(image, { throwIfNoEntry: false });
  if (there === undefined) throw new UsageError(`there is no image ${image}`);
  if (there.isFile()) return image;
  throw new UsageError(`${image} is no file`, "name the image of a whole card");
}

/** Node for the image's processor, as a program's file; null where none is named. */
function nodeIn(file: string | undefined): string | null {
  if (file === undefined) return null;
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new UsageError(`--node ${file} is no file`, "name the program: such as package/bin/node");
}

/** What the image is to be compared with; null where nobody told. */
function checksumOf(image: string, given: string | undefined): string | null {
  const beside = `${image}.sha256`;
  const text = given ?? (existsSync(beside) ? (textOf("IMAGE.sha256", beside) ?? "") : null);
  if (text === null) return null;
  const [found = ""] = text.trim().split(/\s+/);
  if (/^[0-9a-f]{64}$/i.test(found)) return found;
  const from = given === undefined ? beside : `--sha256 ${given}`;
  throw new UsageError(`${from} is no SHA-256`, "it is 64 hex digits, as sha256sum prints them");
}
