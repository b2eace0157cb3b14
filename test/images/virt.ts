// A card's image in an emulated machine of Arm's that is no Pi: it starts several times as fast as an emulated Pi, with the image's own kernel.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Machine } from "../kernel-vm/emulator.ts";
import type { Emulator } from "../kernel-vm/new-qemu.ts";
import { layoutOf } from "./card-edit.ts";

export interface BootedFrom {
  readonly kernel: string;
  readonly initrd: string;
  /** Without its consoles. */
  readonly commandLine: string;
}

/** What the firmware would take from the first partition, put into `directory`. */
export function bootPartition(
  image: string,
  directory: string,
  others: readonly string[] = [],
): BootedFrom {
  const { boot } = layoutOf(image);
  const env = { ...process.env, MTOOLSRC: "/dev/null", MTOOLS_SKIP_CHECK: "1" };
  const part = `${image}@@${boot.offset}`;
  const wanted = ["vmlinuz", "initrd.img", ...others].map((name) => `::${name}`);
  execFileSync("mcopy", ["-o", "-i", part, ...wanted, directory], { env });
  const line = execFileSync("mtype", ["-i", part, "::cmdline.txt"], { env, encoding: "utf8" });
  const words = line.trim().split(/\s+/);
  return {
    kernel: join(directory, "vmlinuz"),
    initrd: join(directory, "initrd.img"),
    commandLine: words.filter((word) => !word.startsWith("console=")).join(" "),
  };
}

/** Its network has the addresses of the rig's, and this machine is the controller. */
export const NETWORK = "user,id=link,net=172.19.181.0/24,host=172.19.181.254";

/**
 * `net.ifnames=0`: the emulated adapter gets the name that a Zero's own link has. The watchdog of an emulated Pi resets it at once, so it is
 * off in all of them.
 */
export const TEST_WORDS = "quiet systemd.log_color=0 systemd.watchdog_sec=off net.ifnames=0";

export function virtMachine(
  qemu: Emulator,
  from: BootedFrom,
  image: string,
  limitMs: number,
): Machine {
  return {
    program: qemu.program,
    command: qemu.args,
    env: qemu.env,
    limitMs,
    isPatient: true,
    args: [
      // One processor: two wait for each other where this machine is busy.
      ...["-M", "virt", "-cpu", "cortex-a53", "-smp", "1", "-m", "512"],
      ...["-kernel", from.kernel, "-initrd", from.initrd],
      ...["-append", `console=ttyAMA0 panic=-1 ${from.commandLine} ${TEST_WORDS}`],
      ...["-drive", `file=${image},format=raw,if=none,id=card,cache=writeback`],
      ...["-device", "virtio-blk-pci,drive=card"],
      ...["-netdev", NETWORK, "-device", "virtio-net-pci,netdev=link,romfile="],
    ],
  };
}
