// The parts that start built images: a Pi Zero, a Zero 2 W, a controller.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { TargetArchitecture } from "../../images/boot/boot-files.ts";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import type { Part, PartResult } from "../kernel-vm/part.ts";
import { builtCard, KEY } from "./built.ts";
import { putIntoCard, reportEntries, usb0Entry } from "./card-edit.ts";
import { PI_ADAPTER, piMachine } from "./pi.ts";
import { inWork, runCard, runZero } from "./run-card.ts";
import { bootPartition } from "./virt.ts";
import { ZeroLink } from "./zero-link.ts";

export const piZeroCard: Part = {
  key: "d",
  title: "a Zero's card (armel), built, on an emulated Pi Zero",
  prepare: () => prepare(1, "armel", "arm"),
  run: () => zero("armel", "raspi0", "bcm2835-rpi-zero.dtb"),
};

export const zero2Card: Part = {
  key: "e",
  title: "a Zero 2 W's card (arm64), built, on an emulated Pi 3",
  prepare: () => prepare(1, "arm64", "aarch64"),
  run: () => zero("arm64", "raspi3b", "bcm2837-rpi-zero-2-w.dtb"),
};

/** A memory chip stands for the expander of a HAT: its registers can be read, and all lines are off. */
const EXPANDER = ["-device", "at24c-eeprom,bus=i2c-bus.1,address=0x20,rom-size=256"];

export const controllerCard: Part = {
  key: "f",
  title:
    "a controller's card (arm64), built, on an emulated Pi 3 with something at 0x20 of its bus",
  prepare: () => prepare(0, "arm64", "aarch64"),
  run: () =>
    inWork(async (work) => {
      const image = join(work, "card.img");
      copyFileSync(await builtCard(0, "arm64"), image);
      putIntoCard(image, reportEntries("report-controller.sh"));
      const deviceTree = "bcm2837-rpi-3-b.dtb";
      const from = bootPartition(image, work, [deviceTree]);
      const options = { machine: "raspi3b", from, deviceTree, image, devices: EXPANDER } as const;
      return await runCard(await piMachine(options));
    }),
};

async function prepare(role: number, architecture: TargetArchitecture, qemu: "arm" | "aarch64") {
  await builtCard(role, architecture);
  await newQemu(qemu);
}

/** Its agent dials this machine, as if this were the controller, and hashes what it is given. */
function zero(
  architecture: TargetArchitecture,
  machine: "raspi0" | "raspi3b",
  deviceTree: string,
): Promise<PartResult> {
  return inWork(async (work) => {
    const image = join(work, "card.img");
    copyFileSync(await builtCard(1, architecture), image);
    const link = await ZeroLink.open(KEY);
    try {
      putIntoCard(image, [
        ...reportEntries("report-zero.sh"),
        usb0Entry(PI_ADAPTER),
        { path: "etc/zerorig/agent.toml", text: link.agentSettings("p1") },
      ]);
      const from = bootPartition(image, work, [deviceTree]);
      return await runZero(await piMachine({ machine, from, deviceTree, image }), link);
    } finally {
      link.controller.close();
    }
  });
}
