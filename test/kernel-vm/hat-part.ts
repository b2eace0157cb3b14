// Part a: drivers and programs of the HAT on a real kernel's GPIO and I2C interfaces.

import { addPrograms } from "./guest-tree.ts";
import { type Part, runGuest } from "./part.ts";
import { prepareX86, x86Machine, x86Tree } from "./x86-guest.ts";
import { x86Kernel } from "./x86-kernel.ts";

const MODULES = ["irq_sim", "gpio-sim", "at24", "i2c-dev", "xra1200-sim addresses=0x20,0x21"];
const PROGRAMS = ["hatctl.cjs", "fence_clusterhat.cjs"];

/** A guard against hanging, not a measure: a busy machine takes several times as long as a quiet one. */
const LIMIT_MS = 900_000;

export const hatPart: Part = {
  key: "a",
  title: "the HAT on a real kernel: GPIO (v1) and I2C (v2, v3)",
  prepare: prepareX86,
  async run() {
    const tree = await x86Tree("hat.ts", MODULES);
    addPrograms(tree, PROGRAMS);
    // One thing happens at a time here: a second processor would only cost.
    const machine = x86Machine(await x86Kernel(), 1, 640, LIMIT_MS);
    return await runGuest(tree, (initrd) => ({ ...machine(initrd), isPatient: true }));
  },
};
