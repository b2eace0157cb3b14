// images rig: the cards of a whole rig, from the folder that `zerorig setup --for-cards` wrote.

import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { shellWord } from "../../controller/cli/shell-word.ts";
import type { TargetArchitecture } from "../boot/boot-files.ts";
import { type BuiltCard, buildCard, buildCards } from "../build.ts";
import { ImageError } from "../image-error.ts";
import { buildNatives } from "../natives.ts";
import { prepareFile } from "../out-place.ts";
import { type Binaries, refuseUnbuilt } from "../program-files.ts";
import { type RigFolder, readRig } from "../rig-folder.ts";
import { needTools, TOOLS } from "../tool.ts";
import { closeWorkFolder, openWorkFolder } from "../work-folder.ts";
import { CONTROLLER_MB, LEAST_MB, ZERO_MB } from "./build.ts";
import {
  checkedArchitecture,
  megabytes,
  nativesIn,
  needed,
  readVersions,
  sshKeyIn,
  toStderr,
  VERSIONS_FILE,
} from "./options.ts";

const RIG_USAGE = `Usage: npm run images -- rig --from DIR --out DIR [options]

Makes the cards of a whole rig, controller.img and p1.img and so on, from the folder that \`zerorig setup --for-cards --dir DIR\` wrote:
with settings, link keys, token, mining key and what else controller.toml names, so that the rig mines at its first start.

  --from DIR        that folder
  --out DIR         where the images go
  --zeros ARCH      arm64 (Zero 2 W) or armel (Zero, Zero W); without it as [power] model says
  --ssh-key FILE    a public key that may log in as root: without it nobody can
  --nat             lets the Zeros reach what the controller reaches
  --force           replaces images that are there
  --natives DIR     the controller's native packages for arm64; without it they are built here
  --versions FILE   other than images/versions.json
  --json            one line of JSON at the end
`;

const OPTIONS = {
  from: { type: "string" },
  out: { type: "string" },
  zeros: { type: "string" },
  "ssh-key": { type: "string" },
  nat: { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  natives: { type: "string" },
  versions: { type: "string", default: VERSIONS_FILE },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export async function rigCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(RIG_USAGE);
    return 0;
  }
  const { from, out } = needed(values, ["from", "out"]);
  const started = performance.now();
  const rig = await readRig(from);
  const fits = rig.model === "zero-2-w" ? "arm64" : "armel";
  const sshKey = sshKeyIn(values["ssh-key"]);
  const plan = {
    ...{ rig, out, sshKey, nat: values.nat },
    zeros: checkedArchitecture(values.zeros ?? fits),
    versions: readVersions(values.versions),
    natives: values.natives === undefined ? null : nativesIn(values.natives),
  };
  if (!values.force) refuseExisting(out, rig);
  for (const name of ["controller", ...rig.zeros.map(({ role }) => `p${role}`)]) {
    prepareFile(imageFile(out, name));
  }
  refuseUnbuilt();
  needTools([...TOOLS.card, ...(plan.natives === null ? TOOLS.natives : [])]);
  if (plan.zeros !== fits) {
    toStderr(
      `[power] model is ${rig.model}, whose cards are of ${fits}: made for ${plan.zeros} all the same`,
    );
  }
  const cards = await buildRig(plan);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  process.stdout.write(values.json ? json(cards, plan.zeros, seconds) : summary(cards, seconds));
  if (sshKey === null) toStderr("nobody can log in on these: --ssh-key FILE lets you");
  return 0;
}

interface RigPlan {
  readonly rig: RigFolder;
  readonly out: string;
  readonly sshKey: string | null;
  readonly nat: boolean;
  readonly zeros: TargetArchitecture;
  readonly versions: ReturnType<typeof readVersions>;
  /** Null where they are to be built. */
  readonly natives: Binaries | null;
}

function imageFile(out: string, name: string): string {
  return join(out, `${name}.img`);
}

function refuseExisting(out: string, { zeros }: RigFolder): void {
  const names = ["controller", ...zeros.map(({ role }) => `p${role}`)];
  const there = names.map((name) => imageFile(out, name)).filter((file) => existsSync(file));
  if (there.length === 0) return;
  throw new ImageError(`there already: ${there.join(", ")}`, "--force replaces them");
}

async function buildRig(plan: RigPlan): Promise<readonly BuiltCard[]> {
  const { rig, out, sshKey, nat, zeros: architecture, versions } = plan;
  const common = { sshKey, versions, hostname: null, isWritable: false, progress: toStderr };
  const work = openWorkFolder(join(tmpdir(), "zr-natives-"));
  try {
    const [first, ...others] = rig.zeros.map((zero) => {
      return { ...zero, hostname: null, out: imageFile(out, `p${zero.role}`) };
    });
    if (first === undefined) throw new ImageError("there is no Zero in it", "see its keys");
    const binaries = plan.natives ?? (await buildNatives(versions, work, toStderr));
    const { config, secrets } = rig;
    const controller = await buildCard({
      ...{ ...common, role: 0, architecture: "arm64", key: null, config, secrets, nat, binaries },
      ...{ bytes: megabytes("--size", CONTROLLER_MB, LEAST_MB), out: imageFile(out, "controller") },
    });
    const own = { architecture, secrets: null, nat: false, binaries: new Map() };
    const bytes = megabytes("--size", ZERO_MB, LEAST_MB);
    return [controller, ...(await buildCards({ ...common, ...own, bytes }, [first, ...others]))];
  } finally {
    closeWorkFolder(work);
  }
}

function json(cards: readonly BuiltCard[], zeros: TargetArchitecture, seconds: number): string {
  const images = cards.map(({ out, role, hostname, release, digest, bytes }) => {
    const architecture = role === 0 ? "arm64" : zeros;
    const name = role === 0 ? "controller" : `p${role}`;
    return { out, role: name, architecture, hostname, kernel: release, tree: digest, bytes };
  });
  return `${JSON.stringify({ images, seconds })}\n`;
}

function summary(cards: readonly BuiltCard[], seconds: number): string {
  const files = cards.map(({ out, role }) => {
    return `${out}  for ${role === 0 ? "the Pi with the HAT" : `the Zero in slot p${role}`}\n`;
  });
  const [{ out } = { out: "FILE" }] = cards;
  const write = `sudo dd if=${shellWord(out)} of=/dev/sdX bs=4M conv=fsync status=progress`;
  return `${files.join("")}in ${seconds} s. Each onto its card (sdX: as lsblk names it):\n    ${write}\n`;
}
