// The files of recordings: their names, their order, and which have to go so that the folder stays within its bound.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface SegmentFile {
  readonly path: string;
  readonly run: number;
  readonly segment: number;
  readonly bytes: number;
}

const NAME = /^run(\d{6,})-(\d{4,})\.jsonl$/;

/** Numbers and not times: a Pi has no clock that can be trusted at boot. */
export function segmentPath(dir: string, run: number, segment: number): string {
  return join(dir, `run${String(run).padStart(6, "0")}-${String(segment).padStart(4, "0")}.jsonl`);
}

/** The segments in a folder, oldest first. Throws what the file system throws. */
export function segmentFiles(dir: string): SegmentFile[] {
  const files = readdirSync(dir).flatMap((name): SegmentFile[] => {
    const [, run, segment] = NAME.exec(name) ?? [];
    if (run === undefined) return [];
    const path = join(dir, name);
    return [{ path, run: Number(run), segment: Number(segment), bytes: statSync(path).size }];
  });
  return files.sort((a, b) => a.run - b.run || a.segment - b.segment);
}

/** How many of the files, oldest first, have to go so that the rest takes no more than `maxBytes`. */
export function surplus(files: readonly SegmentFile[], maxBytes: number): number {
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let gone = 0;
  while (total > maxBytes) total -= files[gone++]?.bytes ?? total;
  return gone;
}
