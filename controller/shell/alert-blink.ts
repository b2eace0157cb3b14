// Blinks the alert LED of slots' boards so that a person finds them, and leaves each as it was.

import type { PowerBoard } from "../../hat/board.ts";
import { partsWith } from "../../hat/refusal.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Clock } from "./clock.ts";

const BLINK_MS = 300;
/** An LED that could not be set back is tried again so often. */
const RESTORES = 5;

/** Runs an operation on the board when those before it are done. */
type Enqueue = <T>(operation: () => Promise<T>) => Promise<T>;

interface Blinking {
  /** Monotonic ms. */
  until: number;
  /** Before the first blink, and now. */
  before: boolean;
  on: boolean;
  restores: number;
  cancel: () => void;
  /** Settles with the first blink: whoever asks meanwhile has the same answer. */
  begun: Promise<void>;
}

export class AlertBlink {
  readonly #board: PowerBoard;
  readonly #clock: Clock;
  readonly #enqueue: Enqueue;
  /** By the index of the part. */
  readonly #blinking = new Map<number, Blinking>();
  #stopped = false;

  /** `enqueue` is the one way to the board: a blink never falls between the steps of a switch. */
  constructor(board: PowerBoard, clock: Clock, enqueue: Enqueue) {
    this.#board = board;
    this.#clock = clock;
    this.#enqueue = enqueue;
  }

  /**
   * Blinks for so long, or longer where it blinks for longer already. Resolves when it has begun; rejects with a HatError
   * (`unsupported` where a slot's board has no alert LED: then none blinks).
   */
  async start(slots: readonly SlotId[], forMs: number): Promise<void> {
    const { parts } = this.#board.info;
    const asked = new Set(
      slots.map((slot) => parts.findIndex((part) => part.slots.includes(slot))),
    );
    for (const part of asked) partsWith(this.#board.info, "alert", part);
    await Promise.all([...asked].map((part) => this.#blink(part, forMs)));
  }

  /** Ends all of it now; each LED is as it was before. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#blinking];
    for (const [, blinking] of all) blinking.until = Number.NEGATIVE_INFINITY;
    await Promise.all(
      all.map(async ([part, blinking]) => {
        await blinking.begun.catch(() => {});
        blinking.cancel();
        await this.#turn(part, blinking);
      }),
    );
  }

  #blink(part: number, forMs: number): Promise<void> {
    const until = this.#clock.now() + forMs;
    const running = this.#blinking.get(part);
    if (running !== undefined) {
      running.until = Math.max(running.until, until);
      return running.begun;
    }
    const blinking: Blinking = {
      until,
      before: false,
      on: false,
      restores: 0,
      cancel: () => {},
      begun: Promise.resolve(),
    };
    this.#blinking.set(part, blinking);
    blinking.begun = this.#begin(part, blinking, forMs);
    return blinking.begun;
  }

  async #begin(part: number, blinking: Blinking, forMs: number): Promise<void> {
    try {
      await this.#enqueue(async () => {
        const shown = await this.#board.readSwitches();
        // What drives no LED shows none: it is dark.
        blinking.before = shown.some(
          (each) => each.part === part && each.name === "alert" && each.on,
        );
        blinking.on = !blinking.before;
        await this.#board.setSwitch("alert", blinking.on, part);
      });
    } catch (error) {
      this.#blinking.delete(part);
      throw error;
    }
    // It may have waited for a switch; a stop that came meanwhile stays one.
    if (!this.#stopped) blinking.until = Math.max(blinking.until, this.#clock.now() + forMs);
    this.#next(part, blinking);
  }

  #next(part: number, blinking: Blinking): void {
    if (this.#stopped) return;
    blinking.cancel = this.#clock.after(BLINK_MS, () => void this.#turn(part, blinking));
  }

  async #turn(part: number, blinking: Blinking): Promise<void> {
    if (this.#blinking.get(part) !== blinking) return;
    const isOver = this.#clock.now() >= blinking.until;
    const to = isOver ? blinking.before : !blinking.on;
    try {
      await this.#enqueue(() => this.#board.setSwitch("alert", to, part));
      blinking.on = to;
      if (isOver && this.#clock.now() >= blinking.until) this.#blinking.delete(part);
    } catch {
      // The next reading of the board says what is wrong with it.
      if (isOver) blinking.restores++;
      if (blinking.restores >= RESTORES) this.#blinking.delete(part);
    }
    if (this.#blinking.get(part) === blinking) this.#next(part, blinking);
  }
}
