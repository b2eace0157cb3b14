// A bar on stderr while somebody waits at a terminal; nothing anywhere else.

import { EXIT } from "./exit-codes.ts";
import { clip } from "./terminal-text.ts";

const BAR_WIDTH = 20;
const REDRAW_MS = 500;
const CLEAR = "\r\u001b[K";

export interface Steps {
  readonly done: number;
  readonly of: number;
  /** What it waits for now. */
  readonly text: string;
}

/** `[#####---------------] 1 of 4, 12s of 5m00s: p2 Booting`. */
export function progressLine({ done, of, text }: Steps, time: string, width: number): string {
  const full = Math.round((BAR_WIDTH * done) / Math.max(1, of));
  const bar = `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}]`;
  return clip(`${bar} ${done} of ${of}, ${time}${text === "" ? "" : `: ${text}`}`, width);
}

export interface Progress {
  show(steps: Steps): void;
  /** Takes the bar away. */
  end(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** `time` says how long it has been, and how long it may be; `left` what becomes of it for whoever breaks the wait off. */
export function startProgress(
  time: () => string,
  left = "",
  out: Terminal = process.stderr,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Progress {
  if (out.isTTY !== true || env["TERM"] === "dumb") return { show: () => {}, end: () => {} };
  let last: Steps | null = null;
  const draw = () => {
    // The last column stays free: some terminals go on to the next line there.
    if (last !== null) out.write(CLEAR + progressLine(last, time(), (out.columns || 80) - 1));
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  const onInterrupt = () => {
    out.write(left === "" ? CLEAR : `${CLEAR}${left}\n`);
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", onInterrupt);
  return {
    show: (steps) => {
      last = steps;
      draw();
    },
    end: () => {
      clearInterval(timer);
      process.off("SIGINT", onInterrupt);
      if (last !== null) out.write(CLEAR);
      last = null;
    },
  };
}
