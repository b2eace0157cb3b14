// Where a running demo shows itself: a live table on a terminal, one JSON line per event elsewhere.

import type { WriteStream } from "node:tty";
import type { RigEvent, RigStatus } from "../../core/status.ts";
import { formatDuration } from "../duration.ts";
import { wantsColour } from "../paint.ts";
import { Screen } from "../screen.ts";
import { render } from "./render.ts";
import { summaryText, type Verdict } from "./summary.ts";

export interface Reporter {
  event(event: RigEvent): void;
  status(status: RigStatus): void;
  /** The last thing that is said. Gives the terminal back. */
  end(verdict: Verdict): void;
  /** Gives the terminal back, with nothing to say. */
  close(): void;
}

/** One JSON line per event, and the summary as the last line. */
export function lineReporter(out: NodeJS.WritableStream): Reporter {
  const print = (value: object) => {
    out.write(`${JSON.stringify(value)}\n`);
  };
  return {
    event: print,
    status: () => {},
    end: ({ summary }) => print({ summary }),
    close: () => {},
  };
}

/** More than any terminal shows. */
const EVENTS_KEPT = 200;
const REDRAW_MS = 250;

export interface TableOptions {
  readonly title: string;
  /** On the clock of `performance.now()`; null until it is known, or when there is no end. */
  readonly endsAt: () => number | null;
}

/** The live table. Shares are in its figures, so its events leave them out. */
export function tableReporter(out: WriteStream, { title, endsAt }: TableOptions): Reporter {
  const screen = new Screen(out);
  const colour = wantsColour(process.env, out);
  let status: RigStatus | null = null;
  let events: readonly RigEvent[] = [];
  let hint = "";
  const draw = () => {
    const footer = footerText(endsAt());
    const model = { title, status, events, hint, footer, colour };
    screen.draw(render(model, screen.width, screen.height));
  };
  const onResize = () => {
    screen.invalidate();
    draw();
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  out.on("resize", onResize);
  draw();
  const close = () => {
    clearInterval(timer);
    out.off("resize", onResize);
    screen.close();
  };
  return {
    event: (event) => {
      if (event.ev === "demo.start") hint = hintText(event.detail);
      if (event.ev === "demo.page") hint = `${pageText(event.detail)}\n${hint}`;
      if (event.ev !== "share.accepted") events = [...events, event].slice(-EVENTS_KEPT);
    },
    status: (latest) => {
      status = latest;
    },
    end: (verdict) => {
      close();
      out.write(summaryText(verdict));
    },
    close,
  };
}

/** How other terminals reach this rig. */
function hintText({ control }: RigEvent["detail"]): string {
  return `look, or take part: zerorig status --socket ${control}`;
}

/** Where to look with a browser, and what it asks for before it changes anything. */
function pageText({ url, token }: RigEvent["detail"]): string {
  return `open ${url}  token: ${token}`;
}

function footerText(endsAt: number | null): string {
  if (endsAt === null) return "Ctrl-C stops and sums up";
  const leftMs = Math.max(0, endsAt - performance.now());
  return `ends in ${formatDuration(leftMs + 999)}; Ctrl-C stops now and sums up`;
}
