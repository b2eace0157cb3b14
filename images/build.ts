// Builds the system of one machine of the rig out of Debian's packages, and a card's image of it. The same versions, programs and options
// give the same files.

import { createHash } from "node:crypto";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bootFiles, cardCommandLine, type TargetArchitecture } from "./boot/boot-files.ts";
import { bytesOf, isUnwantedOfKernel, kernelOf, startSystem } from "./boot/kernel.ts";
import { type BootFile, joinCard, makeBoot, makeRoot, type PartFile, rootBytes } from "./card.ts";
import { addAccounts, configure, ownSecrets } from "./debian/configure.ts";
import { epochOf, type LockedPackage, type Versions } from "./debian/locked-package.ts";
import { isAside, isKernel, type Kind } from "./debian/package-sets.ts";
import { fetchPackages, storeDirectory } from "./debian/package-store.ts";
import { SystemTree } from "./debian/tree.ts";
import { beginDpkg, unpackPackage } from "./debian/unpack.ts";
import { refuseForeign } from "./elf-machine.ts";
import { UsageError } from "./image-error.ts";
import { hostnameOf, KEYS_DIR, type Role, type RoleOptions, roleEntries } from "./role.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

const MB = 2 ** 20;
const BOOT_BYTES = 128 * MB;
/** As tmpfiles.d makes it at a start. */
const KEYS_MODE = 0o750;

export interface BuildOptions extends Omit<RoleOptions, "hosts" | "node"> {
  readonly architecture: TargetArchitecture;
  readonly versions: Versions;
  /** Told of each step before it is done. */
  readonly progress: (step: string) => void;
}

export interface CardOptions extends BuildOptions {
  readonly out: string;
  /** The whole card's. */
  readonly bytes: number;
  readonly isWritable: boolean;
}

/** What is one card's own; cards of a kind share everything else. */
export type OwnOfCard = Pick<CardOptions, "role" | "hostname" | "key" | "config" | "out">;

export interface BuiltCard {
  readonly out: string;
  readonly role: Role;
  readonly hostname: string;
  /** The kernel's. */
  readonly release: string;
  readonly digest: string;
  readonly bytes: number;
}

export interface BuiltSystem {
  readonly tree: SystemTree;
  /** The kernel's release. */
  readonly release: string;
  /** Where the kernel and the firmware are, and what else is not in the system. */
  readonly aside: string;
  /** SHA-256 of the tree's listing. */
  readonly digest: string;
}

/** Documents, manual pages and other languages: 50 MB that nobody reads on a rig. Licences stay. */
const UNWANTED =
  /^usr\/share\/(?:doc\/(?:[^/]+\/(?!copyright)|.*\.gz$)|man\/|locale\/|info\/|lintian\/|bug\/|doc-base\/)./;

/** The versions for this kind of image. Throws a UsageError if there is no such kind. */
function packagesFor(
  { packages }: Versions,
  role: number,
  architecture: TargetArchitecture,
): readonly LockedPackage[] {
  const kind: string = `${role === 0 ? "controller" : "zero"}-${architecture}`;
  const found = packages[kind as Kind];
  if (found !== undefined) return found;
  throw new UsageError(`there is no ${kind}`, "a controller is arm64; a Zero arm64 or armel");
}

/** Throws a UsageError where no system of that kind can be built. */
export function refuseUnknownKind(
  versions: Versions,
  role: number,
  architecture: TargetArchitecture,
): void {
  packagesFor(versions, role, architecture);
}

