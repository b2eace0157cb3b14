// The terminal while a live table is on it: the alternate screen, redrawn in place, given back whatever happens.

import type { WriteStream } from "node:tty";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";
/** Terminals that know these show a frame at once; others ignore them. */
const FRAME_BEGIN = "\u001b[?2026h";
const FRAME_END = "\u001b[?2026l";

export class Screen {
  readonly #out: WriteStream;
  readonly #leaveOnExit = () => this.close();
  #open = true;
  #last = "";

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
    const frame = lines.map((line) => line + REST_OF_LINE).join("\r\n") + REST_OF_SCREEN;
    if (frame === this.#last) return;
    this.#last = frame;
    this.#out.write(FRAME_BEGIN + HOME + frame + FRAME_END);
  }

  /** The next frame is drawn in full: the terminal's size has changed. */
  invalidate(): void {
    this.#last = "";
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.off("exit", this.#leaveOnExit);
    this.#out.write(LEAVE);
  }
}
