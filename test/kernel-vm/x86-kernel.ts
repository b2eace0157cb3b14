// Debian's amd64 kernel with three modules that Debian does not build: gpio-sim, its irq_sim, and our expander.

import { createHash } from "node:crypto";
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { DebianArchive, unpack } from "../../images/debian/archive.ts";
import { shell, together } from "../../images/shell.ts";
import { cached } from "./cache.ts";

export interface Kernel {
  /** What is given to the emulator. */
  readonly image: string;
  /** Holds lib/modules/VERSION. */
  readonly root: string;
  readonly version: string;
}

const MODULE_DIR = join(import.meta.dirname, "module");
const SOURCES = [
  "drivers/gpio/gpio-sim.c",
  "drivers/gpio/gpiolib.h",
  "drivers/usb/gadget/udc/dummy_hcd.c",
  "kernel/irq/irq_sim.c",
];

/** What is needed of Debian's packages, from the cache or downloaded. */
export function x86Packages(): Promise<string> {
  return cached("x86-packages-3", downloadKernel);
}

/** From the cache, or downloaded and built. */
export async function x86Kernel(): Promise<Kernel> {
  const packages = await x86Packages();
  const version = readFileSync(join(packages, "version"), "utf8");
  const ours = readdirSync(MODULE_DIR).map((file) => readFileSync(join(MODULE_DIR, file), "utf8"));
  const patches = JSON.stringify(PATCHES);
  const hash = createHash("sha1")
    .update([basename(packages), version, patches, ...ours].join("\n"))
    .digest("hex");
  const modules = await cached(`x86-modules-${hash.slice(0, 12)}`, (directory) =>
    buildModules(packages, version, directory),
  );
  return { image: join(packages, "vmlinux"), root: modules, version };
}

async function downloadKernel(directory: string): Promise<void> {
  const archive = await DebianArchive.open({
    directory: join(directory, "apt"),
    suites: ["bookworm", "bookworm-security"],
    architecture: "amd64",
  });
  const image = await archive.dependencyOf("linux-image-amd64", "linux-image-");
  const version = image.replace("linux-image-", "");
  const common = version.replace("-amd64", "-common");
  const names = [image, `linux-headers-${version}`, `linux-headers-${common}`, "linux-kbuild-6.1"];
  const files = await archive.download([...names, "linux-source-6.1"]);
  const packed = (prefix: string) => files.filter((file) => basename(file).startsWith(prefix));
  const [source = ""] = packed("linux-source-");
  await together([
    unpackSources(source, join(directory, "source")),
    unpack(packed("linux-image-"), join(directory, "image")),
    unpack([...packed("linux-headers-"), ...packed("linux-kbuild-")], join(directory, "build")),
  ]);
  rmSync(join(directory, "apt"), { recursive: true });
  await unpackImage(
    join(directory, "image/boot", `vmlinuz-${version}`),
    join(directory, "vmlinux"),
  );
  writeFileSync(join(directory, "version"), version);
}

/** Four files of a package of 139 MB: the archive within it is read as a stream and not written. */
async function unpackSources(file: string, directory: string): Promise<void> {
  mkdirSync(directory);
  const wanted = SOURCES.map((path) => `'*/${path}'`).join(" ");
  const inner = "./usr/src/linux-source-6.1.tar.xz";
  const script = [
    `dpkg-deb --fsys-tarfile '${file}'`,
    `tar -xO ${inner}`,
    "xz -dc -T0",
    `tar -x -C '${directory}' --strip-components=1 --wildcards ${wanted}`,
  ].join(" | ");
  await shell("bash", ["-o", "pipefail", "-c", script]);
}

/** Where the boot protocol's header of an x86 kernel has what (Documentation/arch/x86/boot.rst). */
const SETUP_SECTORS_AT = 0x1f1;
const PAYLOAD_OFFSET_AT = 0x248;
const PAYLOAD_LENGTH_AT = 0x24c;
const SECTOR_BYTES = 512;

