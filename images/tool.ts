// The programs that images are made with. One that is missing is named, with its Debian package.

import { spawnSync } from "node:child_process";
import { ImageError } from "./image-error.ts";

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
};

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BYTES_MAX = 64 * 1024 * 1024;
/** A kernel's package, unpacked. */
const ARCHIVE_BYTES_MAX = 2 ** 30;

/** Runs one to its end, whatever it ends with. Throws an ImageError if it is not installed, or was killed: debugfs has half done then what it was told. */
export function runTool(program: string, args: readonly string[]): ToolResult {
  const { error, status, signal, stdout, stderr } = spawnSync(program, [...args], {
    encoding: "utf8",
    maxBuffer: BYTES_MAX,
    env: environment(),
  });
  if (error !== undefined) throw notHere(program, error);
  if (status === null) throw killed(program, signal);
  return { status, stdout, stderr };
}

/** One that must end well, from bytes to bytes. Throws an ImageError if it is not installed, or says why it failed. */
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
  const why = stderr.toString().trim().split("\n").at(-1) ?? "";
  throw new ImageError(`${program} ended with ${status}: ${why}`, "is there room on the disk?");
}

function killed(program: string, signal: NodeJS.Signals | null): ImageError {
  return new ImageError(`${program} was ended by ${signal}`, "run it again");
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

function notHere(program: string, error: Error): ImageError {
  const todo = `sudo apt install ${PACKAGES[program] ?? program}`;
  return new ImageError(`the program ${program} is not here (${error.message})`, todo);
}
