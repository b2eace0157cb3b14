// A QEMU from Debian's backports, unpacked beside the system's own: the I2C controller of a Pi is emulated from version 9 on,
// x86-64's instructions for SHA from 8.2 on.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { DebianArchive, unpack } from "../../images/debian/archive.ts";
import { shell } from "../../images/shell.ts";
import { cached, isCached } from "./cache.ts";

const RELEASE = "bookworm-backports";
const USER = "qemu-user-x86_64";

export interface Emulator {
  readonly program: string;
  /** What comes before the machine's own arguments. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** `qemu-system-<architecture>`, started with the loader and libraries that were unpacked with it. */
export async function newQemu(architecture: "aarch64" | "arm"): Promise<Emulator> {
  const root = await cached("qemu-backports", download);
  const libraries = ["lib", "usr/lib"].map((path) => join(root, path, "x86_64-linux-gnu"));
  return {
    program: join(root, "lib64/ld-linux-x86-64.so.2"),
    args: [
      ...["--library-path", libraries.join(":")],
      join(root, "usr/bin", `qemu-system-${architecture}`),
      ...["-L", join(root, "usr/share/qemu")],
    ],
    env: { QEMU_MODULE_DIR: join(root, "usr/lib/x86_64-linux-gnu/qemu") },
  };
}

async function download(directory: string): Promise<void> {
  const apt = join(directory, "apt");
  const archive = await DebianArchive.open({
    directory: apt,
    suites: ["bookworm", RELEASE],
    release: RELEASE,
    architecture: "amd64",
  });
  await unpack(await archive.downloadWithDependencies(["qemu-system-arm"]), directory);
  rmSync(apt, { recursive: true });
}

export function isUserQemuFetched(): boolean {
  return isCached(USER);
}

/** `qemu-x86_64`, which runs one program of that processor. It needs no libraries. */
export async function newUserQemu(): Promise<string> {
  const root = await cached(USER, async (directory) => {
    const apt = join(directory, "apt");
    const architecture = "amd64";
    const archive = await DebianArchive.open({ directory: apt, suites: [RELEASE], architecture });
    const [file = ""] = await archive.download(["qemu-user"]);
    // One of its forty emulators.
    const wanted = "./usr/bin/qemu-x86_64";
    const script = 'dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" "$2"';
    await shell("sh", ["-c", script, file, directory, wanted]);
    rmSync(apt, { recursive: true });
  });
  return join(root, "usr/bin/qemu-x86_64");
}
