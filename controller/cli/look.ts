// How texts are to look where they go: as wide as that is, and with colours or without.

import { wantsColour } from "./paint.ts";
import { wrap } from "./terminal-text.ts";

export interface Look {
  /** Of the terminal; null where nobody looks, and lines are as long as they are. */
  readonly width: number | null;
  readonly colour: boolean;
}

/** How a text is to look on this stream. */
export function lookOf(out: { readonly isTTY?: boolean; readonly columns?: number }): Look {
  const width = out.isTTY === true ? out.columns || 80 : null;
  return { width, colour: wantsColour(process.env, out) };
}

export const PLAIN: Look = { width: null, colour: false };

/** Lines of prose, none wider than the terminal. */
export function fitted(lines: readonly string[], { width }: Look): string[] {
  return width === null ? [...lines] : lines.flatMap((line) => wrap(line, width));
}
