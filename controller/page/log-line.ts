// What a line of the log says, and which lines somebody wants to see.

import type { LogLine } from "../shell/log-line.ts";

/** What a line says, beside when and of whom: "slot.state silent from=Ready to=Suspect". */
export function lineText({ ev, why, msg, detail }: LogLine): string {
  const details = Object.entries(detail).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const said = msg === null ? details.join(" ") : msg;
  return [ev, why, said].filter((part) => part !== null && part !== "").join("  ");
}

const WORSE: readonly string[] = ["warn", "error", "fatal"];

export interface LogWish {
  readonly text: string;
  readonly level: string;
  readonly slot: string;
}

export function isWanted(line: LogLine, { text, level, slot }: LogWish): boolean {
  const bad = level === "all" || WORSE.indexOf(line.level) >= WORSE.indexOf(level);
  const about = slot === "" || line.slot === slot;
  return (
    bad &&
    about &&
    `${line.slot ?? ""} ${lineText(line)}`.toLowerCase().includes(text.toLowerCase())
  );
}
