// A program with the shared libraries that it needs, for a root file system of any architecture.

import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { Initramfs } from "../../images/initramfs.ts";
import { shell } from "../../images/shell.ts";

export interface Origin {
  /** The tree that the libraries are taken from: `/`, or unpacked packages. */
  readonly root: string;
  /** Such as `x86_64-linux-gnu`. */
  readonly triplet: string;
}

/** Puts `file` at `path`, and its libraries and loader where the loader looks. Rejects if one is not to be found. */
export async function addProgram(
  tree: Initramfs,
  path: string,
  file: string,
  origin: Origin,
): Promise<void> {
  tree.file(path, file);
  const loader = /interpreter: ([^\]]+)\]/.exec(await shell("readelf", ["-lW", file]))?.[1];
  if (loader !== undefined && !tree.has(loader)) {
    tree.file(loader, findLibrary(basename(loader), origin));
  }
  await addLibraries(tree, file, origin);
}

/** The libraries of a program or of another library, however deep. */
async function addLibraries(tree: Initramfs, file: string, origin: Origin): Promise<void> {
  const dynamic = await shell("readelf", ["-dW", file]);
  for (const [, name = ""] of dynamic.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)) {
    const target = join("/lib", origin.triplet, name);
    if (tree.has(target) || name.startsWith("ld-linux")) continue;
    const source = findLibrary(name, origin);
    tree.file(target, source);
    await addLibraries(tree, source, origin);
  }
}

function findLibrary(name: string, { root, triplet }: Origin): string {
  for (const folder of ["lib", "usr/lib"]) {
    for (const file of [join(root, folder, triplet, name), join(root, folder, name)]) {
      if (existsSync(file)) return realpathSync(file);
    }
  }
  const loader = join(root, "lib64", name);
  if (existsSync(loader)) return realpathSync(loader);
  throw new Error(`${name} is not in ${root}, for ${triplet}`);
}
