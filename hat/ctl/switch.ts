// What `on`, `off` and `cycle` do to the named slots: one after the other, each proved by read-back.

import type { PowerBoard, SlotReading, UsbPresence } from "../board.ts";
import { HatError } from "../error.ts";
import type { SlotId } from "../slots.ts";
import { powerOnTexts } from "./board-parts.ts";
import { describeError, EXIT, exitCodeOf } from "./exit.ts";
import { limited } from "./limit.ts";
import { NotGoneError } from "./soft-off.ts";
import { unreadError } from "./unread.ts";

export type Verb = "on" | "off" | "cycle";

export interface SwitchOptions {
  readonly board: PowerBoard;
  readonly verb: Verb;
  readonly slots: readonly SlotId[];
  /** Between two power-ons. */
  readonly staggerMs: number;
  /** For cycle: off time from the proof. */
  readonly dwellMs: number;
  /** For one call on the board. */
  readonly timeoutMs: number;
  /** Before the cut of a slot that is on: resolves with how its Zero went. Rejects with a NotGoneError; that slot is not cut then. */
  readonly shutDown?: (slot: SlotId) => Promise<string>;
  /** Aborts when the person has had enough: the slot in hand is finished, and no further one begun. */
  readonly signal?: AbortSignal;
  /** Ends early where a signal is given and aborts; never rejects for it. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  readonly nowMs: () => number;
  /** For people. */
  readonly say: (text: string) => void;
}

export interface SlotOutcome {
  readonly slot: SlotId;
  /** `skipped`: the line was so already. `not-tried`: an earlier failure stopped us, or the person did. */
  readonly outcome: "done" | "skipped" | "failed" | "not-tried";
  readonly message: string;
}

export interface SwitchResult {
  readonly outcomes: readonly SlotOutcome[];
  readonly exitCode: number;
}

/** How long the kernel may take to see that a device has no power any more. */
const USB_GONE_MS = 5000;
const LOOK_EVERY_MS = 100;
const INTERRUPTED = ": interrupted";

/**
 * Does it. Stops at the first failure: what is wrong with one line is often wrong with the board. A Zero that does not shut down
 * when it is asked is a matter of its own. Never rejects for one slot.
 */
export async function switchSlots(options: SwitchOptions): Promise<SwitchResult> {
  const { board, verb, slots, say } = options;
  const reading = await limited(options.timeoutMs, board.read());
  const readings = new Map(reading.slots.map((shown) => [shown.slot, shown]));
  // The first slot that is switched sets the board up: whoever lost Zeros by it hears of it before.
  for (const text of powerOnTexts(board.info, reading, slots)) say(text);
  const run = new Run(options);
  const outcomes: SlotOutcome[] = [];
  let failure: unknown;
  let isStopped = false;
  for (const slot of slots) {
    const isInterrupted = options.signal?.aborted === true;
    if (isStopped || isInterrupted) {
      outcomes.push(notTried(slot, isStopped ? " after the failure" : INTERRUPTED));
      continue;
    }
    try {
      // Nor is its Zero asked to shut down: nobody could cut it then.
      const unread = unreadError(reading, slot);
      if (unread !== null) throw unread;
      const outcome = await switchOne(run, verb, slot, readings.get(slot));
      outcomes.push(outcome);
      if (outcome.outcome !== "not-tried") say(`${slot}: ${outcome.message}`);
    } catch (error) {
      failure ??= error;
      isStopped = !(error instanceof NotGoneError);
      const left = run.cutSlot === slot ? "left off, " : "";
      const kept = isStopped ? "" : "; it was not cut";
      outcomes.push({ slot, outcome: "failed", message: left + describeError(error) + kept });
    }
  }
  return { outcomes, exitCode: exitCodeFor(outcomes, failure) };
}

