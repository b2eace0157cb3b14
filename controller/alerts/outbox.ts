// What is on its way to one receiver: one letter at a time, tried again after longer and longer pauses, and never more than so many.

import type { Clock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";
import type { Letter, Post, Receiver } from "./receiver.ts";

/** Sends; resolves with the status of the answer. */
export type SendPost = (post: Post) => Promise<number>;

const QUEUE_MAX = 50;
const RETRY_MS = 5000;
const RETRY_MAX_MS = 15 * 60_000;

export interface OutboxSide {
  readonly clock: Clock;
  readonly send: SendPost;
  /** From 0 to 1. */
  random(): number;
  log(level: "info" | "warn", ev: string, detail: Readonly<Record<string, string>>): void;
}

export class Outbox {
  readonly #receiver: Receiver;
  readonly #side: OutboxSide;
  readonly #queue: Letter[] = [];
  #isSending = false;
  #isClosed = false;
  #failures = 0;
  #dropped = 0;
  #cancel: () => void = () => {};

  constructor(receiver: Receiver, side: OutboxSide) {
    this.#receiver = receiver;
    this.#side = side;
  }

  /** Takes a letter; with too many on their way the oldest is lost, for what is newer says more. */
  put(letter: Letter): void {
    if (this.#isClosed) return;
    this.#queue.push(letter);
    if (this.#queue.length > QUEUE_MAX) {
      // The first may be under way.
      this.#queue.splice(this.#isSending ? 1 : 0, 1);
      this.#dropped++;
    }
    if (this.#failures === 0) void this.#send();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (
      let [letter] = this.#queue;
      letter !== undefined && !this.#isClosed;
      [letter] = this.#queue
    ) {
      const failure = await this.#try(letter);
      if (failure === null) {
        this.#queue.shift();
        this.#arrived();
        continue;
      }
      this.#failed(failure);
      break;
    }
    this.#isSending = false;
  }

  /** Null if it arrived, or never will: what it is refused for does not change with time. */
  async #try(letter: Letter): Promise<string | null> {
    const { name, where } = this.#receiver;
    try {
      const status = await this.#side.send(this.#receiver.post(letter));
      if (status >= 200 && status < 300) return null;
      if (status >= 500 || status === 408 || status === 429) return `status ${status}`;
      const detail = {
        to: name,
        where,
        why: `status ${status}`,
        todo: `check [alerts] ${name}_url`,
      };
      this.#side.log("warn", "alert.refused", detail);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  #arrived(): void {
    const { name: to } = this.#receiver;
    if (this.#failures > 0 || this.#dropped > 0) {
      this.#side.log("info", "alert.delivered", { to, lost: String(this.#dropped) });
    }
    this.#failures = 0;
    this.#dropped = 0;
  }

  #failed(why: string): void {
    const { name: to, where } = this.#receiver;
    if (this.#failures === 0) this.#side.log("warn", "alert.failed", { to, where, why });
    const longest = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.#failures++);
    const pauseMs = longest * (0.5 + this.#side.random() / 2);
    this.#cancel();
    if (this.#isClosed) return;
    this.#cancel = this.#side.clock.after(pauseMs, () => void this.#send());
  }
}
