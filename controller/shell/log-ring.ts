// The newest lines of the log, in memory: for those who come later, and for those who follow.

import { LOG_LINES_MAX } from "./control-limits.ts";
import { isWanted, type LogFilter, type LogLine, parseLogLine } from "./log-line.ts";

/** Of all lines together, as they were written. */
const CHARS_MAX = 1_000_000;
/** Of a longer line only its head is kept: a stranger's words must not push the others out. */
const LINE_CHARS_MAX = 8192;
const HEAD_CHARS = 100;

interface Kept {
  readonly line: LogLine;
  readonly chars: number;
}

export class LogRing {
  readonly #linesMax: number;
  readonly #followers = new Set<() => void>();
  readonly #kept: Kept[] = [];
  #next = 1;
  #chars = 0;

  constructor(linesMax = LOG_LINES_MAX) {
    this.#linesMax = linesMax;
  }

  /** The number of the oldest line that is still here; that of the next one where there is none. */
  get oldest(): number {
    return this.#next - this.#kept.length;
  }

  /** The number of the next line to come. */
  get next(): number {
    return this.#next;
  }

  /** Takes in a line as the logger wrote it, and tells the followers. What is no such line is left out. */
  take(text: string): void {
    const whole = parseLogLine(this.#next, text);
    if (whole === null) return;
    const isLong = text.length > LINE_CHARS_MAX;
    const kept = isLong ? { line: headOf(whole, text.length), chars: 4 * HEAD_CHARS } : null;
    this.#kept.push(kept ?? { line: whole, chars: text.length });
    this.#chars += this.#kept.at(-1)?.chars ?? 0;
    this.#next++;
    while (this.#kept.length > this.#linesMax || this.#chars > CHARS_MAX) {
      this.#chars -= this.#kept.shift()?.chars ?? 0;
    }
    for (const tell of this.#followers) tell();
  }

  /** The line of this number; null where it is not here. */
  at(n: number): LogLine | null {
    return this.#kept[n - this.oldest]?.line ?? null;
  }

  /** The newest lines that are wanted, at most so many, oldest first. */
  newest(count: number, filter: LogFilter): LogLine[] {
    const wanted = this.#kept.map(({ line }) => line).filter((line) => isWanted(line, filter));
    return count === 0 ? [] : wanted.slice(-count);
  }

  get followerCount(): number {
    return this.#followers.size;
  }

  /** Calls back after each new line, until the returned function is called. */
  follow(tell: () => void): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }
}

/** What a line is about, without what made it so long. */
function headOf(line: LogLine, chars: number): LogLine {
  const short = (text: string | null) => text?.slice(0, HEAD_CHARS) ?? null;
  const msg = `(a line of ${chars} characters, too long to be kept here)`;
  const { ev, slot, why } = line;
  return { ...line, ev: short(ev), slot: short(slot), why: short(why), msg, detail: {} };
}
