// What an emulated Pi boots, from Debian: kernel, device trees, modules, a static busybox and libraries.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DebianArchive, unpack } from "../../images/debian/archive.ts";
import { shell } from "../../images/shell.ts";
import { cached } from "./cache.ts";
import type { Kernel } from "./x86-kernel.ts";

export interface PiPackages {
  readonly kernel: Kernel;
  /** The tree of libraries and programs. */
  readonly root: string;
  /** The folder of the device trees. */
  readonly deviceTrees: string;
}

export interface PiPackagesOptions {
  readonly architecture: "arm64" | "armel";
  /** The metapackage, such as `linux-image-arm64`. */
  readonly kernel: string;
  readonly kernelSuites: readonly string[];
  readonly suites: readonly string[];
  /** With all that they depend on. */
  readonly programs: readonly string[];
}

const GZIP_MAGIC = 0x1f8b;

/** From the cache, or downloaded. */
export async function piPackages(options: PiPackagesOptions): Promise<PiPackages> {
  const directory = await cached(`pi-${options.architecture}`, (draft) => download(options, draft));
  const version = readFileSync(join(directory, "version"), "utf8");
  return {
    kernel: { image: join(directory, "Image"), root: join(directory, "kernel"), version },
    root: join(directory, "root"),
    deviceTrees: join(directory, "kernel/usr/lib", `linux-image-${version}`),
  };
}

async function download(options: PiPackagesOptions, directory: string): Promise<void> {
  const { architecture, kernelSuites, suites, programs } = options;
  const open = (name: string, from: readonly string[]) =>
    DebianArchive.open({ directory: join(directory, name), suites: from, architecture });
  const kernels = await open("apt-kernel", kernelSuites);
  const image = await kernels.dependencyOf(options.kernel, "linux-image-");
  const version = image.replace("linux-image-", "");
  await unpack(await kernels.download([image]), join(directory, "kernel"));
  const others = await open("apt-programs", suites);
  await unpack(await others.downloadWithDependencies(programs), join(directory, "root"));
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith("apt-"))) {
    rmSync(join(directory, name), { recursive: true });
  }
  await shell("/sbin/depmod", ["-b", join(directory, "kernel"), version]);
  const packed = readFileSync(join(directory, "kernel/boot", `vmlinuz-${version}`));
  const isPacked = packed.readUInt16BE(0) === GZIP_MAGIC;
  writeFileSync(join(directory, "Image"), isPacked ? gunzipSync(packed) : packed);
  writeFileSync(join(directory, "version"), version);
}
