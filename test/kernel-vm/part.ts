// One part of the kernel test: what it is called, and how it is run and judged.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Initramfs } from "../../images/initramfs.ts";
import { type Machine, runMachine } from "./emulator.ts";
import { hasPassed, parseReport, type StepResult } from "./report.ts";

export interface PartResult {
  readonly passed: boolean;
  readonly steps: readonly StepResult[];
  /** What was wrong beside failed steps. */
  readonly complaint: string;
  readonly bootWallMs: number;
}

export interface Part {
  readonly key: string;
  readonly title: string;
  /** Downloads and builds what the part needs; parts do this one after the other, and then run side by side. */
  prepare(): Promise<void>;
  run(): Promise<PartResult>;
}

const TAIL_LINES = 40;

/** Boots a machine with this root file system and judges what it reported. */
export async function runGuest(
  tree: Initramfs,
  machine: (initrd: string) => Machine,
): Promise<PartResult> {
  const directory = mkdtempSync(join(tmpdir(), "zr-kernel-"));
  try {
    const initrd = join(directory, "initrd.cpio");
    tree.write(initrd);
    const { consoleText, code, wallMs, complaint } = await runMachine(machine(initrd));
    const report = parseReport(consoleText);
    const passed = hasPassed(report) && code === 0;
    const tail = consoleText.split("\n").slice(-TAIL_LINES).join("\n");
    const missing =
      report.plan === null
        ? "the guest never reported"
        : `${report.steps.length} of ${report.plan} steps reported`;
    const text = `${missing}, the emulator ended with ${code}\n${complaint}\n${tail}`;
    return { passed, steps: report.steps, complaint: passed ? "" : text, bootWallMs: wallMs };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
