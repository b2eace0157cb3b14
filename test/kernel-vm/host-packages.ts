// Debian packages that must be installed on this machine. Says what it installs; fails where it cannot.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { shell } from "../../images/shell.ts";

/** A program and the package that brings it. */
export type Need = readonly [program: string, debianPackage: string];

/** Installs the packages of the programs that are missing. Rejects if that is not possible or was not enough. */
export async function needPrograms(needs: readonly Need[]): Promise<void> {
  const missing = needs.filter(([program]) => !isThere(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  process.stderr.write(`kernel-vm: installing ${packages.join(" ")}\n`);
  await asRoot("apt-get", ["-qq", "update"]);
  await asRoot("apt-get", ["-qq", "-y", "--no-install-recommends", "install", ...packages]);
  const left = missing.filter(([program]) => !isThere(program));
  if (left.length > 0) {
    throw new Error(`still not on this machine: ${left.map(([program]) => program).join(", ")}`);
  }
}

function asRoot(program: string, args: readonly string[]): Promise<string> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  if (process.getuid?.() === 0) return shell(program, args, { env });
  return shell("sudo", ["-n", "DEBIAN_FRONTEND=noninteractive", program, ...args]);
}

/** Also looks where root's programs are, which a user's PATH may leave out. A path counts as it is. */
function isThere(program: string): boolean {
  if (program.startsWith("/")) return isReadable(program);
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return [...folders, "/usr/sbin", "/sbin"].some((folder) => isReadable(join(folder, program)));
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
