// The one way to the board: actions and readings one after the other, each with a time limit, each outcome an event.

import type { BoardReading, Line, PowerBoard } from "../../hat/board.ts";
import { HatError, isHatError } from "../../hat/error.ts";
import { identify } from "../../hat/identity.ts";
import type { SlotId } from "../../hat/slots.ts";
import { AlertBlink } from "./alert-blink.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { Untimed } from "./loop.ts";
import { wrongSlots } from "./wrong-slots.ts";

const READ_LIMIT_MS = 5000;
const READ_EVERY_MS = 1000;
/** While something is being switched, the proof should not wait for a slow poll. */
const READ_EVERY_SWITCHING_MS = 200;
/** A card may give its name some time after its USB device shows. */
const IDENTIFY_EVERY_MS = 10_000;

export class BoardLane {
  readonly #board: PowerBoard;
  readonly #clock: Clock;
  readonly #post: (event: Untimed) => void;
  readonly #switching: () => boolean;
  readonly #alert: AlertBlink;
  #tail: Promise<void> = Promise.resolve();
  #cancelPoll: () => void = () => {};
  #closed = false;
  #identifiedAt = Number.NEGATIVE_INFINITY;
  /** The USB ports as they were when the cards were last looked at. */
  #ports = "";
  #wrongCards: readonly SlotId[] = [];

  constructor(
    board: PowerBoard,
    clock: Clock,
    post: (event: Untimed) => void,
    switching: () => boolean,
  ) {
    this.#board = board;
    this.#clock = clock;
    this.#post = post;
    this.#switching = switching;
    this.#alert = new AlertBlink(board, clock, (operation) => this.#inTurn(operation));
  }

  /** Begins to poll. Resolves after the first reading, so that nothing is judged before the lines are known. */
  async start(): Promise<void> {
    await this.#read();
    this.#poll();
  }

  power(slot: SlotId, action: number, to: Line): void {
    void this.#enqueue(async () => {
      try {
        // No limit: what was begun may still happen, so it is not over before the driver says so.
        const reading = await this.#board.setPower(slot, to);
        this.#post({ type: "power-done", action, reading });
      } catch (error) {
        const changed = isHatError(error, "foreign-change") ? { changed: error.slots } : {};
        this.#post({ type: "power-failed", slot, action, ...failure(error), ...changed });
      }
      // The proof should not wait for a reading that was planned before this.
      this.#poll();
    });
  }

  /** Blinks the alert LEDs of these slots' boards. Resolves when they blink; rejects with a HatError. */
  blink(slots: readonly SlotId[], forMs: number): Promise<void> {
    return this.#alert.start(slots, forMs);
  }

  /** Waits for what is under way, then lets go of the board. No line changes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll();
    await this.#alert.stop();
    await this.#tail;
    await this.#board.close();
  }

  #poll(): void {
    this.#cancelPoll();
    if (this.#closed) return;
    const everyMs = this.#switching() ? READ_EVERY_SWITCHING_MS : READ_EVERY_MS;
    this.#cancelPoll = this.#clock.after(everyMs, () => {
      void this.#read().then(() => this.#poll());
    });
  }

  #read(): Promise<void> {
    return this.#enqueue(async () => {
      try {
        const reading = await this.#limited(this.#board.read());
        this.#post({ type: "board-read", reading });
        await this.#identify(reading);
      } catch (error) {
        this.#post({ type: "board-failed", ...failure(error) });
      }
    });
  }

  /** Tells whose card is in another's slot. What cannot be seen is no reason to doubt. */
  async #identify({ slots }: BoardReading): Promise<void> {
    const now = this.#clock.now();
    const ports = slots.map(({ usb }) => usb).join();
    if (ports === this.#ports && now - this.#identifiedAt < IDENTIFY_EVERY_MS) return;
    this.#ports = ports;
    this.#identifiedAt = now;
    const wrong = wrongSlots(await this.#limited(identify(this.#board)));
    if (wrong.join() === this.#wrongCards.join()) return;
    this.#wrongCards = wrong;
    this.#post({ type: "wrong-cards", slots: wrong });
  }

  /** As #enqueue, for what may fail: whoever asked hears of it, and what comes after goes on. */
  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      void this.#enqueue(() => operation().then(resolve, reject));
    });
  }

  #enqueue(operation: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(operation);
    return this.#tail;
  }

  #limited<T>(operation: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(READ_LIMIT_MS, () =>
        reject(new HatError("bus", `the board did not answer within ${READ_LIMIT_MS} ms`)),
      );
      operation.then(resolve, reject).finally(cancel);
    });
  }
}

function failure(error: unknown) {
  return {
    code: isHatError(error) ? error.code : ("bus" as const),
    detail: messageOf(error),
  };
}
