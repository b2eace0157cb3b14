// A window of a schedule: whether it is open at a wall-clock time, and until when that is so.

import { parseCron } from "./cron-line.ts";
import { zoneTime } from "./zone-time.ts";

export interface Window {
  readonly name: string;
  /** Cron expressions of five or six fields, in the zone's local time: it opens at these times, and closes at those. */
  readonly from: string;
  readonly to: string;
  /** An IANA name, such as `Europe/Berlin`. */
  readonly zone: string;
  /** The ceiling while it is open; null for none. */
  readonly watts: number | null;
  /** The ceiling while it is closed; null for none. */
  readonly outsideWatts: number | null;
}

/** Holds from `sinceMs` until just before `untilMs`, in ms since 1970. */
export interface WindowState {
  readonly open: boolean;
  /** The last time of either expression. */
  readonly sinceMs: number;
  /** When it turns over. */
  readonly untilMs: number;
}

const SECOND_MS = 1000;
/** A turn may be undone in the same moment (both expressions name it, or a gap swallows the window); so many in a row are passed over. */
const UNDONE_MAX = 50;

interface Reader {
  /** Takes several calls of the cron package at about 1 ms each on a PC. */
  stateAt(wallMs: number): WindowState;
  /** The state after one that was read, from the moment at which that turns over: a good deal cheaper. */
  after(state: WindowState): WindowState;
}

/** Throws on a bad expression or an unknown zone. */
function readerOf(window: Window): Reader {
  const from = parseCron(window.from);
  const to = parseCron(window.to);
  const zone = zoneTime(window.zone);

  // Level-triggered: whichever came last decides, however long ago. Where both come at once, it opens.
  const isOpen = (local: number) => from.latest(local) >= to.latest(local);

  function turnsAt(open: boolean, local: number): number {
    const [turning, other] = open ? [to, from] : [from, to];
    let turn = local;
    let instant = 0;
    for (let undone = 0; undone < UNDONE_MAX; undone++) {
      turn = turning.next(turn);
      instant = zone.firstAt(turn);
      const then = zone.reached(instant);
      if (other.next(turn - SECOND_MS) > then || isOpen(then) !== open) break;
    }
    return instant;
  }

  return {
    stateAt(wallMs) {
      const local = zone.reached(wallMs);
      const opened = from.latest(local);
      const closed = to.latest(local);
      const open = opened >= closed;
      const sinceMs = zone.firstAt(Math.max(opened, closed));
      return { open, sinceMs, untilMs: turnsAt(open, local) };
    },
    after({ open, untilMs }) {
      const untilNext = turnsAt(!open, zone.reached(untilMs));
      return { open: !open, sinceMs: untilMs, untilMs: untilNext };
    },
  };
}

/**
 * A function that tells the window's state at a time of the wall clock. What it last worked out answers for as long as it holds.
 * Throws on a bad expression or an unknown zone.
 */
export function watchWindow(window: Window): (wallMs: number) => WindowState {
  const { stateAt } = readerOf(window);
  let known: WindowState | null = null;
  return (wallMs) => {
    if (known === null || wallMs < known.sinceMs || wallMs >= known.untilMs) {
      known = stateAt(wallMs);
    }
    return known;
  };
}

/** The window's states from this time on, one after the other, without an end. */
export function* windowStates(window: Window, wallMs: number): Generator<WindowState, never> {
  const reader = readerOf(window);
  for (let state = reader.stateAt(wallMs); ; state = reader.after(state)) yield state;
}

/** Whether there is an end to it the next time that it is open, from this time on. */
export function everCloses(window: Window, wallMs: number): boolean {
  const stateAt = watchWindow(window);
  const now = stateAt(wallMs);
  const opened = now.open ? now : stateAt(now.untilMs);
  return !stateAt(opened.untilMs).open;
}
