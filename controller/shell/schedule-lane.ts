// Tells the core what the schedules say for now: at every interval, at an edge, and when somebody sets the wall clock.

import type { ScheduleReading } from "../core/schedule.ts";
import type { Clock } from "./clock.ts";
import { EdgeAlarm } from "./edge-alarm.ts";
import type { Untimed } from "./loop.ts";
import { type Window, watchWindow } from "./window.ts";

/** The wanted state is worked out this often, whatever else wakes it. */
const LOOK_EVERY_MS = 15_000;
/** How often the wall clock is held against the monotonic one, and a difference that is no drift: ntpd slews 0.5 ms a second. */
const WATCH_EVERY_MS = 1000;
const STEP_MS = 2000;

type Ceilings = ScheduleReading["ceilings"];

interface Watched {
  readonly window: Window;
  readonly stateAt: ReturnType<typeof watchWindow>;
}

export interface ScheduleParts {
  readonly windows: readonly Window[];
  readonly clock: Clock;
  /** Whether this time of the wall clock may be believed. */
  readonly isClockSet: (wall: Date) => boolean;
  readonly post: (event: Untimed) => void;
  /** Told of what the cron package reports; nothing depends on it. */
  readonly alarmFailed: (error: unknown) => void;
}

function watched(windows: readonly Window[]): readonly Watched[] {
  return windows.map((window) => ({ window, stateAt: watchWindow(window) }));
}

export class ScheduleLane {
  readonly #parts: ScheduleParts;
  #watched: readonly Watched[];
  readonly #alarm: EdgeAlarm;
  /** What held when the clock was last believed. */
  #ceilings: Ceilings = [];
  #open: readonly string[] = [];
  /** Wall minus monotonic, at the last look. */
  #offsetMs = 0;
  #lookAt = 0;
  #cancel: () => void = () => {};

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#watched = watched(parts.windows);
    this.#alarm = new EdgeAlarm(() => this.#look(), parts.alarmFailed);
  }

  /** Posts the first reading at once. Without windows it does nothing. */
  start(): void {
    if (this.#watched.length === 0) return;
    this.#look();
    this.#watch();
  }

  /** Goes by other windows from now on, and tells at once what they say. What the old ones said is forgotten, also while no clock is set. */
  replace(windows: readonly Window[]): void {
    this.stop();
    this.#watched = watched(windows);
    this.#ceilings = [];
    this.#open = [];
    this.#look();
    if (windows.length > 0) this.#watch();
  }

  stop(): void {
    this.#cancel();
    this.#alarm.stop();
  }

  #watch(): void {
    const { clock } = this.#parts;
    this.#cancel = clock.after(WATCH_EVERY_MS, () => {
      const step = clock.wall().getTime() - clock.now() - this.#offsetMs;
      if (Math.abs(step) > STEP_MS) {
        // A job that sleeps does not see the step; it is set anew.
        this.#alarm.stop();
        this.#look();
      } else if (clock.now() >= this.#lookAt) this.#look();
      this.#watch();
    });
  }

  #look(): void {
    const { clock, isClockSet, post } = this.#parts;
    const wall = clock.wall();
    this.#offsetMs = wall.getTime() - clock.now();
    this.#lookAt = clock.now() + LOOK_EVERY_MS;
    // Without windows nothing waits for the clock.
    const clockSet = this.#watched.length === 0 || isClockSet(wall);
    const nextEdgeMs = clockSet ? this.#read(wall.getTime()) : null;
    const reading = { clockSet, ceilings: this.#ceilings, nextEdgeMs, open: this.#open };
    post({ type: "schedule", reading });
  }

  /** Reads every window; returns the time until the first one turns, null where there is none. */
  #read(wallMs: number): number | null {
    const open: string[] = [];
    const ceilings: Ceilings[number][] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const { window, stateAt } of this.#watched) {
      const state = stateAt(wallMs);
      const watts = state.open ? window.watts : window.outsideWatts;
      if (state.open) open.push(window.name);
      if (watts !== null) ceilings.push({ name: window.name, watts });
      untilMs = Math.min(untilMs, state.untilMs);
    }
    this.#open = open;
    this.#ceilings = ceilings;
    if (untilMs === Number.POSITIVE_INFINITY) return null;
    this.#alarm.set(untilMs);
    return untilMs - wallMs;
  }
}
