// Time: a monotonic clock, and one alarm that can be set anew.

/** Monotonic, in ms. Steps of the wall clock do not show in it. */
export function nowMs(): number {
  return performance.now();
}

/** Node fires at once if asked to wait longer than this. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Replaces any earlier setting; null turns it off. */
  set(at: number | null): void {
    this.clear();
    if (at === null) return;
    const delayMs = Math.min(TIMEOUT_MAX_MS, Math.max(0, Math.ceil(at - nowMs())));
    // After the timer, sockets and workers are heard first: a process that stood still must not act on old silence.
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#immediate = setImmediate(this.#ring);
    }, delayMs);
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }
}
