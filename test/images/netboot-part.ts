// Parts g and j: Zeros without a card: the kernel with the system in memory, and a slot's own archive behind it, as the firmware would join them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TargetArchitecture } from "../../images/boot/boot-files.ts";
import { readVersions, VERSIONS_FILE } from "../../images/commands/options.ts";
import { Initramfs } from "../../images/initramfs.ts";
import { buildNetboot } from "../../images/netboot.ts";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import type { Part, PartResult } from "../kernel-vm/part.ts";
import { KEY, needBuildPrograms } from "./built.ts";
import { reportEntries, usb0Entry } from "./card-edit.ts";
import { PI_ADAPTER, piMachine } from "./pi.ts";
import { inWork, runZero, step, withStep } from "./run-card.ts";
import { ZeroLink } from "./zero-link.ts";

export const netbootZero2: Part = {
  key: "g",
  title: "a Zero 2 W without a card: its system in memory, on an emulated Pi 3",
  prepare: () => prepare("aarch64"),
  run: () => netboot("arm64", "raspi3b", "bcm2837-rpi-zero-2-w.dtb"),
};

export const netbootZero: Part = {
  key: "j",
  title: "a Zero without a card (armel): its system in memory, on an emulated Pi Zero",
  prepare: () => prepare("arm"),
  run: () => netboot("armel", "raspi0", "bcm2835-rpi-zero.dtb"),
};

async function prepare(qemu: "arm" | "aarch64"): Promise<void> {
  await needBuildPrograms();
  await newQemu(qemu);
}

function netboot(
  architecture: TargetArchitecture,
  machine: "raspi0" | "raspi3b",
  deviceTree: string,
): Promise<PartResult> {
  return inWork(async (work) => {
    const out = join(work, "netboot");
    await buildNetboot({
      ...{ architecture, versions: readVersions(VERSIONS_FILE), out, sshKey: null },
      slots: [1, 2].map((role) => ({ role, key: KEY })),
      progress: () => {},
    });
    const link = await ZeroLink.open(KEY);
    try {
      const parts = [join(out, "system.img"), join(out, "p2/slot.img"), reportArchive(work, link)];
      const initrd = join(work, "joined");
      writeFileSync(initrd, Buffer.concat(parts.map((file) => readFileSync(file))));
      const commandLine = readFileSync(join(out, "cmdline.txt"), "utf8").replace(
        /console=\S+ /g,
        "",
      );
      const from = { kernel: join(out, "vmlinuz"), initrd, commandLine: commandLine.trim() };
      const result = await runZero(
        await piMachine({ machine, from, deviceTree, image: null }),
        link,
      );
      const isP2 = result.steps.some(({ note }) => note === "p2");
      return withStep(result, step("it is the slot whose archive it was given", isP2, "p2", 0));
    } finally {
      link.controller.close();
    }
  });
}

/** The test's unit, as a slot's archive brings files. */
function reportArchive(work: string, link: ZeroLink): string {
  const tree = new Initramfs();
  for (const entry of [...reportEntries("report-zero.sh"), usb0Entry(PI_ADAPTER)]) {
    if ("text" in entry) tree.text(`/slot/${entry.path}`, entry.text);
    if ("link" in entry) tree.symlink(`/slot/${entry.path}`, entry.link);
  }
  tree.text("/slot/etc/zerorig/agent.toml", link.agentSettings("p2"));
  const file = join(work, "report.img");
  tree.write(file);
  return file;
}
