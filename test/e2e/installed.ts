// Whether a program of the system's is there: tests of what needs one say that they were left out where it is not.

import { execFileSync } from "node:child_process";

/** `ask` are arguments with which it ends well at once; `where` is the Debian package. */
export function isInstalled(program: string, ask: readonly string[], where: string): boolean {
  try {
    execFileSync(program, ask, { stdio: "ignore" });
    return true;
  } catch (error) {
    // One that runs and does not like being asked is there.
    if (error instanceof Error && "status" in error && error.status !== null) return true;
    process.stderr.write(`SKIPPED: a test needs ${program} (apt-get install ${where})\n`);
    return false;
  }
}
