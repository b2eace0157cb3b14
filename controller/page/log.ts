// The controller's log as it is written: read only while somebody looks.

import { signal } from "@preact/signals";
import type { LogLine } from "../shell/log-line.ts";
import { read } from "./api.ts";

const LINES_SHOWN = 500;
const LINES_SAVED = 1000;
const RETRY_MS = 3000;

/** The oldest first. */
export const lines = signal<readonly LogLine[]>([]);
/** What is shown stands still; what comes meanwhile is not lost. */
export const paused = signal(false);
/** Lines that came in the pause. */
export const held = signal<readonly LogLine[]>([]);

function add(line: LogLine): void {
  const to = paused.value ? held : lines;
  to.value = [...to.value, line].slice(-LINES_SHOWN);
}

export function setPaused(value: boolean): void {
  paused.value = value;
  if (value) return;
  // After a break what was held begins with what is shown.
  const all = new Map(
    [...lines.value, ...held.value].map((line) => [`${line.at} ${line.n}`, line]),
  );
  lines.value = [...all.values()].slice(-LINES_SHOWN);
  held.value = [];
}

/** Follows the log until it is told to stop. */
export function followLog(): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(`/api/v1/log/stream?lines=${LINES_SHOWN / 2}`);
    // The newest lines come first each time: after a break they are all there is to know. What stands still stays.
    source.onopen = () => {
      if (!paused.value) lines.value = [];
      held.value = [];
    };
    source.addEventListener("line", ({ data }: MessageEvent<string>) => add(JSON.parse(data)));
    source.onerror = () => {
      source?.close();
      retry = setTimeout(open, RETRY_MS);
    };
  };
  open();
  return () => {
    clearTimeout(retry);
    source?.close();
    setPaused(false);
  };
}

/** Saves the newest lines as a file, one JSON object a line. */
export async function saveLog(): Promise<void> {
  const answer = await read<{ readonly lines: readonly LogLine[] }>(
    `/api/v1/log?lines=${LINES_SAVED}`,
  );
  if (!answer.ok) return;
  const text = answer.value.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `zerorig-log-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.ndjson`;
  link.click();
  URL.revokeObjectURL(url);
}
