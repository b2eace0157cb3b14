// A program on a terminal of its own, by python3's pty, and what a person would see there.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Of any terminal here: those below its own stay empty. */
const ROWS_MAX = 60;

export interface PtyEnding {
  readonly code: number;
  /** Whether the terminal's settings are what they were before. */
  readonly restored: boolean;
}

export class Pty {
  readonly ended: Promise<PtyEnding>;
  /** All that was written to the terminal. */
  raw = "";
  readonly #child: ChildProcess;

  constructor(rows: number, cols: number, command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const script = join(import.meta.dirname, "terminal.py");
    this.#child = spawn("python3", [script, String(rows), String(cols), ...command], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "1", ...env },
    });
    onTestFinished(() => void this.#child.kill("SIGKILL"));
    let rest = "";
    this.ended = new Promise((resolve) => {
      this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const told = JSON.parse(line);
          if ("out" in told) this.raw += told.out;
          else resolve(told);
        }
      });
    });
  }

  type(keys: string): void {
    this.#tell({ keys });
  }

  resize(rows: number, cols: number): void {
    this.#tell({ size: [rows, cols] });
  }

  signal(number: number): void {
    this.#tell({ signal: number });
  }

  /** The screen as it stands. */
  screen(): string[] {
    return screenOf(this.raw);
  }

  #tell(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}

/** What a terminal shows after this, as far as our programs use one: places, cleared lines, the whole screen. */
function screenOf(raw: string): string[] {
  let lines = Array<string>(ROWS_MAX).fill("");
  let row = 0;
  let col = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read
  for (const [all, numbers, end] of raw.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|[^\u001b]/g)) {
    if (end === "H") {
      const [at = "1", from = "1"] = (numbers ?? "").split(";");
      [row, col] = [Number(at || 1) - 1, Number(from || 1) - 1];
    } else if (end === "K") lines[row] = (lines[row] ?? "").slice(0, col);
    else if (end === "J") lines = lines.map(() => "");
    else if (all === "\r") col = 0;
    else if (all === "\n") row += 1;
    else if (end === undefined) {
      const line = (lines[row] ?? "").padEnd(col);
      lines[row] = line.slice(0, col) + all + line.slice(col + 1);
      col += 1;
    }
  }
  return lines;
}
