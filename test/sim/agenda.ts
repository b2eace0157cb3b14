// What is due when: a binary heap by time, ties by the order of entry, so that a run is the same each time.

/** What is due first stands first. Times lie in arrays of numbers: in objects each would be an object of its own. */
export class Agenda {
  #times = new Float64Array(64);
  #orders = new Float64Array(64);
  readonly #runs: (() => void)[] = [];
  #order = 0;

  /** When the next is due; Infinity if nothing is. */
  get next(): number {
    return this.#runs.length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  add(at: number, run: () => void): void {
    const order = this.#order++;
    let child = this.#runs.length;
    if (child === this.#times.length) this.#grow();
    const times = this.#times;
    this.#runs.push(run);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      // What was entered before stays before.
      if ((times[parent] as number) <= at) break;
      this.#move(parent, child);
      child = parent;
    }
    this.#put(child, at, order, run);
  }

  /** Takes out what is due next. */
  take(): () => void {
    const runs = this.#runs;
    const first = runs[0];
    const last = runs.pop();
    if (first === undefined || last === undefined) throw new Error("nothing is due");
    const length = runs.length;
    if (length > 0) {
      this.#sink(this.#times[length] as number, this.#orders[length] as number, last);
    }
    return first;
  }

  #sink(at: number, order: number, run: () => void): void {
    const { length } = this.#runs;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isAfter(child, child + 1)) child++;
      const time = this.#times[child] as number;
      if (time > at || (time === at && (this.#orders[child] as number) > order)) break;
      this.#move(child, parent);
      parent = child;
    }
    this.#put(parent, at, order, run);
  }

  #isAfter(a: number, b: number): boolean {
    const byTime = (this.#times[a] as number) - (this.#times[b] as number);
    return (
      byTime > 0 || (byTime === 0 && (this.#orders[a] as number) > (this.#orders[b] as number))
    );
  }

  #move(from: number, to: number): void {
    this.#put(
      to,
      this.#times[from] as number,
      this.#orders[from] as number,
      this.#runs[from] as () => void,
    );
  }

  #put(index: number, at: number, order: number, run: () => void): void {
    this.#times[index] = at;
    this.#orders[index] = order;
    this.#runs[index] = run;
  }

  #grow(): void {
    const doubled = (old: Float64Array) => {
      const grown = new Float64Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.#times = doubled(this.#times);
    this.#orders = doubled(this.#orders);
  }
}
