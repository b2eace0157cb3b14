// The fingerprint of a run: two 32-bit lanes over all that was reported or switched, taken as the run goes on.

export class Trace {
  #low = 0x811c9dc5;
  #high = 0x1b873593;

  add(now: number, what: string, slot: string | null, why: string | null): void {
    const whole = Math.floor(now);
    this.#mix(whole | 0);
    this.#mix(((now - whole) * 0x7fffffff) | 0);
    this.#text(what);
    if (slot !== null) this.#text(slot);
    if (why !== null) this.#text(why);
  }

  get hex(): string {
    const lane = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
    return lane(this.#high) + lane(this.#low);
  }

  #text(text: string): void {
    for (let index = 0; index < text.length; index++) this.#mix(text.charCodeAt(index));
    this.#mix(-1);
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    const mixed = Math.imul(this.#high ^ (value + 0x9e3779b9), 0x85ebca6b);
    this.#high = mixed ^ (mixed >>> 13);
  }
}
