// The scrypt search over a range of nonces: some side by side, the mixing done by a machine.

import { NONE } from "./block-search.ts";
import { BLOCK_WORDS, WORD_ORDER } from "./generator/romix.ts";
import { pieceEnd, swapped } from "./header.ts";
import type { ScryptJob, SearchProgress } from "./kernel.ts";
import { judge } from "./reference.ts";
import { ScryptFrame } from "./scrypt-frame.ts";

/** Mixes as many blocks of 32 words as it has streams, in place, in the order of generator/romix.ts. */
export interface Mixer {
  readonly streams: number;
  readonly memory: Int32Array;
  mix(): void;
}

/** Word of a block -> place in memory. */
const PLACES: readonly number[] = WORD_ORDER.map((_, word) => WORD_ORDER.indexOf(word));

export class ScryptSearch {
  readonly #open: () => Mixer;
  readonly #frames: ScryptFrame[] = [];
  #mixer: Mixer | null = null;
  #header = "";

  /** `open` makes the mixer; it is called at the first search. */
  constructor(open: () => Mixer) {
    this.#open = open;
  }

  #ready(job: ScryptJob): Mixer {
    this.#mixer ??= this.#open();
    while (this.#frames.length < this.#mixer.streams) this.#frames.push(new ScryptFrame());
    if (job.header !== this.#header) for (const frame of this.#frames) frame.prepare(job);
    this.#header = job.header;
    return this.#mixer;
  }

  /** As `Kernel.search`. Throws RangeError if the job or its range is none. */
  search(job: ScryptJob, from: number, to: number, budget: number): SearchProgress {
    const isRight = judge(job);
    const end = pieceEnd(from, to, budget);
    const mixer = this.#ready(job);
    const highest = swapped(Number.parseInt(job.target.slice(-8), 16)) >>> 0;
    for (let first = from; first <= end; first += mixer.streams) {
      const nonce = this.#group(mixer, highest, first, end, isRight);
      if (nonce !== NONE) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
    }
    return { nonce: null, next: end + 1, hashes: Math.max(0, end - from + 1) };
  }

  #group(
    { streams, memory, mix }: Mixer,
    highest: number,
    first: number,
    end: number,
    isRight: (nonce: number) => boolean,
  ): number {
    // What lies beyond the end is done too, and not looked at.
    for (let i = 0; i < streams; i++) {
      this.#frames[i]?.begin(first + i, memory, BLOCK_WORDS * i, PLACES);
    }
    mix();
    for (let i = 0; i < streams && first + i <= end; i++) {
      const word = this.#frames[i]?.end(memory, BLOCK_WORDS * i, PLACES) ?? highest + 1;
      if (word <= highest && isRight(first + i)) return first + i;
    }
    return NONE;
  }
}
