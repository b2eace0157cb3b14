// What `on`, `off` and `cycle` do to the named slots: one after the other, each proved by read-back.

import type { PowerBoard, SlotReading } from "../board.ts";
import type { SlotId } from "../slots.ts";
import { describeError, EXIT, exitCodeOf } from "./exit.ts";
import { limited } from "./limit.ts";

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
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly nowMs: () => number;
  /** For people. */
  readonly say: (text: string) => void;
}

interface SlotOutcome {
  readonly slot: SlotId;
  /** `skipped`: the line was so already. `not-tried`: an earlier failure stopped us. */
  readonly outcome: "done" | "skipped" | "failed" | "not-tried";
  readonly message: string;
}

export interface SwitchResult {
  readonly outcomes: readonly SlotOutcome[];
  readonly exitCode: number;
}

/** Does it. Stops at the first failure: what is wrong with one line is often wrong with the board. Never rejects for one slot. */
export async function switchSlots(options: SwitchOptions): Promise<SwitchResult> {
  const { board, verb, slots, say } = options;
  const reading = await limited(options.timeoutMs, board.read());
  const readings = new Map(reading.slots.map((shown) => [shown.slot, shown]));
  const run = new Run(options);
  const outcomes: SlotOutcome[] = [];
  let failure: unknown;
  for (const slot of slots) {
    if (failure !== undefined) {
      outcomes.push({ slot, outcome: "not-tried", message: "not tried after the failure" });
      continue;
    }
    try {
      const outcome = await switchOne(run, verb, slot, readings.get(slot));
      outcomes.push(outcome);
      say(`${slot}: ${outcome.message}`);
    } catch (error) {
      failure = error;
      const left = run.cutSlot === slot ? "left off, " : "";
      outcomes.push({ slot, outcome: "failed", message: left + describeError(error) });
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
  if (verb === "cycle") {
    await run.off(slot);
    await run.dwell();
    await run.on(slot);
    return { slot, outcome: "done", message: "off, then on again, both verified" };
  }
  // On a board that was never set up, a read line is not a driven one.
  if (reading?.line === verb && reading.driven) {
    return { slot, outcome: "skipped", message: `is ${verb} already` };
  }
  await (verb === "on" ? run.on(slot) : run.off(slot));
  return { slot, outcome: "done", message: `${verb}, verified` };
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

  async on(slot: SlotId): Promise<void> {
    const { board, nowMs, sleep, staggerMs, timeoutMs } = this.#options;
    const waitMs = this.#lastOnMs === null ? 0 : this.#lastOnMs + staggerMs - nowMs();
    if (waitMs > 0) await sleep(waitMs);
    await limited(timeoutMs, board.setPower(slot, "on"));
    this.#lastOnMs = nowMs();
    this.cutSlot = null;
  }

  async off(slot: SlotId): Promise<void> {
    const { board, timeoutMs } = this.#options;
    await limited(timeoutMs, board.setPower(slot, "off"));
    this.cutSlot = slot;
  }

  async dwell(): Promise<void> {
    await this.#options.sleep(this.#options.dwellMs);
  }
}

function exitCodeFor(outcomes: readonly SlotOutcome[], failure: unknown): number {
  if (failure === undefined) return EXIT.done;
  const done = outcomes.some(({ outcome }) => outcome === "done" || outcome === "skipped");
  return done ? EXIT.partly : exitCodeOf(failure);
}
