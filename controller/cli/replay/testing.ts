// For tests: what the core took in and decided in the simulated rig, and recordings of it.

import { writeFileSync } from "node:fs";
import type { Effect } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { RigState } from "../../core/state.ts";
import { entryLine, headerLine } from "../../shell/record-format.ts";
import { segmentPath } from "../../shell/record-ring.ts";

export interface Taken {
  readonly before: RigState;
  readonly event: Event;
  readonly effects: readonly Effect[];
}

/** The lines of one segment: its header and one for each step. */
export function recordedLines(steps: readonly Taken[], run = 1, segment = 1): string[] {
  const [first] = steps;
  if (first === undefined) throw new Error("nothing was taken");
  const at = "2026-03-01T12:00:00.000Z";
  const { now } = first.event;
  const header = { program: "0.0.9", run, segment, at, now, state: first.before };
  return [headerLine(header), ...steps.map(({ event, effects }) => entryLine(event, effects))];
}

/** Writes lines as a segment of a folder, and returns its path. */
export function writeSegment(dir: string, lines: readonly string[], run = 1, segment = 1): string {
  const path = segmentPath(dir, run, segment);
  writeFileSync(path, lines.join(""));
  return path;
}
