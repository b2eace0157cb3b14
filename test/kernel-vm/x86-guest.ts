// An emulated PC with Debian's kernel: the machine of the parts a and b.

import type { Initramfs } from "../../images/initramfs.ts";
import { together } from "../../images/shell.ts";
import type { Machine } from "./emulator.ts";
import { addPackages, guestTree, runtimePackages } from "./guest-tree.ts";
import { needPrograms } from "./host-packages.ts";
import { type Kernel, x86Kernel, x86Packages } from "./x86-kernel.ts";

export async function prepareX86(): Promise<void> {
  // Unpacking needs it.
  await needPrograms([["xz", "xz-utils"]]);
  const programs = needPrograms([
    ["qemu-system-x86_64", "qemu-system-x86"],
    ["/bin/busybox", "busybox-static"],
    ["modprobe", "kmod"],
    ["make", "make"],
    ["gcc", "gcc"],
    ["ip", "iproute2"],
  ]);
  // Downloading, unpacking and installing wait for different things.
  await together([programs, x86Packages()]);
  await x86Kernel();
}

/** The root file system with the packages that our programs need at run time. */
export async function x86Tree(test: string, modules: readonly string[]): Promise<Initramfs> {
  const tree = await guestTree({
    origin: { root: "/", triplet: "x86_64-linux-gnu" },
    node: process.execPath,
    busybox: "/bin/busybox",
    test,
    kernel: await x86Kernel(),
    modules,
  });
  addPackages(tree, runtimePackages());
  return tree;
}

/** `loglevel` keeps the kernel from tearing the report's lines. */
export function x86Machine(kernel: Kernel, processors: number, memoryMb: number, limitMs: number) {
  return (initrd: string): Machine => ({
    program: "qemu-system-x86_64",
    args: [
      ...["-M", "q35", "-cpu", "max", "-smp", String(processors), "-m", String(memoryMb)],
      ...["-kernel", kernel.image, "-initrd", initrd],
      ...["-append", "console=ttyS0 loglevel=2 panic=-1"],
    ],
    limitMs,
  });
}
