// Asks Debian which versions it has now, and writes them down: from then on images are built of those and no others.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeWorkFolder, openWorkFolder } from "../work-folder.ts";
import { DebianArchive } from "./archive.ts";
import type { LockedPackage, Versions } from "./locked-package.ts";
import { type Kind, PACKAGE_SETS, type PackageSet, SUITE } from "./package-sets.ts";

/** The newest of all kinds. Needs apt and a mirror. */
export async function newestVersions(progress: (step: string) => void): Promise<Versions> {
  const taken = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const packages: Record<string, readonly LockedPackage[]> = {};
  for (const kind of Object.keys(PACKAGE_SETS) as Kind[]) {
    progress(`asking for the versions of ${kind}`);
    packages[kind] = await resolve(PACKAGE_SETS[kind], progress);
  }
  return { suite: SUITE, taken, packages };
}

async function resolve(wanted: PackageSet, progress: (step: string) => void) {
  const { architecture, programs, kernel, alone } = wanted;
  const directory = openWorkFolder(join(tmpdir(), "zr-lock-"));
  try {
    const open = (suites: readonly string[]) =>
      DebianArchive.open({
        ...{ directory, suites, architecture },
        components: "main non-free-firmware",
      });
    const updates = [`${SUITE}-updates`, `${SUITE}-security`];
    const archive = await open([SUITE, ...updates]).catch((error: Error) => {
      // A mirror that is being brought up to date: the release itself does not change.
      progress(`${error.message}\nso ${architecture} is without ${updates.join(" and ")}`);
      return open([SUITE]);
    });
    const image = await archive.dependencyOf(kernel, "linux-image-");
    const names = [...(await archive.resolve(programs)), image, ...alone];
    const found = await archive.describe(names);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    closeWorkFolder(directory);
  }
}
