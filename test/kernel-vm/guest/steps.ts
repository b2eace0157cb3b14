// The steps of a guest's test: run one after the other, each told on the console as it ends.

import { writeSync } from "node:fs";
import { MARK, type ReportLine } from "../report.ts";

type Step = () => Promise<string | undefined> | Promise<void>;

const steps: { readonly name: string; readonly run: Step }[] = [];

/** Adds a step. It fails by throwing; a text that it returns is shown beside its name. */
export function step(name: string, run: Step): void {
  steps.push({ name, run });
}

/** Runs all steps; true if all are right. With `stopAtFailure` those after a failed one are not tried, and so are missing from the report. */
export async function runSteps(stopAtFailure = false): Promise<boolean> {
  tell({ plan: steps.length });
  let isGood = true;
  for (const { name, run } of steps) {
    const started = performance.now();
    let ok = true;
    let note = "";
    try {
      note = (await run()) ?? "";
    } catch (error) {
      ok = false;
      note = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    tell({ step: name, ok, ms: Math.round(performance.now() - started), note });
    isGood &&= ok;
    if (!ok && stopAtFailure) return false;
  }
  return isGood;
}

const STDOUT = 1;

function tell(line: ReportLine): void {
  writeSync(STDOUT, `\n${MARK}${JSON.stringify(line)}\n`);
}

/** Polls until `probe` gives something; throws when it never does. */
export async function until<T>(
  what: string,
  limitMs: number,
  probe: () => Promise<T | null | false> | T | null | false,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`never in ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
