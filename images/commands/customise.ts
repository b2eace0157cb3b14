// images customise: an image for one machine out of a stock one.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { parseArgs } from "node:util";
import { customise } from "../customise.ts";
import { ImageError } from "../image-error.ts";
import { hostnameOf, parseRole, readKeyFile } from "../role.ts";
import { checkedHostname, megabytes, nativesIn, sshKeyIn, textOf } from "./options.ts";
import { SECRET_OPTIONS, SECRET_USAGE, secretsOf } from "./secret-options.ts";

export const CUSTOMISE_USAGE = `Usage: npm run images -- customise IMAGE --role controller|p1..p99 --out FILE [options]

Makes an image for one machine of the rig out of a stock one (Raspberry Pi OS or Debian, Bookworm or Trixie).
IMAGE itself is not touched.

  --role ROLE       controller, or the Zero's slot
  --out FILE        the new image
  --key FILE        the Zero's link key (64 hex digits), the same as the controller's for that slot
  --config FILE     its settings: controller.toml, or a Zero's agent.toml; checked when it starts
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
  key: { type: "string" },
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
  const [image, ...rest] = positionals;
  const { role, out } = values;
  if (values.help || image === undefined || rest.length > 0 || !role || !out) {
    (values.help ? process.stdout : process.stderr).write(CUSTOMISE_USAGE);
    return values.help ? 0 : 2;
  }
  const growBytes = megabytes("--grow", values.grow);
  if (existsSync(out) && realpathSync(out) === realpathSync(image)) {
    throw new ImageError(
      "--out is the image itself",
      "name another file: the image stays as it is",
    );
  }
  const options = {
    image,
    out,
    role: parseRole(role),
    hostname: checkedHostname(values.hostname),
    key: values.key === undefined ? null : readKeyFile(values.key),
    config: textOf(values.config),
    secrets: secretsOf(parseRole(role), values),
    sshKey: sshKeyIn(values["ssh-key"]),
    node: values.node ?? null,
    binaries: nativesIn(values.natives),
    nat: values.nat,
    isWritable: values.writable,
    sha256: values.sha256 ?? checksumBeside(image),
    growBytes,
    progress: (step: string) => void process.stderr.write(`${step}\n`),
  };
  const facts = await customise(options);
  const name = hostnameOf(options);
  const done = {
    image,
    out,
    role,
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

function checksumBeside(image: string): string | null {
  const file = `${image}.sha256`;
  if (!existsSync(file)) return null;
  return readFileSync(file, "utf8").trim().split(/\s+/)[0] ?? null;
}
