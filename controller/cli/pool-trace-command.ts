// `zerorig pool-trace FILE`: a recorded pool session, segment by segment, and what our client makes of each.

import { readFileSync } from "node:fs";
import {
  type Decoded,
  decodeTrace,
  parseTraceLine,
  type TraceEntry,
} from "../pools/duino/trace.ts";
import { CliError } from "./error.ts";

export interface TraceOptions {
  readonly seat?: string;
  readonly json: boolean;
}

const ARROWS: Readonly<Record<TraceEntry["dir"], string>> = {
  open: "**",
  in: "<-",
  out: "->",
  close: "**",
};

/** One line for a segment, and one below it for each thing that it tells. */
function traceText({ entry, tells }: Decoded): string {
  const { at_ms, seat, dir, text } = entry;
  const bytes = dir === "in" || dir === "out" ? JSON.stringify(text) : `${dir} ${text}`;
  const head = `${(at_ms / 1000).toFixed(3).padStart(10)}  ${seat.padEnd(5)} ${ARROWS[dir]} ${bytes}`;
  return [head, ...tells.map((told) => `${" ".repeat(21)}${told}`)].join("\n");
}

/** Those of one seat, if it is named. Throws a CliError that says which seats there are. */
function entriesOf(
  entries: readonly TraceEntry[],
  seat: string | undefined,
  file: string,
): readonly TraceEntry[] {
  const own = entries.filter((entry) => seat === undefined || entry.seat === seat);
  if (own.length > 0) return own;
  const seats = [...new Set(entries.map((entry) => entry.seat))].sort();
  throw new CliError("notFound", `${file} has nothing of ${seat}`, `It has ${seats.join(", ")}.`);
}

/** Prints the recording. Throws a CliError for a file that is none, or has nothing of the seat. */
export function printTrace(file: string, { seat, json }: TraceOptions): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(
      "failed",
      `cannot read ${file}: ${(error as Error).message}`,
      "Name a file that [pool] trace_file recorded.",
    );
  }
  const entries = text.split("\n").flatMap((line) => parseTraceLine(line) ?? []);
  if (entries.length === 0) {
    throw new CliError(
      "failed",
      `${file} is no recording of pool sessions`,
      "Name a file that [pool] trace_file recorded.",
    );
  }
  for (const decoded of decodeTrace(entriesOf(entries, seat, file))) {
    process.stdout.write(`${json ? JSON.stringify(decoded) : traceText(decoded)}\n`);
  }
}
