// A miner's socket as the weather lets it be: messages late, cut, glued, lost; resets, and ends that nobody hears of.

import type { Socket } from "node:net";
import { draw } from "./seeded.ts";
import type { Weather } from "./weather.ts";

/** Far enough apart that the halves of a message stay two segments, and near enough that glued ones are one. */
const HALVES_APART_MS = 15;
const GLUE_WITHIN_MS = 40;
/** A peer that sends and never reads would otherwise fill the memory with answers, and one that never waits with questions. */
const MAX_UNREAD_BYTES = 65_536;
const MAX_UNDER_WAY = 256;
const ODDS_OF = 1_000_000;

/** One direction: when the last message under way arrives, and what arrives, oldest first. */
interface Way {
  lastAt: number;
  readonly waiting: (() => void)[];
}

export class Wire {
  readonly #socket: Socket;
  readonly #weather: Weather;
  readonly #take: (text: string) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #seed: number;
  readonly #in: Way = { lastAt: 0, waiting: [] };
  readonly #out: Way = { lastAt: 0, waiting: [] };
  #held = "";
  #deaf = false;

  /** `take`: told of each message that gets through. */
  constructor(socket: Socket, weather: Weather, seed: number, take: (text: string) => void) {
    this.#socket = socket;
    this.#weather = weather;
    this.#seed = seed;
    this.#take = take;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#receive(String(text)));
    // A reset is one way of hanging up; `close` follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const timer of this.#timers) clearTimeout(timer);
    });
  }

  send(text: string): void {
    const { drop, split, coalesce, halfOpen } = this.#weather;
    if (this.#deaf || this.#strikes(drop)) return;
    if (this.#strikes(halfOpen)) {
      this.#deaf = true;
      return;
    }
    const whole = this.#held + text;
    this.#held = "";
    if (this.#strikes(coalesce)) {
      this.#held = whole;
      this.#after(GLUE_WITHIN_MS, () => this.#flush());
    } else if (this.#strikes(split)) {
      const at = 1 + this.#draw(whole.length - 1);
      this.#sendLate(whole.slice(0, at), 0);
      this.#sendLate(whole.slice(at), HALVES_APART_MS);
    } else this.#sendLate(whole, 0);
  }

  /** Closes after what was said. */
  end(): void {
    if (this.#deaf) return;
    this.#flush();
    this.#late(this.#out, 0, () => this.#socket.destroySoon());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    const { reset, silentJob, drop, halfOpen } = this.#weather;
    if (this.#strikes(halfOpen)) this.#deaf = true;
    const lost = this.#strikes(drop) || (text.startsWith("JOB") && this.#strikes(silentJob));
    if (this.#deaf || lost) return;
    const resets = this.#strikes(reset);
    const unread = resets && this.#draw(2) === 0;
    this.#late(this.#in, 0, () => {
      if (!unread) this.#take(text);
      if (resets) this.#socket.resetAndDestroy();
    });
  }

  #flush(): void {
    const text = this.#held;
    this.#held = "";
    if (text !== "") this.#sendLate(text, 0);
  }

  #sendLate(text: string, moreMs: number): void {
    this.#late(this.#out, moreMs, () => {
      this.#socket.write(text, "latin1");
      if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
    });
  }

  /** Runs it when a message of now arrives, `moreMs` after the last one or later. At once in fair weather. */
  #late(way: Way, moreMs: number, run: () => void): void {
    const { latencyMs, jitterMs } = this.#weather;
    const now = performance.now();
    const jitter = jitterMs > 0 ? (jitterMs * this.#draw(ODDS_OF)) / ODDS_OF : 0;
    way.lastAt = Math.max(way.lastAt + moreMs, now + latencyMs + jitter);
    if (way.lastAt <= now && way.waiting.length === 0) run();
    else if (way.waiting.length >= MAX_UNDER_WAY) this.#socket.destroy();
    else {
      // Timers of different lengths may fire out of order by a millisecond; each lets the oldest through, so messages do not.
      way.waiting.push(run);
      this.#after(way.lastAt - now, () => way.waiting.shift()?.());
    }
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#socket.destroyed) run();
    }, ms);
    this.#timers.add(timer);
  }

  /** Draws nothing where it cannot be, so that fair weather leaves the seed alone. */
  #strikes(odds: number): boolean {
    return odds > 0 && this.#draw(ODDS_OF) < odds * ODDS_OF;
  }

  #draw(below: number): number {
    const { value, seed } = draw(this.#seed, below);
    this.#seed = seed;
    return value;
  }
}
