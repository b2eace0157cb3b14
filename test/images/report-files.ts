// The scripts by which a system tells of itself, as files of its root folder.

import { readFileSync } from "node:fs";
import { join } from "node:path";

interface ReportFile {
  /** From the root, without a slash in front. */
  readonly path: string;
  readonly text: string;
}

/** A script of this folder as report.sh, and beside it each that it takes in (`. /tell.sh`). */
export function reportFiles(script: string): readonly ReportFile[] {
  return [{ path: "report.sh", text: textOf(script) }, ...takenIn(script)];
}

function takenIn(script: string): readonly ReportFile[] {
  const names = [...textOf(script).matchAll(/^\. \/(\S+)$/gm)].map(([, name]) => name ?? "");
  return names.flatMap((path) => [{ path, text: textOf(path) }, ...takenIn(path)]);
}

function textOf(script: string): string {
  return readFileSync(join(import.meta.dirname, script), "utf8");
}
