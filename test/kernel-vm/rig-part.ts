// Part b: the whole rig in one guest: controller, agents, USB links and power lines, all real but for the wires.

import { addProgram } from "./elf.ts";
import { addBundledProgram, addPrograms } from "./guest-tree.ts";
import { type Part, runGuest } from "./part.ts";
import { prepareX86, x86Machine, x86Tree } from "./x86-guest.ts";
import { x86Kernel } from "./x86-kernel.ts";

const MODULES = [
  ...["irq_sim", "gpio-sim", "i2c-dev", "xra1200-sim"],
  ...["libcomposite", "usb_f_ecm", "usb_f_ncm", "dummy_hcd num=4 is_high_speed=1"],
  ...["cdc_ether", "cdc_ncm", "bridge", "sch_netem"],
];
const PROGRAMS = ["hatctl.cjs", "zero-agent.cjs", "host-worker.mjs"];
const HOST = { root: "/", triplet: "x86_64-linux-gnu" };

/** A guard against hanging, not a measure: a busy machine takes several times as long as a quiet one. */
const LIMIT_MS = 900_000;

export const rigPart: Part = {
  key: "b",
  title: "the whole rig: controller, four agents on USB links, v1 and v2",
  prepare: prepareX86,
  async run() {
    const tree = await x86Tree("rig.ts", MODULES);
    addPrograms(tree, PROGRAMS);
    await addBundledProgram(tree, "zerorig.mjs");
    // Busybox's own know neither namespaces nor netem.
    await addProgram(tree, "/bin/ip", "/sbin/ip", HOST);
    await addProgram(tree, "/bin/tc", "/sbin/tc", HOST);
    return await runGuest(tree, x86Machine(await x86Kernel(), 2, 1280, LIMIT_MS));
  },
};
