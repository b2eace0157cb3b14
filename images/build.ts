// Builds the system of one machine of the rig out of Debian's packages, and a card's image of it. The same versions, programs and options
// give the same files.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bootFiles, cardCommandLine, type TargetArchitecture } from "./boot/boot-files.ts";
import { bytesOf, isUnwantedOfKernel, kernelOf, startSystem } from "./boot/kernel.ts";
import { type BootFile, joinCard, makeBoot, makeRoot, rootBytes } from "./card.ts";
import { addAccounts, configure } from "./debian/configure.ts";
import { epochOf, type LockedPackage, type Versions } from "./debian/locked-package.ts";
import { isAside, isKernel, type Kind } from "./debian/package-sets.ts";
import { fetchPackages, storeDirectory } from "./debian/package-store.ts";
import { SystemTree } from "./debian/tree.ts";
import { beginDpkg, unpackPackage } from "./debian/unpack.ts";
import { refuseForeign } from "./elf-machine.ts";
import { ImageError } from "./image-error.ts";
import { type RoleOptions, roleEntries } from "./role.ts";

const MB = 2 ** 20;
const BOOT_BYTES = 128 * MB;

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

/** The versions for this kind of image. Throws an ImageError if there is no such kind. */
function packagesFor(
  { packages }: Versions,
  role: number,
  architecture: TargetArchitecture,
): readonly LockedPackage[] {
  const kind: string = `${role === 0 ? "controller" : "zero"}-${architecture}`;
  const found = packages[kind as Kind];
  if (found !== undefined) return found;
  throw new ImageError(`there is no ${kind}`, "a controller is arm64; a Zero arm64 or armel");
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
  const entries = await roleEntries({ ...options, node: null, hosts: tree.read("etc/hosts") });
  refuseForeign(architecture, entries);
  tree.put(entries);
  addAccounts(tree, epoch);
  const release = kernelOf(tree.root);
  tree.stamp(epoch);
  const digest = createHash("sha256").update(tree.listing()).digest("hex");
  return { tree, release, aside: aside.root, digest };
}

/** A card's image at `out`, complete or not at all. */
export async function buildCard(options: CardOptions): Promise<BuiltSystem & { bytes: number }> {
  const { role, out, bytes, progress, architecture } = options;
  mkdirSync(dirname(resolve(out)), { recursive: true });
  const work = mkdtempSync(join(dirname(resolve(out)), ".zerorig-build-"));
  try {
    const built = await buildSystem(options, work);
    const epoch = epochOf(options.versions);
    progress("making the boot partition");
    const startFile: BootFile = { text: bytesOf(startSystem(built.tree.root, built.release)) };
    const files = bootFiles({
      ...{ role, architecture, root: built.aside, release: built.release, startSystem: startFile },
      commandLine: cardCommandLine(role, options.isWritable),
    });
    const boot = { file: join(work, "boot"), bytes: BOOT_BYTES };
    makeBoot(boot.file, boot.bytes, files, epoch);
    progress("making the system's partition");
    const root = { file: join(work, "root"), bytes: rootBytes(bytes, BOOT_BYTES) };
    makeRoot(root.file, root.bytes, built.tree, epoch);
    progress(`writing ${out}`);
    const draft = join(work, "card");
    joinCard(draft, boot, root);
    renameSync(draft, out);
    return { ...built, bytes: statSync(out).size };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
