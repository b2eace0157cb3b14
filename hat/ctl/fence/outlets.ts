// The power lines as the fence agent uses them: read from the board itself, and switched by whoever is its writer.

import type { BoardReading, PowerBoard } from "../../board.ts";
import { HatError, isHatError } from "../../error.ts";
import { identify } from "../../identity.ts";
import type { SlotId } from "../../slots.ts";
import { askController, type ControllerStatus, drivesBoard } from "../controller-client.ts";
import { isControllerError } from "../controller-error.ts";
import { describeError, TimeoutError } from "../exit.ts";
import { limited } from "../limit.ts";
import type { Log } from "./log.ts";
import { NAME } from "./words.ts";

export interface OutletsOptions {
  readonly board: PowerBoard;
  readonly socketPath: string;
  /** For one call on the board, and for one answer of the controller. */
  readonly callTimeoutMs: number;
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly nowMs: () => number;
}

/** Another agent holds the lock for some milliseconds. */
const LOCKED_PAUSE_MS = 50;

export class Outlets {
  readonly #options: OutletsOptions;
  #byController = false;
  /** The board that a controller drives and that is not ours; empty for none. */
  #otherBoard = "";
  #warned = "";

  constructor(options: OutletsOptions) {
    this.#options = options;
  }

  /** Whether a controller switches for us. It has to hear of each order, or it might undo what we found done. */
  get byController(): boolean {
    return this.#byController;
  }

  /** Looks for a controller that drives this very board. */
  async find(): Promise<void> {
    const { log, board, socketPath } = this.#options;
    this.#byController = false;
    this.#otherBoard = "";
    try {
      const status = await this.#ask({ verb: "status" });
      this.#byController = drivesBoard(status, board.info.description);
      this.#otherBoard = this.#byController ? "" : status.board;
      if (this.#byController) log.info(`switching through the controller at ${socketPath}`);
    } catch (error) {
      if (isControllerError(error, "absent")) return;
      // It is looked for again and again while the board is held: once is enough to say so.
      const why = describeError(error);
      if (why !== this.#warned) log.warning(why);
      this.#warned = why;
    }
  }

  get slots(): readonly SlotId[] {
    return this.#options.board.info.slots;
  }

  /** Each slot as the board itself shows it, also while a controller drives it. */
  async read(): Promise<BoardReading> {
    return await this.#limited(this.#options.board.read());
  }

  /** Why a slot may not be cut by its name: another slot's card sits in it. What cannot be seen is no reason. */
  async mismatches(): Promise<ReadonlyMap<SlotId, string>> {
    const { board, log } = this.#options;
    try {
      const identities = await this.#limited(identify(board));
      return new Map(
        identities.flatMap(({ slot, mismatch }) => (mismatch === null ? [] : [[slot, mismatch]])),
      );
    } catch (error) {
      log.warning(`which card sits in which slot cannot be seen: ${describeError(error)}`);
      return new Map();
    }
  }

  /**
   * Orders one line on or off. Resolves when that is done or taken in: `read` shows which. Tries on until `untilMs` while another
   * program is at the board. Rejects with what the board or the controller says.
   */
  async order(slot: SlotId, line: "on" | "off", untilMs: number): Promise<void> {
    const { board, log, sleep, nowMs } = this.#options;
    for (;;) {
      try {
        if (this.#byController) await this.#orderController(slot, line);
        else await this.#limited(board.setPower(slot, line));
        return;
      } catch (error) {
        const isLocked = isHatError(error, "locked");
        const isGone = isControllerError(error, "absent");
        if (!isLocked && !isGone && !isHatError(error, "foreign-change")) throw error;
        if (nowMs() >= untilMs) throw isLocked ? this.#withOther(error) : error;
        log.info(`${slot}: ${describeError(error)}; trying again`);
        await sleep(LOCKED_PAUSE_MS);
        if (isLocked || isGone) await this.find();
      }
    }
  }

  /** What the controller says of the slot; empty where none switches for us, or where it does not answer. */
  async word(slot: SlotId): Promise<string> {
    if (!this.#byController) return "";
    const status = await this.#ask({ verb: "status" }).catch(() => null);
    const shown = status?.slots.find((candidate) => candidate.slot === slot);
    if (shown === undefined) return "";
    const next = shown.next === null ? "" : `, ${shown.next}`;
    return `; the controller shows ${shown.state} (${shown.why})${next}`;
  }

  /** It may be that very controller: a rig of two HATs is not the board that one of them is. */
  #withOther(error: HatError): HatError {
    if (this.#otherBoard === "") return error;
    const what = `the controller at ${this.#options.socketPath} drives "${this.#otherBoard}"`;
    return new HatError(
      error.code,
      `${error.message}; ${what}: to go through it, name that very board`,
    );
  }

  async #orderController(slot: SlotId, line: "on" | "off"): Promise<void> {
    const request = { slots: [slot], reason: NAME };
    await this.#ask(
      line === "on" ? { verb: line, ...request } : { verb: line, ...request, hard: true },
    );
  }

  #ask(request: Parameters<typeof askController>[1]): Promise<ControllerStatus> {
    return askController(this.#options.socketPath, request, this.#options.callTimeoutMs);
  }

  async #limited<T>(call: Promise<T>): Promise<T> {
    return await limited(this.#options.callTimeoutMs, call).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) throw error;
      const limit = `${this.#options.callTimeoutMs} ms (shell_timeout)`;
      throw new TimeoutError(`the board did not answer in ${limit}`);
    });
  }
}
