// Who asks how often, and who guesses tokens: a bucket of requests and a lock-out for each address, of so many addresses at most.

import { type Bucket, fullBucket, take, tokensAt } from "../core/bucket.ts";
import type { Clock } from "../shell/clock.ts";

/** Requests that an address may make at once, and in a minute for long. */
const BURST = 100;
const PER_MINUTE = 1500;
const MINUTE_MS = 60_000;
/** Wrong tokens in a row before an address is locked out; the first time for so long, twice as long each time after. */
const GUESSES = 5;
const LOCK_MS = 60_000;
const LOCK_MAX_MS = 3_600_000;
/** Addresses that are remembered; a network has more, and memory has not. */
const VISITORS_MAX = 1024;

interface Visitor {
  requests: Bucket;
  guesses: number;
  locks: number;
  lockedUntil: number;
}

export class Visitors {
  readonly #clock: Clock;
  /** The one that was heard last stands last. */
  readonly #known = new Map<string, Visitor>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request. How long it is refused for (ms); 0 if it may go on. */
  knock(address: string): number {
    const now = this.#clock.now();
    const visitor = this.#visitor(address, now);
    const left = tokensAt(visitor.requests, BURST, PER_MINUTE, now);
    if (left < 1) return ((1 - left) * MINUTE_MS) / PER_MINUTE;
    visitor.requests = take(visitor.requests, BURST, PER_MINUTE, now);
    return 0;
  }

  /** How long an address is locked out for the tokens that it guessed (ms); 0 if it is not. */
  lockedMs(address: string): number {
    const lockedUntil = this.#known.get(address)?.lockedUntil ?? 0;
    return Math.max(0, lockedUntil - this.#clock.now());
  }

  /** A wrong token. Whether the address is locked out for it. */
  guessed(address: string): boolean {
    const now = this.#clock.now();
    const visitor = this.#visitor(address, now);
    visitor.guesses++;
    if (visitor.guesses < GUESSES) return false;
    visitor.guesses = 0;
    visitor.lockedUntil = now + Math.min(LOCK_MAX_MS, LOCK_MS * 2 ** visitor.locks);
    visitor.locks++;
    return true;
  }

  /** A right token: what was guessed before is forgiven. */
  welcome(address: string): void {
    const visitor = this.#known.get(address);
    if (visitor === undefined) return;
    visitor.guesses = 0;
    visitor.locks = 0;
  }

  #visitor(address: string, now: number): Visitor {
    const known = this.#known.get(address);
    const visitor = known ?? {
      requests: fullBucket(BURST, now),
      guesses: 0,
      locks: 0,
      lockedUntil: 0,
    };
    this.#known.delete(address);
    if (this.#known.size >= VISITORS_MAX) this.#forgetOne(now);
    this.#known.set(address, visitor);
    return visitor;
  }

  /** The one that was heard least lately and is not locked out; if all are, the first. */
  #forgetOne(now: number): void {
    const [oldest] = this.#known.keys();
    for (const [address, { lockedUntil }] of this.#known) {
      if (lockedUntil > now) continue;
      this.#known.delete(address);
      return;
    }
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
