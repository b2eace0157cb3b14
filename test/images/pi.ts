// An emulated Pi that starts from a card's image, with what the firmware would have taken from its first partition.

import { join } from "node:path";
import type { Machine } from "../kernel-vm/emulator.ts";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import { type BootedFrom, NETWORK, TEST_WORDS } from "./virt.ts";

/** A guard against hanging, not a measure. */
const LIMIT_MS = 3_600_000;
/**
 * The guest's time goes by what its processor has done, 2 ns for each instruction: however busy this machine is, none of the guest's own
 * limits run out, and its drivers are not led into errors that a Pi does not have. Slower than a Pi, and one processor of the four.
 */
const TIME = ["-icount", "shift=1"];
const ONE_PROCESSOR = "maxcpus=1";
/** The driver of the emulated USB network adapter. */
export const PI_ADAPTER = "cdc_ether";
/**
 * Where the first is loaded before the adapter's own driver it takes the adapter, and no packet passes. The second takes the
 * serial line for a Zero 2 W's Bluetooth, as its device tree says, and with it the console: the firmware has another one for that.
 */
const UNWANTED_DRIVERS = "modprobe.blacklist=cdc_subset,hci_uart";

interface PiOptions {
  readonly machine: "raspi0" | "raspi3b";
  readonly from: BootedFrom;
  /** A file beside the kernel. */
  readonly deviceTree: string;
  /** Null where there is no card. */
  readonly image: string | null;
  readonly devices?: readonly string[];
}

export async function piMachine(options: PiOptions): Promise<Machine> {
  const { machine, from, deviceTree, image, devices = [] } = options;
  const qemu = await newQemu(machine === "raspi0" ? "arm" : "aarch64");
  // That driver touches what the emulator does not have.
  const words =
    machine === "raspi0" ? "initcall_blacklist=bcm2835_power_driver_init" : ONE_PROCESSOR;
  return {
    program: qemu.program,
    command: qemu.args,
    env: qemu.env,
    limitMs: LIMIT_MS,
    isPatient: true,
    isSingle: true,
    args: [
      ...["-M", machine, ...TIME, "-kernel", from.kernel, "-initrd", from.initrd],
      ...["-dtb", join(from.kernel, "..", deviceTree)],
      ...[
        "-append",
        `console=ttyAMA0,115200 panic=-1 ${from.commandLine} ${TEST_WORDS} ${UNWANTED_DRIVERS} ${words}`,
      ],
      ...(image === null ? [] : ["-drive", `file=${image},format=raw,if=sd`]),
      ...["-netdev", NETWORK, "-device", "usb-net,netdev=link", ...devices],
    ],
  };
}
