// The parts that customise a stock image and start what comes of it.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { customise } from "../../images/customise.ts";
import { needPrograms } from "../kernel-vm/host-packages.ts";
import type { Part, PartResult } from "../kernel-vm/part.ts";
import { prepareX86 } from "../kernel-vm/x86-guest.ts";
import { x86Kernel } from "../kernel-vm/x86-kernel.ts";
import { KEY, SECRETS, STOCK_CONFIG } from "./built.ts";
import { inWork, runCard } from "./run-card.ts";
import { stockImage, stockInitrd, stockMachine } from "./stock.ts";

/** A guard against hanging, not a measure. */
const LIMIT_MS = 1_200_000;

async function prepare(): Promise<void> {
  await needPrograms([
    ["mcopy", "mtools"],
    ["mkfs.fat", "dosfstools"],
    ["mmdebstrap", "mmdebstrap"],
  ]);
  await prepareX86();
}

function customised(role: number, report: string): Promise<PartResult> {
  return inWork(async (work) => {
    const stock = await stockImage(work, report);
    const out = join(work, "made.img");
    await customise({
      ...{ image: stock, out, role, hostname: null, key: role === 0 ? null : KEY },
      ...{
        sshKey: null,
        config: role === 0 ? STOCK_CONFIG : null,
        secrets: role === 0 ? SECRETS : null,
        sha256: null,
        nat: false,
      },
      ...{ isWritable: false, node: process.execPath, binaries: new Map(), growBytes: 0 },
      progress: () => {},
    });
    const kernel = await x86Kernel();
    const initrd = join(work, "initrd");
    await stockInitrd(kernel, initrd);
    // The tool's own name for it stays as it is: a machine changes its card.
    const card = join(work, "card.img");
    copyFileSync(out, card);
    return await runCard(stockMachine(kernel, initrd, card, LIMIT_MS));
  });
}

export const stockZero: Part = {
  key: "a",
  title: "a Zero's card, customised from a stock image, on an emulated PC",
  prepare,
  run: () => customised(3, "report.sh"),
};

export const stockController: Part = {
  key: "b",
  title: "a controller's card, customised from a stock image, on an emulated PC with a HAT's chip",
  prepare,
  run: () => customised(0, "report-stock-controller.sh"),
};