/** The kernel out of its compressed image: an emulated processor takes some seconds to unpack it, at each boot. */
async function unpackImage(image: string, target: string): Promise<void> {
  const bytes = readFileSync(image);
  const setupBytes = (bytes.readUInt8(SETUP_SECTORS_AT) + 1) * SECTOR_BYTES;
  const from = setupBytes + bytes.readUInt32LE(PAYLOAD_OFFSET_AT);
  const packed = `${target}.xz`;
  writeFileSync(packed, bytes.subarray(from, from + bytes.readUInt32LE(PAYLOAD_LENGTH_AT)));
  const out = openSync(target, "w");
  try {
    // The length of what was packed follows it.
    await shell("xz", ["-dc", "--single-stream", packed], { stdout: out });
  } finally {
    closeSync(out);
  }
  rmSync(packed);
}

/**
 * What must change for these files to be modules of their own. irq_to_desc() is not exported to modules, and the number of a
 * chip's first line becomes a parameter, for kernels differ in it.
 */
const PATCHES: readonly (readonly [file: string, from: string, to: string])[] = [
  [
    "irq_sim.c",
    "handle_simple_irq(irq_to_desc(irqnum));",
    "generic_handle_domain_irq(work_ctx->domain, offset);",
  ],
  ["irq_sim.c", "$", '\n#include <linux/module.h>\nMODULE_LICENSE("GPL");\n'],
  ["gpio-sim.c", "gc->base = -1;", "gc->base = first_line;"],
  [
    "gpio-sim.c",
    "struct gpio_sim_chip {",
    "static int first_line = -1;\nmodule_param(first_line, int, 0644);\n\nstruct gpio_sim_chip {",
  ],
  // Debian's own asks 8000 times a second on each port whether there is something to do: much of an emulated processor's time.
  [
    "dummy_hcd.c",
    "#define DUMMY_TIMER_INT_NSECS	125000",
    "#define DUMMY_TIMER_INT_NSECS	25000000",
  ],
];

async function buildModules(packages: string, version: string, directory: string): Promise<void> {
  const work = join(directory, "work");
  mkdirSync(work);
  for (const path of SOURCES) cpSync(join(packages, "source", path), join(work, basename(path)));
  cpSync(MODULE_DIR, work, { recursive: true });
  for (const [file, from, to] of PATCHES) patch(join(work, file), from, to);
  const headers = join(packages, "build/usr/src", `linux-headers-${version}`);
  await shell("make", ["-s", "-C", relocated(packages, headers), `M=${work}`, "modules"]);
  const target = join(directory, "lib/modules", version);
  mkdirSync(join(target, "updates"), { recursive: true });
  for (const name of ["kernel", "modules.builtin", "modules.builtin.modinfo", "modules.order"]) {
    symlinkSync(join(packages, "image/lib/modules", version, name), join(target, name));
  }
  for (const file of readdirSync(work).filter((name) => name.endsWith(".ko"))) {
    await shell("strip", ["-g", join(work, file)]);
    cpSync(join(work, file), join(target, "updates", file));
  }
  rmSync(work, { recursive: true });
  await shell("/sbin/depmod", ["-b", directory, version]);
}

/** `$` as `from` appends. Throws where the kernel's source is not as we know it. */
function patch(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (from !== "$" && !text.includes(from))
    throw new Error(`${basename(file)} has no "${from}" to replace`);
  writeFileSync(file, from === "$" ? text + to : text.replace(from, to));
}

/** The headers' Makefile names its other half by the path of an installed package; ours is elsewhere. */
function relocated(packages: string, headers: string): string {
  const makefile = join(headers, "Makefile");
  const text = readFileSync(makefile, "utf8");
  const installed = /(^|\s)\/usr\/src\//gm;
  writeFileSync(makefile, text.replaceAll(installed, `$1${join(packages, "build")}/usr/src/`));
  return headers;
}
