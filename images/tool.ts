// The programs that images are made with. One that is missing is named, with its Debian package.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { noRoom, ToolError } from "./image-error.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  debugfs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  mcopy: "mtools",
  mke2fs: "e2fsprogs",
  mksquashfs: "squashfs-tools",
  "mkfs.fat": "dosfstools",
  depmod: "kmod",
  modprobe: "kmod",
  xz: "xz-utils",
  "aarch64-linux-gnu-g++": "g++-aarch64-linux-gnu",
  "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
  mtype: "mtools",
  "fsck.fat": "dosfstools",
  "dpkg-deb": "dpkg",
};
const UNPACKING = ["dpkg-deb", "tar", "depmod", "modprobe", "xz"];
/** What each kind of work takes. */
export const TOOLS = {
  card: [...UNPACKING, "mkfs.fat", "mcopy", "mke2fs", "debugfs", "e2fsck"],
  customise: ["fsck.fat", "mtype", "mcopy", "e2fsck", "debugfs", "resize2fs"],
  natives: ["dpkg-deb", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-g++"],
  netboot: [...UNPACKING, "mksquashfs"],
} as const;

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What every program says then. That an image is full they put in other words. */
const DISK_FULL = /No space left on device/;
const BYTES_MAX = 64 * 1024 * 1024;
/** A kernel's package, unpacked. */
const ARCHIVE_BYTES_MAX = 2 ** 30;

/** Throws a ToolError that names all that are missing, with their Debian packages: before the work, which takes minutes. */
export function needTools(programs: readonly string[], path = environment()["PATH"] ?? ""): void {
  const isThere = (program: string) =>
    path.split(delimiter).some((folder) => existsSync(join(folder, program)));
  const missing = [...new Set(programs)].filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = new Set(missing.map((program) => PACKAGES[program] ?? program));
  throw new ToolError(
    `not installed here: ${missing.join(", ")}`,
    `sudo apt install ${[...packages].join(" ")}`,
  );
}

/** Runs one to its end, whatever it ends with. Throws a ToolError if it is not installed, or was killed: debugfs has half done then what it was told. */
export function runTool(program: string, args: readonly string[]): ToolResult {
  const { error, status, signal, stdout, stderr } = spawnSync(program, [...args], {
    encoding: "utf8",
    maxBuffer: BYTES_MAX,
    env: environment(),
  });
  if (error !== undefined) throw notHere(program, error);
  if (status === null) throw killed(program, signal);
  if (DISK_FULL.test(stderr)) throw noRoom(program);
  return { status, stdout, stderr };
}

/** One that must end well, from bytes to bytes. Throws a ToolError if it is not installed, or says why it failed. */
export function runToolOnBytes(
  program: string,
  args: readonly string[],
  input: Buffer | null,
  env: Readonly<Record<string, string>> = {},
): Buffer {
  const { error, status, signal, stdout, stderr } = spawnSync(program, [...args], {
    ...(input === null ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
    maxBuffer: ARCHIVE_BYTES_MAX,
    env: { ...environment(), ...env },
  });
  if (error !== undefined) throw notHere(program, error);
  if (status === null) throw killed(program, signal);
  if (status === 0) return stdout;
  const said = stderr.toString().trim();
  if (DISK_FULL.test(said)) throw noRoom(program);
  const why = said.split("\n").at(-1) ?? "";
  throw new ToolError(
    `${program} ended with ${status}: ${why}`,
    "run it again; if it stays, please report it",
  );
}

function killed(program: string, signal: NodeJS.Signals | null): ToolError {
  return new ToolError(`${program} was ended by ${signal}`, "run it again");
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LC_ALL: "C",
    // Where root's programs are, which a user's PATH may leave out.
    PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
    // mtools' own settings are nobody's business.
    MTOOLSRC: "/dev/null",
    MTOOLS_SKIP_CHECK: "1",
  };
}

function notHere(program: string, error: Error): ToolError {
  const todo = `sudo apt install ${PACKAGES[program] ?? program}`;
  return new ToolError(`the program ${program} is not here (${error.message})`, todo);
}
