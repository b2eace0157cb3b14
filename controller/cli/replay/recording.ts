// Recordings as they lie on the disk: one file, or the newest run of a folder; and where in them something is.

import { readFileSync, statSync } from "node:fs";
import { messageOf } from "../../shell/error.ts";
import {
  parseEntry,
  parseHeader,
  type RecordEntry,
  RecordError,
  type RecordHeader,
} from "../../shell/record-format.ts";
import { segmentFiles } from "../../shell/record-ring.ts";
import { CliError } from "../error.ts";

/** A line of a recording, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Segment {
  readonly file: string;
  readonly header: RecordHeader;
  readonly lines: readonly string[];
  /** It ends within a line, as after a power cut: that line is left out. */
  readonly torn: boolean;
}

export interface Placed {
  readonly place: Place;
  readonly entry: RecordEntry;
}

/** The error for a recording that is no good: exit code 2, the file and the line. */
export function badRecord({ file, line }: Place, why: string, cause?: unknown): CliError {
  return new CliError("usage", `${file}:${line}: ${why}`, "", cause);
}

function at<T>(place: Place, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RecordError) throw badRecord(place, error.message, error);
    throw error;
  }
}

/** The files to replay, oldest first: the file itself, or of a folder all that there is of its newest run. */
export function recordingFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = segmentFiles(path);
    const newest = files.at(-1);
    if (newest !== undefined) {
      return files.filter(({ run }) => run === newest.run).map((file) => file.path);
    }
  } catch (error) {
    throw new CliError(
      "usage",
      `cannot read ${path}: ${messageOf(error)}`,
      "Recordings lie in `record/` below [state] dir, where [log] record is on.",
      error,
    );
  }
  throw new CliError(
    "usage",
    `${path} holds no recording`,
    "the controller writes them where `record = true` stands under [log]",
  );
}

/** Reads a segment and its first line; the others are looked at when they are replayed. */
export function readSegment(path: string): Segment {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CliError("usage", `cannot read ${path}: ${messageOf(error)}`, "", error);
  }
  const lines = text.split("\n");
  const torn = lines.pop() !== "";
  const [first, ...rest] = lines;
  if (first === undefined) {
    throw new CliError(
      "usage",
      torn ? `${path}:1: the first line is torn` : `${path} is empty`,
      "nothing was written to it before the power was cut or the controller killed",
    );
  }
  const header = at({ file: path, line: 1 }, () => parseHeader(first));
  return { file: path, header, lines: rest, torn };
}

/** The entries of a segment with their places. Throws for a line that is damaged. */
export function* entriesOf({ file, lines }: Segment): Generator<Placed> {
  for (const [index, text] of lines.entries()) {
    const place = { file, line: index + 2 };
    yield { place, entry: at(place, () => parseEntry(text)) };
  }
}
