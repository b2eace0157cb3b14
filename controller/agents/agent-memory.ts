// What outlives the controller of its roll-outs: which program each slot is to run, and whether one was under way.

import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { SlotId } from "../../hat/slots.ts";
import { writeFileWhole } from "./whole-file.ts";

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const slot = v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/));
const memory = v.strictObject({
  /** By slot; who is not named runs what is installed there. */
  wanted: v.record(slot, sha256),
  /** The roll-out that is under way: what it is for. */
  underWay: v.nullable(v.string()),
});

type Memory = v.InferOutput<typeof memory>;

export class AgentMemory {
  readonly #file: string;
  #memory: Memory;

  constructor(file: string) {
    this.#file = file;
    this.#memory = read(file);
  }

  wantedOf(slot: SlotId): string | null {
    return this.#memory.wanted[slot] ?? null;
  }

  /** All programs that some slot is to run. */
  get wanted(): ReadonlySet<string> {
    return new Set(Object.values(this.#memory.wanted));
  }

  get underWay(): string | null {
    return this.#memory.underWay;
  }

  /** Throws where it cannot be written. */
  want(slot: SlotId, program: string | null): void {
    if (this.wantedOf(slot) === program) return;
    const { [slot]: _, ...others } = this.#memory.wanted;
    this.#write({ wanted: program === null ? others : { ...others, [slot]: program } });
  }

  begin(what: string | null): void {
    if (this.underWay !== what) this.#write({ underWay: what });
  }

  #write(changes: Partial<Memory>): void {
    this.#memory = { ...this.#memory, ...changes };
    writeFileWhole(this.#file, `${JSON.stringify(this.#memory)}\n`);
  }
}

/** A file that cannot be read counts as none: then Zeros run what they run. */
function read(file: string): Memory {
  try {
    const parsed = v.safeParse(memory, JSON.parse(readFileSync(file, "utf8")));
    if (parsed.success) return parsed.output;
  } catch {
    // None yet.
  }
  return { wanted: {}, underWay: null };
}
