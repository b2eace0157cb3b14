// Programs of virtual Zeros that outlive their board, because it was killed before it could end them.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { killLeftover } from "../../../hat/virtual/program.ts";

/** Kills what still runs of a board that is gone. Each program has left its pid file there. */
export function killLeftovers(zerosDir: string): void {
  for (const name of namesIn(zerosDir)) {
    if (name.endsWith(".pid")) killLeftover(join(zerosDir, name));
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // The board never came so far.
  }
}
