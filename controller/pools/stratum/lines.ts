// A stream of text cut into lines, with a limit to what is kept.

/** The longest line that is taken. A notice with a full merkle branch takes 2 KB; the rest is room for large coinbases. */
export const MAX_LINE_CHARS = 65_536;

export interface Lines {
  readonly lines: readonly string[];
  readonly tail: string;
  /** More than `max` without a line end came after these lines, and was thrown away. */
  readonly flooded: boolean;
}

/** Adds what arrived to what was left over, and cuts it into lines of up to `max` characters, without their ends; not the empty ones. */
export function cutLines(tail: string, text: string, max = MAX_LINE_CHARS): Lines {
  const parts = (tail + text).split("\n");
  const flood = parts.findIndex((line) => line.length > max);
  const whole = parts.slice(0, flood < 0 ? -1 : flood);
  const lines = whole.map((line) => line.trim()).filter((line) => line !== "");
  return { lines, tail: flood < 0 ? parts.slice(-1).join() : "", flooded: flood >= 0 };
}
