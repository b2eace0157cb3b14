// Part d: an emulated Pi Zero, ARMv6: the agent's bundle on Debian's Node for armel, from start to shares.

import { join } from "node:path";
import { addPrograms, guestTree } from "./guest-tree.ts";
import { needPrograms } from "./host-packages.ts";
import { newQemu } from "./new-qemu.ts";
import { type Part, runGuest } from "./part.ts";
import { type PiPackages, piPackages } from "./pi-packages.ts";

/** A guard against hanging, not a measure. */
const LIMIT_MS = 600_000;

/** Debian's Node and what it needs, for the processor of a Zero. */
export function piZeroPackages(): Promise<PiPackages> {
  return piPackages({
    architecture: "armel",
    kernel: "linux-image-rpi",
    kernelSuites: ["bookworm", "bookworm-security"],
    // The first release whose Node is new enough for us.
    suites: ["trixie"],
    programs: ["busybox-static", "nodejs"],
  });
}

export const piZeroPart: Part = {
  key: "d",
  title: "an emulated Pi Zero (ARMv6): the agent tests itself and hashes",
  async prepare() {
    await needPrograms([
      ["/bin/busybox", "busybox-static"],
      ["modprobe", "kmod"],
    ]);
    await piZeroPackages();
    await newQemu("arm");
  },
  async run() {
    const pi = await piZeroPackages();
    const tree = await guestTree({
      origin: { root: pi.root, triplet: "arm-linux-gnueabi" },
      node: join(pi.root, "usr/bin/node"),
      busybox: join(pi.root, "usr/bin/busybox"),
      test: "pi-zero.ts",
      kernel: pi.kernel,
      modules: [],
    });
    // Debian's Node reads parts of itself from files.
    tree.copy("/usr/share/nodejs", join(pi.root, "usr/share/nodejs"));
    addPrograms(tree, ["zero-agent.cjs"]);
    const qemu = await newQemu("arm");
    return await runGuest(tree, (initrd) => ({
      program: qemu.program,
      command: qemu.args,
      args: [
        ...["-M", "raspi0", "-kernel", pi.kernel.image, "-initrd", initrd],
        ...["-dtb", join(pi.deviceTrees, "bcm2835-rpi-zero.dtb")],
        // That driver touches what the emulator does not have.
        "-append",
        "console=ttyAMA0,115200 loglevel=2 panic=-1 rdinit=/init initcall_blacklist=bcm2835_power_driver_init",
      ],
      env: qemu.env,
      limitMs: LIMIT_MS,
    }));
  },
};
