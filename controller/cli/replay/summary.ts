// The last line of a replay: how much was replayed, and whether it came out the same.

import type { Replayed, SegmentBegun } from "./replay.ts";

export interface Summary {
  readonly segments: number;
  /** From the first event to the last. */
  readonly span_ms: number;
  readonly events: number;
  readonly decisions: number;
  /** Steps that decided otherwise, and segments that began in another state. */
  readonly differences: number;
  /** Files whose last line was torn. */
  readonly torn: readonly string[];
  /** Versions of zerorig. */
  readonly recorded_by: readonly string[];
  readonly replayed_by: string;
}

export class Tally {
  #segments = 0;
  #events = 0;
  #decisions = 0;
  #differences = 0;
  #from: number | null = null;
  #to = 0;
  readonly #torn: string[] = [];
  readonly #programs = new Set<string>();

  add(item: SegmentBegun | Replayed): void {
    if (item.type === "segment") {
      this.#segments += 1;
      this.#programs.add(item.header.program);
      if (item.torn) this.#torn.push(item.file);
      if (item.differs.length > 0) this.#differences += 1;
      return;
    }
    this.#events += 1;
    this.#decisions += item.effects.length;
    if (item.difference !== null) this.#differences += 1;
    this.#from ??= item.event.now;
    this.#to = item.event.now;
  }

  summary(version: string): Summary {
    return {
      segments: this.#segments,
      span_ms: Math.round(this.#to - (this.#from ?? this.#to)),
      events: this.#events,
      decisions: this.#decisions,
      differences: this.#differences,
      torn: this.#torn,
      recorded_by: [...this.#programs],
      replayed_by: version,
    };
  }
}
