// One run of hatctl on a board: the board, the controller that may be driving it, and how to print.

import { type Command, Option } from "commander";
import type { PowerBoard } from "../board.ts";
import { BOARD_SPECS } from "../board-spec.ts";
import { openBoard } from "../detect.ts";
import { HatError, isHatError } from "../error.ts";
import {
  CONTROL_SOCKET_ENV,
  type ControllerStatus,
  DEFAULT_CONTROL_SOCKET,
  drivesBoard,
  findController,
} from "./controller-client.ts";
import { ControllerError, isControllerError } from "./controller-error.ts";
import { UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { Output } from "./output.ts";
import { patientBoard } from "./patient-board.ts";
import { limitMilliseconds } from "./time.ts";
import { startTrialBoard, type TrialBoard } from "./trial-board.ts";

export interface GlobalFlags {
  readonly board: string;
  readonly hub: readonly string[];
  readonly control: string;
  readonly json?: boolean;
  readonly timeout: string;
  readonly virtual?: boolean;
}

export interface Session {
  readonly board: PowerBoard;
  /** The controller that drives this very board now, as it stood when we asked; null where none does. */
  readonly controller: ControllerStatus | null;
  readonly flags: GlobalFlags;
  readonly out: Output;
  /** For one call on the board. */
  readonly timeoutMs: number;
}

const CLOSE_MS = 2000;
const HUB_PATH = /^\d+-\d+(\.\d+)*$/;

/** The options that every command of a board has. */
export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(new Option("--board <spec>", BOARD_SPECS).env("ZERORIG_BOARD").default("auto"))
    .option(
      "--hub <path>",
      "the USB path of a HAT's hub, such as 1-1.2; once for each HAT, in the order of the slots",
      (path: string, paths: readonly string[]) => [...paths, hubPath(path)],
      [] as readonly string[],
    )
    .addOption(
      new Option("--control <path>", "the control socket of the controller, if one runs")
        .env(CONTROL_SOCKET_ENV)
        .default(DEFAULT_CONTROL_SOCKET),
    )
    .option("--virtual", "try it on a virtual board that lives for this one command")
    .option("--json", "print JSON on stdout")
    .option("--timeout <time>", "how long one call on the board may take", "10s");
}

/** Opens the board, finds out who drives it, acts, and closes. The exit code is what `act` resolves with. */
export async function withSession(
  program: Command,
  act: (session: Session) => Promise<number>,
): Promise<void> {
  const flags = program.opts<GlobalFlags>();
  const timeoutMs = limitMilliseconds("--timeout", flags.timeout);
  const out = new Output(flags.json === true);
  const trial = flags.virtual === true ? await startTrialBoard() : null;
  try {
    const found = trial === null ? await lookForController(flags.control, out) : null;
    const board = await limited(timeoutMs, openedBoard(flags, trial, found));
    const isOurs = found !== null && drivesBoard(found, board.info.description);
    const controller = isOurs ? found : null;
    try {
      process.exitCode = await act({ board, controller, flags, out, timeoutMs });
    } catch (error) {
      throw withController(error, flags.control, found);
    } finally {
      // A call that never ends would be waited for here; its lock is void once we are dead.
      await limited(CLOSE_MS, board.close()).catch(() => {});
    }
  } finally {
    await trial?.stop();
  }
}

/** Before anything is done that the controller has no request for. Throws `refused`. */
export function refuseWhileControlled({ controller, flags }: Session, word: string): void {
  if (controller === null) return;
  throw new ControllerError(
    "refused",
    `the controller at ${flags.control} drives this board and has no request for \`${word}\`: stop it first (its Zeros keep their power), then ask again`,
  );
}

/** A controller that cannot be asked is no reason to stop: the board's lock keeps us apart. */
async function lookForController(
  socketPath: string,
  out: Output,
): Promise<ControllerStatus | null> {
  try {
    return await findController(socketPath);
  } catch (error) {
    if (!isControllerError(error)) throw error;
    out.say(error.message);
    return null;
  }
}

async function openedBoard(
  flags: GlobalFlags,
  trial: TrialBoard | null,
  found: ControllerStatus | null,
): Promise<PowerBoard> {
  try {
    const board = trial?.spec ?? flags.board;
    return patientBoard(await openBoard({ board, hubPaths: flags.hub }));
  } catch (error) {
    throw withController(error, flags.control, found);
  }
}

/** Says what the controller has to do with it, where a board is held or not found. */
function withController(
  error: unknown,
  socketPath: string,
  found: ControllerStatus | null,
): unknown {
  if (found === null || !(isHatError(error, "locked") || isHatError(error, "no-board"))) {
    return error;
  }
  return new HatError(
    error.code,
    `${error.message}; the controller at ${socketPath} drives "${found.board}": to go through it, name that very board with --board`,
    error,
  );
}

function hubPath(text: string): string {
  if (HUB_PATH.test(text)) return text;
  throw new UsageError(`--hub takes a USB path such as 1-1.2, not "${text}"`);
}
