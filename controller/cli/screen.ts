// The terminal while a live table is on it: the alternate screen, of which only changed lines are written, given back whatever happens.

import type { WriteStream } from "node:tty";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const REST_OF_LINE = "\u001b[K";
const WHOLE_SCREEN = "\u001b[2J";
/** Terminals that know these show a frame at once; others ignore them. */
const FRAME_BEGIN = "\u001b[?2026h";
const FRAME_END = "\u001b[?2026l";

/** What turns the one frame into the other: each line that differs, in its place. Empty where none does. */
export function changes(before: readonly string[], after: readonly string[]): string {
  const rows = Math.max(before.length, after.length);
  return Array.from({ length: rows }, (_, row) => {
    const line = after[row] ?? "";
    return line === (before[row] ?? "") ? "" : `\u001b[${row + 1};1H${line}${REST_OF_LINE}`;
  }).join("");
}

export class Screen {
  readonly #out: WriteStream;
  readonly #leaveOnExit = () => this.close();
  #open = true;
  #last: readonly string[] | null = [];

  constructor(out: WriteStream) {
    this.#out = out;
    out.write(ENTER);
    process.on("exit", this.#leaveOnExit);
  }

  get width(): number {
    return this.#out.columns || 80;
  }

  get height(): number {
    return this.#out.rows || 24;
  }

  /** Draws a frame over the last one; one write, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return;
    const text =
      this.#last === null ? WHOLE_SCREEN + changes([], lines) : changes(this.#last, lines);
    this.#last = [...lines];
    if (text !== "") this.#out.write(FRAME_BEGIN + text + FRAME_END);
  }

  /** The next frame is drawn in full: the terminal's size has changed. */
  invalidate(): void {
    this.#last = null;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.off("exit", this.#leaveOnExit);
    this.#out.write(LEAVE);
  }
}
