// One timer that always points at a machine's next deadline.

/** setTimeout overflows above this and would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings once when performance.now() has reached `atMs`; replaces what was set before. null: never. */
  set(atMs: number | null): void {
    this.#clear();
    if (atMs === null) return;
    // Timers round down by up to a millisecond; one more keeps a deadline from being looked at just before it is due.
    const waitMs = Math.min(MAX_TIMEOUT_MS, Math.max(0, atMs - performance.now()) + 1);
    this.#timer = setTimeout(() => {
      // After a stalled event loop the timers run before the sockets are read. What has already arrived counts.
      this.#immediate = setImmediate(this.#ring);
    }, waitMs);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }
}
