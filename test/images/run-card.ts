// Starts a machine from a card's image, and judges what its report unit told on the console.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Machine, runMachine } from "../kernel-vm/emulator.ts";
import type { PartResult } from "../kernel-vm/part.ts";
import { hasPassed, parseReport, type StepResult } from "../kernel-vm/report.ts";
import type { ZeroLink } from "./zero-link.ts";

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

/** The same with one more step. */
export function withStep(result: PartResult, added: StepResult): PartResult {
  return { ...result, passed: result.passed && added.ok, steps: [...result.steps, added] };
}

/** As `runCard`, of a Zero whose agent dials this machine as if it were the controller, and hashes what it is given. */
export async function runZero(machine: Machine, link: ZeroLink): Promise<PartResult> {
  // Whether it ever hashed, the count tells at the end.
  link.working().catch(() => {});
  const result = await runCard(machine);
  const hashed = step("its agent proved its key and hashed jobs", link.done > 0, `${link.done}`, 0);
  return withStep(result, hashed);
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
