// What a guest tells on its serial console: how many steps there will be, then each as it ends.

/** Stands before each line that is meant for us; the kernel and other programs write there too. */
export const MARK = "@@";

export type ReportLine =
  | { readonly plan: number }
  | {
      readonly step: string;
      readonly ok: boolean;
      readonly ms: number;
      /** Figures worth knowing, or why it failed. */
      readonly note: string;
    };

export type StepResult = Extract<ReportLine, { step: string }>;

export interface Report {
  /** Null where the guest never came so far. */
  readonly plan: number | null;
  readonly steps: readonly StepResult[];
}

/** Reads a report out of all that the console showed. A line that was torn is no line, so its step will be missing. */
export function parseReport(consoleText: string): Report {
  let plan: number | null = null;
  const steps: StepResult[] = [];
  for (const line of consoleText.split(/\r?\n/)) {
    const found = reportLine(line);
    if (found === null) continue;
    if ("plan" in found) plan = found.plan;
    else steps.push(found);
  }
  return { plan, steps };
}

/** Whether every planned step was made and was right. No plan, or an empty one, is a failure. */
export function hasPassed({ plan, steps }: Report): boolean {
  return plan !== null && plan > 0 && steps.length === plan && steps.every(({ ok }) => ok);
}

function reportLine(line: string): ReportLine | null {
  const at = line.indexOf(`${MARK}{`);
  if (at < 0) return null;
  try {
    return JSON.parse(line.slice(at + MARK.length)) as ReportLine;
  } catch {
    return null;
  }
}
