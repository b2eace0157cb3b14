// What Zeros without a card are sent over USB by rpiboot: the firmware's files, and a kernel with the whole system, which lies in memory,
// packed and never written to. What is a slot's own comes in a small archive behind it.

import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bootFiles, consoleOf } from "./boot/boot-files.ts";
import { startSystem } from "./boot/kernel.ts";
import { type BuildOptions, type BuiltSystem, buildSystem } from "./build.ts";
import { epochOf } from "./debian/locked-package.ts";
import type { SystemTree } from "./debian/tree.ts";
import { ImageError } from "./image-error.ts";
import { Initramfs } from "./initramfs.ts";
import { hostnameOf, type Role, roleEntries } from "./role.ts";
import { runToolOnBytes } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

export interface NetbootSlot {
  readonly role: Role;
  /** 64 hex digits; null leaves it to be put there later. */
  readonly key: string | null;
}

export interface NetbootOptions
  extends Pick<BuildOptions, "architecture" | "versions" | "sshKey" | "progress"> {
  readonly slots: readonly NetbootSlot[];
  /** The folder that rpiboot is given. */
  readonly out: string;
}

const SETTINGS_OF_FIRMWARE = "initramfs system.img,slot.img followkernel";

/** Writes `out`, complete or not at all: what is the same for all Zeros, and below it a folder for each slot. */
export async function buildNetboot(options: NetbootOptions): Promise<BuiltSystem> {
  const { architecture, slots, progress } = options;
  const [first] = slots;
  if (first === undefined || slots.some(({ role }) => role === 0)) {
    throw new ImageError("a controller starts from its card", "name the Zeros' slots: p1,p2");
  }
  const out = resolve(options.out);
  mkdirSync(dirname(out), { recursive: true });
  const work = openWorkFolder(join(dirname(out), ".zerorig-netboot-"));
  try {
    const none = { hostname: null, config: null, secrets: null };
    const common = { ...none, binaries: new Map(), nat: false };
    const built = await buildSystem({ ...options, ...common, role: first.role, key: null }, work);
    const draft = join(work, "netboot");
    mkdirSync(draft);
    progress("packing the system");
    const system = startSystem(built.tree.root, built.release);
    const packed = join(work, "squashfs");
    pack(built.tree, packed, epochOf(options.versions));
    system.file("/system.squashfs", packed);
    system.write(join(draft, "system.img"));
    const files = bootFiles({
      ...{ role: first.role, architecture, root: built.aside, release: built.release },
      ...{ startSystem: { text: "" }, commandLine: `${consoleOf(first.role)} panic=10\n` },
    });
    for (const [name, file] of files) {
      if (name === "initrd.img") continue;
      if ("from" in file) cpSync(file.from, join(draft, name), { dereference: true });
      else writeFileSync(join(draft, name), file.text);
    }
    const settings = readFileSync(join(draft, "config.txt"), "utf8");
    writeFileSync(
      join(draft, "config.txt"),
      settings.replace(/^initramfs .*$/m, SETTINGS_OF_FIRMWARE),
    );
    for (const slot of slots) await writeSlot(slot, draft, options.sshKey);
    rmSync(out, { recursive: true, force: true });
    renameSync(draft, out);
    return built;
  } finally {
    closeWorkFolder(work);
  }
}

/** Its name, its address and its key: all the small files that a card for this slot would have. */
async function writeSlot({ role, key }: NetbootSlot, draft: string, sshKey: string | null) {
  const none = { hostname: null, node: null, config: null, secrets: null, hosts: null };
  const options = { ...none, role, key, sshKey, binaries: new Map(), nat: false };
  const entries = await roleEntries(options);
  const tree = new Initramfs();
  for (const entry of entries) {
    if ("text" in entry) tree.text(`/slot/${entry.path}`, entry.text, entry.mode ?? 0o644);
  }
  const folder = join(draft, hostnameOf(options));
  mkdirSync(folder);
  tree.write(join(folder, "slot.img"));
}

/** With the owners that the tree tells, whoever we are. */
function pack(tree: SystemTree, file: string, epoch: number): void {
  const owners = tree.paths().flatMap((path) => {
    const { uid, gid } = tree.ownerOf(path);
    if (uid === 0 && gid === 0) return [];
    return [`"${path}" m ${tree.modeOf(path).toString(8)} ${uid} ${gid}\n`];
  });
  const list = `${file}.owners`;
  writeFileSync(list, owners.join(""));
  const time = ["-mkfs-time", String(epoch), "-all-time", String(epoch)];
  const flags = ["-noappend", "-all-root", "-no-xattrs", "-quiet", "-no-progress", "-pf", list];
  const small = ["-comp", "zstd", "-Xcompression-level", "15", "-processors", "2"];
  runToolOnBytes("mksquashfs", [tree.root, file, ...flags, ...small, ...time], null);
}
