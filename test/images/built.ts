// The images that the parts start: built by our tool, each once in a run.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TargetArchitecture } from "../../images/boot/boot-files.ts";
import { buildCard, type CardOptions } from "../../images/build.ts";
import { nativesIn, readVersions, VERSIONS_FILE } from "../../images/commands/options.ts";
import { buildNatives } from "../../images/natives.ts";
import type { ControllerSecrets, NamedFile, Role } from "../../images/role.ts";
import { cached } from "../kernel-vm/cache.ts";
import { needPrograms } from "../kernel-vm/host-packages.ts";

/** The link key of every Zero here. */
export const KEY = "5a".repeat(32);
/** What the controller is given with it: `images rig` puts them in the same way. */
export const SECRETS: ControllerSecrets = {
  keys: new Map(["p1", "p2", "p3", "p4"].map((slot) => [slot, KEY])),
  token: "a-token-of-the-tests-own",
  miningKey: "mined",
  files: [],
};
/** What a controller's card is given besides, because its settings name it. */
const WEBHOOK: NamedFile = {
  path: "etc/zerorig/webhook.secret",
  text: Buffer.from("a-secret-of-the-tests-own\n"),
  isSecret: true,
};
const MB = 2 ** 20;
/** Of a controller whose HAT is at 0x20 of the first bus. */
export const STOCK_CONFIG = `[hat]
board = "v2.3"
[pool]
nodes = ["127.0.0.1:9"]
user = "test"
key_file = "/etc/zerorig/mining.key"
[power]
restore = "all-off"
[http]
listen = "127.0.0.1"
token_file = "/etc/zerorig/token"
`;
const BUILT_CONFIG = `${STOCK_CONFIG}[alerts]
webhook_url = "http://127.0.0.1:9/hook"
webhook_secret_file = "/${WEBHOOK.path}"
`;
const directory = mkdtempSync(join(tmpdir(), "zr-built-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
const versions = readVersions(VERSIONS_FILE);

/** What a Zero's card is made with. */
const ZERO_PROGRAMS = [
  ["mcopy", "mtools"],
  ["mkfs.fat", "dosfstools"],
  ["mke2fs", "e2fsprogs"],
  ["depmod", "kmod"],
  ["xz", "xz-utils"],
] as const;

export async function needZeroPrograms(): Promise<void> {
  await needPrograms(ZERO_PROGRAMS);
}

export async function needBuildPrograms(): Promise<void> {
  await needPrograms([
    ...ZERO_PROGRAMS,
    ["mksquashfs", "squashfs-tools"],
    ["aarch64-linux-gnu-g++", "g++-aarch64-linux-gnu"],
  ]);
}

export function cardOptions(
  role: Role,
  architecture: TargetArchitecture,
  out: string,
): CardOptions {
  return {
    ...{ role, architecture, versions, out, hostname: null, sshKey: null, nat: false },
    ...{
      key: role === 0 ? null : KEY,
      config: role === 0 ? BUILT_CONFIG : null,
      secrets: role === 0 ? { ...SECRETS, files: [WEBHOOK] } : null,
      isWritable: false,
    },
    binaries: new Map(),
    bytes: (role === 0 ? 2048 : 1024) * MB,
    progress: () => {},
  };
}

const made = new Map<string, Promise<string>>();

/** Its file, which the caller copies before it changes it. */
export function builtCard(
  role: Role,
  architecture: TargetArchitecture,
  isWritable = false,
): Promise<string> {
  const out = join(directory, `${role}-${architecture}${isWritable ? "-writable" : ""}.img`);
  const already = made.get(out);
  if (already !== undefined) return already;
  const making = make({ ...cardOptions(role, architecture, out), isWritable });
  made.set(out, making);
  return making;
}

async function make(options: CardOptions): Promise<string> {
  await needBuildPrograms();
  const binaries = options.role === 0 ? await natives() : new Map();
  await buildCard({ ...options, binaries });
  return options.out;
}

/** From the cache: they take minutes to build. */
async function natives(): Promise<ReadonlyMap<string, string>> {
  const { version } = (versions.packages["controller-arm64"] ?? []).find(
    ({ name }) => name === "libnode-dev",
  ) ?? { version: "none" };
  const folder = await cached(`natives-arm64-${version}`, async (draft) => {
    await buildNatives(versions, draft, () => {});
  });
  return nativesIn(folder);
}
