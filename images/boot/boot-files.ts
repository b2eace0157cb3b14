// What the firmware of a Pi finds on the first partition, or is sent over USB: its own parts, the kernel, device trees, and settings.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { BootFile } from "../card.ts";
import { commandLineOf, type Role } from "../role.ts";

export type TargetArchitecture = "arm64" | "armel";

export interface BootOptions {
  readonly role: Role;
  readonly architecture: TargetArchitecture;
  /** The tree with the kernel and the firmware. */
  readonly root: string;
  /** The kernel's. */
  readonly release: string;
  /** The archive that the kernel starts from. */
  readonly startSystem: BootFile;
  readonly commandLine: string;
}

/** A Pi 4 has firmware of its own. The cut-down and the camera's kinds are left out. */
const FIRMWARE = ["bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat"];
const ZERO_TREES = /^bcm28\d\d-rpi-zero[^/]*\.dtb$/;
const CONTROLLER_TREES = /^bcm(?:2837-rpi-3|2711-rpi-4)[^/]*\.dtb$/;

/** By name. */
export function bootFiles(options: BootOptions): ReadonlyMap<string, BootFile> {
  const { role, architecture, root, release } = options;
  const firmware = join(root, "usr/lib/raspi-firmware");
  const folder = `usr/lib/linux-image-${release}${architecture === "arm64" ? "/broadcom" : ""}`;
  const trees = readdirSync(join(root, folder)).sort();
  const wanted = role === 0 ? CONTROLLER_TREES : ZERO_TREES;
  return new Map<string, BootFile>([
    ...FIRMWARE.filter((name) => role === 0 || !name.includes("4.")).map(
      (name) => [name, { from: join(firmware, name) }] as const,
    ),
    ...trees
      .filter((name) => wanted.test(name))
      .map((name) => [name, { from: join(root, folder, name) }] as const),
    ["vmlinuz", { from: join(root, "boot", `vmlinuz-${release}`) }],
    ["initrd.img", options.startSystem],
    ["config.txt", { text: firmwareSettings(architecture) }],
    ["cmdline.txt", { text: options.commandLine }],
  ]);
}

/** The kernel's line for a card: where the system is, and for a Zero that memory lies over it. */
export function cardCommandLine(role: Role, isWritable: boolean): string {
  const line = `console=tty0 ${consoleOf(role)} root=LABEL=zerorig rootwait panic=10`;
  return commandLineOf(role === 0 ? `${line} rw` : line, role, isWritable);
}

/** The serial line on the header: the second of a Pi 3, the first of a Zero; the kernel takes the one that is there. */
export function consoleOf(role: Role): string {
  return role === 0 ? "console=ttyS1,115200" : "console=ttyAMA0,115200 console=ttyS1,115200";
}

/** No overlays: Debian's firmware brings none, and its kernel's device trees know the bus of the HAT and the USB port of a Zero. */
function firmwareSettings(architecture: TargetArchitecture): string {
  const wide = architecture === "arm64" ? "arm_64bit=1\n" : "";
  return `${wide}upstream_kernel=1\nenable_uart=1\ngpu_mem=16\nkernel=vmlinuz\ninitramfs initrd.img followkernel\n`;
}