async function switchOne(
  run: Run,
  verb: Verb,
  slot: SlotId,
  reading: SlotReading | undefined,
): Promise<SlotOutcome> {
  const done = (message: string) => ({ slot, outcome: "done", message }) as const;
  // On a board that was never set up, a read line is not a driven one; and what shows on USB has power from somewhere.
  const isOff = reading?.line === "off" && reading.driven && reading.usb !== "present";
  if (verb === "on") {
    if (reading?.line === "on" && reading.driven) {
      return { slot, outcome: "skipped", message: "is on already" };
    }
    // Nothing was done to this slot yet: who has had enough in the pause before it does not want it on.
    if (!(await run.mayStart())) return notTried(slot, INTERRUPTED);
    await run.on(slot);
    return done("on, verified");
  }
  if (verb === "off" && isOff) return { slot, outcome: "skipped", message: "is off already" };
  const how = reading?.line === "off" ? "" : await run.shutDown(slot);
  const seen = await run.off(slot);
  if (verb === "off") return done(`${how}off, verified${seen}`);
  await run.dwell();
  await run.on(slot);
  return done(`${how}off, then on again, both verified`);
}

/** The pauses between what is switched. */
class Run {
  readonly #options: SwitchOptions;
  /** The slot that was cut last and is not on again. */
  cutSlot: SlotId | null = null;
  #lastOnMs: number | null = null;

  constructor(options: SwitchOptions) {
    this.#options = options;
  }

  /** Resolves when the next slot may start, or with false as soon as the person has had enough. */
  async mayStart(): Promise<boolean> {
    const { signal } = this.#options;
    await this.#stagger(signal);
    return signal?.aborted !== true;
  }

  async on(slot: SlotId): Promise<void> {
    const { board, nowMs, timeoutMs } = this.#options;
    await this.#stagger();
    await limited(timeoutMs, board.setPower(slot, "on"));
    this.#lastOnMs = nowMs();
    this.cutSlot = null;
  }

  async #stagger(signal?: AbortSignal): Promise<void> {
    const { nowMs, sleep, staggerMs } = this.#options;
    const waitMs = this.#lastOnMs === null ? 0 : this.#lastOnMs + staggerMs - nowMs();
    if (waitMs > 0) await sleep(waitMs, signal);
  }

  /** How its Zero went, for people; empty where it is not asked. */
  async shutDown(slot: SlotId): Promise<string> {
    const how = await this.#options.shutDown?.(slot);
    return how === undefined ? "" : `${how}, `;
  }

  /** Cuts, and waits until the slot's device is gone from USB, where that can be seen. Resolves with what could not be seen. */
  async off(slot: SlotId): Promise<string> {
    const { board, timeoutMs, nowMs, sleep } = this.#options;
    await limited(timeoutMs, board.setPower(slot, "off"));
    this.cutSlot = slot;
    const untilMs = nowMs() + USB_GONE_MS;
    for (;;) {
      const usb = await this.#presence(slot);
      if (usb === "absent") return "";
      if (usb === "unknown") return " (by the line; its USB port cannot be read)";
      if (nowMs() >= untilMs) throw stillThere(slot);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async dwell(): Promise<void> {
    await this.#options.sleep(this.#options.dwellMs);
  }

  async #presence(slot: SlotId): Promise<UsbPresence> {
    const { board, timeoutMs } = this.#options;
    // Not `read`: what that shows counts as known, and a foreign hand's doing would pass unseen.
    const ports = await limited(timeoutMs, board.readPorts());
    return ports[board.info.slots.indexOf(slot)]?.usb ?? "unknown";
  }
}

function notTried(slot: SlotId, why: string): SlotOutcome {
  return { slot, outcome: "not-tried", message: `not tried${why}` };
}

function stillThere(slot: SlotId): HatError {
  return new HatError(
    "not-verified",
    `the line of ${slot} reads off, but ${USB_GONE_MS} ms later its USB port still shows a device: it has power from elsewhere, or the hub's path (--hub) is another HAT's`,
  );
}

function exitCodeFor(outcomes: readonly SlotOutcome[], failure: unknown): number {
  if (failure === undefined) {
    const isWhole = outcomes.every(({ outcome }) => outcome !== "not-tried");
    return isWhole ? EXIT.done : EXIT.interrupted;
  }
  const done = outcomes.some(({ outcome }) => outcome === "done" || outcome === "skipped");
  return done ? EXIT.partly : exitCodeOf(failure);
}
