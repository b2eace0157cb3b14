// A kernel of Debian's in a tree: which it is, which of its modules stay, and the small system that it starts from.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Initramfs } from "../initramfs.ts";
import { runTool, runToolOnBytes } from "../tool.ts";
import { closeWorkFolder, openWorkFolder } from "../work-folder.ts";

/** Modules of the small system, as far as the kernel has them and they are not built in. */
const MODULES = {
  // The card of a Pi, of an emulated one, and of a machine that is no Pi at all.
  "/etc/modules": ["bcm2835", "sdhci-iproc", "virtio_mmio", "virtio_blk", "ext4", "overlay"],
  // For a system that came along.
  "/etc/modules-in-memory": ["loop", "squashfs", "overlay"],
};
/** Never found on a Pi without a screen, or on no Pi. */
const UNWANTED = [
  "sound",
  ...["gpu", "media", "infiniband", "staging", "scsi", "ata", "nvme", "iio", "isdn", "target"],
  ...["net/wireless", "net/can", "net/wan", "firewire", "message", "md", "soundwire", "accel"],
  ...["crypto", "hwtracing", "thunderbolt", "interconnect", "nfc", "comedi", "atm"],
].map((folder) => (folder === "sound" ? "sound/" : `drivers/${folder}/`));
/** Of network cards only a Pi 4's. */
const ETHERNET = "drivers/net/ethernet/";

/** Whether a file of a kernel's package is left out of images. */
export function isUnwantedOfKernel(path: string): boolean {
  if (/^(?:usr\/)?lib\/linux-image-/.test(path)) {
    return /\.dtb$/.test(path) && !/\/bcm2\d{3}-rpi-[^/]*\.dtb$/.test(path);
  }
  const module = /^(?:usr\/)?lib\/modules\/[^/]+\/kernel\/(.*)$/.exec(path)?.[1];
  if (module === undefined) return /^boot\/System\.map|^usr\/share\//.test(path);
  if (module.startsWith(ETHERNET)) return !module.startsWith(`${ETHERNET}broadcom`);
  return UNWANTED.some((folder) => module.startsWith(folder));
}

/** The release of the one kernel in a tree, and its list of modules brought up to date. */
export function kernelOf(root: string): string {
  const [release, ...others] = readdirSync(join(root, "usr/lib/modules"));
  if (release === undefined || others.length > 0) throw new Error("not one kernel in the tree");
  runToolOnBytes("depmod", ["-b", root, release], null);
  return release;
}

/** `root`: the tree that the kernel and busybox are taken from. */
export function startSystem(root: string, release: string): Initramfs {
  const tree = new Initramfs();
  for (const path of ["/proc", "/sys", "/dev", "/root", "/etc"]) tree.directory(path);
  tree.text("/init", readFileSync(join(import.meta.dirname, "init.sh"), "utf8"), 0o755);
  tree.file("/bin/busybox", join(root, "usr/bin/busybox"));
  for (const name of APPLETS) tree.symlink(`/bin/${name}`, "busybox");
  for (const [list, modules] of Object.entries(MODULES)) {
    const files = new Set(modules.flatMap((module) => moduleFiles(root, release, module)));
    const target = (file: string) => `/modules/${basename(file).replace(/\.xz$/, "")}`;
    for (const file of files) if (!tree.has(target(file))) tree.text(target(file), unpacked(file));
    tree.text(list, [...files].map((file) => `${target(file)}\n`).join(""));
  }
  return tree;
}

/** One with those that it needs, in the order to load them in; none where it is built in, or not made for this kernel. */
function moduleFiles(root: string, release: string, module: string): readonly string[] {
  const flags = ["-d", root, "-S", release, "--show-depends", module];
  const { status, stdout } = runTool("modprobe", flags);
  if (status !== 0) return [];
  return [...stdout.matchAll(/^insmod (\S+)/gm)].map(([, file = ""]) => file);
}

const APPLETS = [
  ...["sh", "mount", "umount", "insmod", "cat", "cp", "mkdir", "sleep", "findfs", "switch_root"],
  ...["ls", "dmesg", "ps", "vi", "reboot", "poweroff"],
];

/** busybox cannot unpack them. */
function unpacked(file: string): Buffer {
  const bytes = readFileSync(file);
  return file.endsWith(".xz") ? runToolOnBytes("xz", ["--decompress", "--stdout"], bytes) : bytes;
}

/** The archive's bytes. */
export function bytesOf(tree: Initramfs): Buffer {
  const work = openWorkFolder(join(tmpdir(), "zr-start-"));
  try {
    const file = join(work, "cpio");
    writeFileSync(file, "");
    tree.write(file);
    return readFileSync(file);
  } finally {
    closeWorkFolder(work);
  }
}
