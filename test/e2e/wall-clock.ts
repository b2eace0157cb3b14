// The wall clock of one program, for a test to step while it runs. Compiled here, so that nobody else's clock is touched.

import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const SOURCE = join(import.meta.dirname, "wall-clock.c");

export class WallClock {
  readonly #offsetPath: string;
  #offsetS = 0;
  /** What a program needs in its environment to live by this clock. */
  readonly env: NodeJS.ProcessEnv;

  /** Compiles into the folder, with the g++ that building from source takes anyway. */
  constructor(dir: string) {
    this.#offsetPath = join(dir, "wall-clock.offset");
    const library = join(dir, "wall-clock.so");
    const flags = ["-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC"];
    const built = spawnSync("g++", ["-x", "c", ...flags, "-o", library, SOURCE, "-ldl"]);
    if (built.status !== 0) throw new Error(`g++: ${built.stderr ?? built.error}`);
    writeFileSync(this.#offsetPath, Buffer.alloc(8));
    this.env = { LD_PRELOAD: library, WALL_CLOCK_OFFSET: this.#offsetPath };
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetS * 1000);
  }

  /** From now on it is this time there, to the second. */
  stepTo(wall: Date): void {
    this.#offsetS = Math.round((wall.getTime() - Date.now()) / 1000);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.#offsetS));
    // In place: the program has this very file mapped.
    const file = openSync(this.#offsetPath, "r+");
    writeSync(file, bytes, 0, bytes.length, 0);
    closeSync(file);
  }
}
