// Where a build writes: into a folder of its own, then file by file to dist. Whoever packs or starts what is in dist meanwhile, another
// build too, finds each file whole.

import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Beside dist: a file is renamed within one file system only. Git ignores what a build that was killed leaves. */
const FRESH = ".zerorig-build-";
/** What names others, by names that change with what is in them: these go last, so that no name leads nowhere. */
const NAMES_OTHERS = /^(zerorig\.mjs|page\/index\.html.*)$/;
/** Of these nothing is kept that the build did not make. The rest of dist (packages, say) is others'. */
const OURS = /^(zerorig-[^/]*\.mjs|(man|page|types)\/.*)$/;

/** Has `make` fill a new folder, and puts what it made into `out`. */
export async function buildInto(
  out: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const fresh = mkdtempSync(join(dirname(out), FRESH));
  try {
    await make(fresh);
    const made = filesBelow(fresh);
    const last = made.filter((file) => NAMES_OTHERS.test(file));
    for (const file of [...made.filter((each) => !last.includes(each)), ...last]) {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      renameSync(join(fresh, file), join(out, file));
    }
    const stale = filesBelow(out).filter((file) => OURS.test(file) && !made.includes(file));
    for (const file of stale) rmSync(join(out, file), { force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
