// The loop around the core: a bounded inbox, drained after the sockets were read, then a tick, then a sleep until wakeAt.

import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { RigState } from "../core/state.ts";
import { step } from "../core/step.ts";
import type { Clock } from "./clock.ts";

/** An event before the loop stamps it with the time of its arrival. */
export type Untimed = Event extends infer E ? (E extends Event ? Omit<E, "now"> : never) : never;

/** Told of each step: the state before it, what was taken in, and what was decided. */
export type Witness = (before: RigState, event: Event, effects: readonly Effect[]) => void;

/** Above this, frames that carry nothing but a sign of life are dropped: the next one tells the same. */
const INBOX_LIMIT = 4096;

/** `onTick` is called at the end of each turn that judged: what a watchdog may be fed from. */
export class Loop {
  #state: RigState;
  readonly #clock: Clock;
  readonly #execute: (effect: Effect) => void;
  readonly #witness: Witness | null;
  readonly #onTick: () => void;
  #inbox: Event[] = [];
  #scheduled = false;
  #wakeAt: number;
  #cancelWake: () => void = () => {};
  #stopped = false;
  /** Signs of life that the full inbox dropped. */
  dropped = 0;

  constructor(
    state: RigState,
    clock: Clock,
    execute: (effect: Effect) => void,
    witness: Witness | null = null,
    onTick: () => void = () => {},
  ) {
    this.#state = state;
    this.#clock = clock;
    this.#execute = execute;
    this.#witness = witness;
    this.#onTick = onTick;
    this.#wakeAt = clock.now();
    this.#schedule();
  }

  get state(): RigState {
    return this.#state;
  }

  /** Takes in an event. It is acted on later, never within this call. */
  post(event: Untimed): void {
    if (this.#stopped) return;
    const sign = event.type === "heard" || event.type === "beat";
    if (sign && this.#inbox.length >= INBOX_LIMIT) {
      this.dropped++;
      return;
    }
    this.#inbox.push({ ...event, now: this.#clock.now() } as Event);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelWake();
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    // After the poll phase: what the sockets hold is read before anyone is judged (Node runs due timers before it reads the sockets).
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const batch = this.#inbox;
    this.#inbox = [];
    for (const event of batch) this.#take(event);
    const now = this.#clock.now();
    const isDue = now >= this.#wakeAt;
    if (isDue) this.#take({ type: "tick", now });
    this.#sleep();
    if (isDue) this.#onTick();
  }

  #take(event: Event): void {
    const before = this.#state;
    const { state, effects, wakeAt } = step(before, event);
    this.#state = state;
    this.#witness?.(before, event, effects);
    // Only a tick has looked at every deadline; another event may ask for the next one now, never put it off.
    this.#wakeAt = event.type === "tick" ? wakeAt : Math.min(this.#wakeAt, wakeAt);
    for (const effect of effects) this.#execute(effect);
  }

  #sleep(): void {
    this.#cancelWake();
    // The timer only wakes the loop; it judges nothing itself.
    this.#cancelWake = this.#clock.after(this.#wakeAt - this.#clock.now(), () => this.#schedule());
  }
}

/** Resolves when an event that was posted just now is taken in: what is asked then shows what came of it. */
export function twoTurns(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
