// Starts a machine from a card's image, and judges what its report unit told on the console.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Machine, runMachine } from "../kernel-vm/emulator.ts";
import type { PartResult } from "../kernel-vm/part.ts";
import { hasPassed, parseReport, type StepResult } from "../kernel-vm/report.ts";

const TAIL_CHARS = 6000;

export async function runCard(machine: Machine): Promise<PartResult> {
  const { consoleText, wallMs, complaint, code } = await runMachine(machine);
  const report = parseReport(consoleText);
  const wentDown = step("it powers itself off", code === 0, `${code}`, wallMs);
  const passed = hasPassed(report) && wentDown.ok;
  const told = `${report.steps.length} of ${report.plan ?? "?"} steps told\n${complaint}`;
  return {
    passed,
    steps: [...report.steps, wentDown],
    complaint: passed ? "" : `${told}${consoleText.slice(-TAIL_CHARS)}`,
    bootWallMs: wallMs,
  };
}

export function step(name: string, ok: boolean, note: string, ms: number): StepResult {
  return { step: name, ok, ms: Math.round(ms), note };
}

/** A folder for one part, removed after it. */
export async function inWork<T>(act: (work: string) => Promise<T>): Promise<T> {
  const work = mkdtempSync(join(tmpdir(), "zr-images-"));
  try {
    return await act(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
