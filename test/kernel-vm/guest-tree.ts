// What every guest has: busybox, Node, its test bundled to one file, our own programs from dist/, and the modules to load.

import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { Initramfs } from "../../images/initramfs.ts";
import { shell } from "../../images/shell.ts";
import { addProgram, type Origin } from "./elf.ts";
import type { Kernel } from "./x86-kernel.ts";

export const REPOSITORY = join(import.meta.dirname, "../..");
const GUEST_DIR = join(import.meta.dirname, "guest");
const NATIVE = ["i2c-bus", "onoff", "better-sqlite3"];
/** What older packages within a module call. */
const MODULE_REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

export interface GuestTree {
  readonly origin: Origin;
  readonly node: string;
  readonly busybox: string;
  /** The test's source in guest/. */
  readonly test: string;
  readonly kernel: Kernel;
  /** Modules to load in this order, with their parameters: `dummy_hcd num=4`. */
  readonly modules: readonly string[];
}

/** The common part of a guest's root file system. */
export async function guestTree(options: GuestTree): Promise<Initramfs> {
  const { origin, kernel } = options;
  const tree = new Initramfs();
  for (const path of ["/proc", "/sys", "/dev", "/run", "/tmp", "/etc"]) tree.directory(path);
  tree.text("/init", readFileSync(join(GUEST_DIR, "init.sh"), "utf8"), 0o755);
  tree.text("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  tree.file("/bin/busybox", options.busybox);
  for (const name of await appletNames()) tree.symlink(`/bin/${name}`, "busybox");
  await addProgram(tree, "/bin/node", options.node, origin);
  await addModules(tree, kernel, options.modules);
  tree.text("/app/test.cjs", await bundle(options.test));
  return tree;
}

/** Puts our built programs into dist/, and the packages that they need at run time into node_modules/. */
export function addPrograms(tree: Initramfs, names: readonly string[]): void {
  for (const name of names) tree.file(`/app/dist/${name}`, join(REPOSITORY, "dist", name));
}

/**
 * A program of dist/ that is a module, with the packages that it imports in one file, natives aside: to find and read some
 * hundred files takes an emulated processor seconds, at each start.
 */
export async function addBundledProgram(tree: Initramfs, name: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(REPOSITORY, "dist", name)],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: NATIVE,
    banner: { js: MODULE_REQUIRE },
    logLevel: "error",
  });
  tree.text(`/app/dist/${name}`, outputFiles[0]?.text ?? "");
}

/** The named packages with all that they depend on, from the repository's node_modules, without sources. */
export function addPackages(tree: Initramfs, names: readonly string[]): void {
  for (const name of names) addPackage(tree, name, new Set());
}

/** The packages that our programs need at run time. */
export function runtimePackages(): readonly string[] {
  const { dependencies, optionalDependencies } = manifest(REPOSITORY);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})];
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function manifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}

function addPackage(tree: Initramfs, name: string, seen: Set<string>): void {
  const from = join(REPOSITORY, "node_modules", name);
  if (seen.has(name) || !existsSync(from)) return;
  seen.add(name);
  tree.copy(`/app/node_modules/${name}`, from, isNeededAtRunTime);
  for (const dependency of Object.keys(manifest(from).dependencies ?? {})) {
    addPackage(tree, dependency, seen);
  }
}

/** Sources of native packages and intermediate files are many megabytes. */
function isNeededAtRunTime(path: string): boolean {
  const unneeded = ["deps", "src", "obj.target", "test", "docs", "test_extension.node"];
  return !unneeded.includes(basename(path)) && !/\.(?:map|md|o|a|d\.ts)$/.test(path);
}

export async function appletNames(): Promise<readonly string[]> {
  const text = await shell("/bin/busybox", ["--list"]);
  return text.split("\n").filter((name) => name !== "" && name !== "busybox");
}

/** Modules with what they depend on, and in /etc/modules the order to load them in. */
export async function addModules(
  tree: Initramfs,
  { root, version }: Kernel,
  modules: readonly string[],
): Promise<void> {
  const lines: string[] = [];
  for (const module of modules) {
    const args = ["-d", root, "-S", version, "--show-depends", ...module.split(" ")];
    for (const line of (await shell("/sbin/modprobe", args)).split("\n")) {
      const [verb, file = "", ...parameters] = line.trim().split(/\s+/);
      const target = `/modules/${basename(file)}`;
      if (verb !== "insmod" || tree.has(target)) continue;
      tree.file(target, file);
      lines.push([target, ...parameters].join(" "));
    }
  }
  tree.text("/etc/modules", lines.map((line) => `${line}\n`).join(""));
}

async function bundle(test: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(GUEST_DIR, test)],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: NATIVE,
    define: { ZERORIG_VERSION: '"test"' },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