/** The system as a tree in `work`, which the caller removes. */
export async function buildSystem(options: BuildOptions, work: string): Promise<BuiltSystem> {
  const { versions, role, architecture, progress } = options;
  const locked = packagesFor(versions, role, architecture);
  const epoch = epochOf(versions);
  const store = { directory: storeDirectory(), taken: versions.taken, progress };
  const files = await fetchPackages(locked, store);
  progress(`unpacking ${locked.length} packages`);
  const tree = new SystemTree(join(work, "system"));
  const aside = new SystemTree(join(work, "aside"));
  const named = locked.map(({ name }, index) => ({ name, file: files[index] ?? "" }));
  // It brings the links that the others are unpacked through.
  const isFirst = ({ name }: { readonly name: string }) => name === "base-files";
  for (const { name, file } of [...named.filter(isFirst), ...named.filter((n) => !isFirst(n))]) {
    if (isKernel(name)) {
      const isUnwanted = (path: string) => isUnwantedOfKernel(path) || path.startsWith("boot/");
      unpackPackage(file, tree, { isUnwanted, isRecorded: false });
    }
    const isUnwanted = (path: string) =>
      isKernel(name) ? isUnwantedOfKernel(path) || /\/modules\//.test(path) : UNWANTED.test(path);
    unpackPackage(file, isAside(name) ? aside : tree, { isUnwanted, isRecorded: !isAside(name) });
  }
  beginDpkg(tree, architecture);
  progress("setting it up");
  configure(tree, { role, suite: versions.suite, epoch });
  await putRole(tree, options);
  addAccounts(tree, epoch);
  ownSecrets(tree, options.secrets?.files ?? []);
  const release = kernelOf(tree.root);
  return { tree, release, aside: aside.root, digest: finish(tree, epoch) };
}

/** Puts in what makes the system this machine's. */
async function putRole(tree: SystemTree, options: BuildOptions): Promise<void> {
  const entries = await roleEntries({ ...options, node: null, hosts: tree.read("etc/hosts") });
  refuseForeign(options.architecture, entries);
  if (options.secrets !== null) tree.folder(KEYS_DIR, KEYS_MODE);
  tree.put(entries);
}

/** Its digest, once everything is in. */
function finish(tree: SystemTree, epoch: number): string {
  tree.stamp(epoch);
  return createHash("sha256").update(tree.listing()).digest("hex");
}

/** A card's image at `out`, complete or not at all. */
export async function buildCard(options: CardOptions): Promise<BuiltCard> {
  const [card] = await buildCards(options, [options]);
  if (card === undefined) throw new Error("no card was built");
  return card;
}

/** Images of one kind of card, each complete or not at all. What they share is made once. */
export async function buildCards(
  common: Omit<CardOptions, keyof OwnOfCard>,
  cards: readonly [OwnOfCard, ...OwnOfCard[]],
): Promise<readonly BuiltCard[]> {
  const { progress, versions } = common;
  const [first, ...others] = cards;
  // What is put in for one is replaced by what is put in for the next, and must not stay.
  if (others.some(({ role, key }) => role === 0 || (key === null) !== (first.key === null))) {
    throw new Error("these cards are not of one kind");
  }
  const folder = dirname(resolve(first.out));
  mkdirSync(folder, { recursive: true });
  const work = openWorkFolder(join(folder, ".zerorig-build-"));
  try {
    const system = await buildSystem({ ...common, ...first }, work);
    const epoch = epochOf(versions);
    progress("making the boot partition");
    const boot = bootPartition({ ...common, ...first }, system, work);
    const built: BuiltCard[] = [];
    for (const card of cards) {
      const options = { ...common, ...card };
      if (card !== first) await putRole(system.tree, options);
      const digest = card === first ? system.digest : finish(system.tree, epoch);
      progress(`writing ${card.out}`);
      const root = { file: join(work, "root"), bytes: rootBytes(common.bytes, BOOT_BYTES) };
      makeRoot(root.file, root.bytes, system.tree, epoch);
      const draft = join(work, "card");
      joinCard(draft, boot, root);
      renameSync(draft, card.out);
      built.push({
        ...{ out: card.out, role: card.role, hostname: hostnameOf(card), digest },
        ...{ release: system.release, bytes: statSync(card.out).size },
      });
    }
    return built;
  } finally {
    closeWorkFolder(work);
  }
}

function bootPartition(options: CardOptions, system: BuiltSystem, work: string): PartFile {
  const { role, architecture, isWritable, versions } = options;
  const { release, aside } = system;
  const startFile: BootFile = { text: bytesOf(startSystem(system.tree.root, release)) };
  const files = bootFiles({
    ...{ role, architecture, root: aside, release, startSystem: startFile },
    commandLine: cardCommandLine(role, isWritable),
  });
  const boot = { file: join(work, "boot"), bytes: BOOT_BYTES };
  makeBoot(boot.file, boot.bytes, files, epochOf(versions));
  return boot;
}
