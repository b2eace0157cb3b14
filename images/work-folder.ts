// Folders to work in, which hold secrets and gigabytes: gone when the work ends, and when the process does.

import { mkdtempSync, rmSync } from "node:fs";

const open = new Set<string>();

/** Makes one: `prefix` is its path but for the last six letters, which are random. */
export function openWorkFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  open.add(folder);
  return folder;
}

export function closeWorkFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  open.delete(folder);
}

/** Has Ctrl-C and its like end this process in order: what is open is removed, and nobody takes a half-made image for a whole one. */
export function closeOnSignals(): void {
  process.once("exit", () => {
    for (const folder of open) closeWorkFolder(folder);
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
