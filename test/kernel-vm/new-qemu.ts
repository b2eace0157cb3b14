// A QEMU from Debian's backports, unpacked beside the system's own: the I2C controller of a Pi is emulated from version 9 on.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.ts";
import { DebianArchive, unpack } from "./debian-archive.ts";

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
    suites: ["bookworm", "bookworm-backports"],
    release: "bookworm-backports",
    architecture: "amd64",
  });
  await unpack(await archive.downloadWithDependencies(["qemu-system-arm"]), directory);
  rmSync(apt, { recursive: true });
}
