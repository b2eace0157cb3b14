// The USB hub of a HAT: what stopping it costs, and a reset that never leaves it off unsaid.

import { setTimeout } from "node:timers/promises";
import type { BoardInfo, PowerBoard } from "./board.ts";
import { HatError, type HatErrorCode } from "./error.ts";
import { partsWith } from "./refusal.ts";
import type { SlotId } from "./slots.ts";

/** The vendor's own hold, of clusterctrl `hub reset`. */
const HOLD_MS = 1000;
const TRIES = 3;
/** A call that is refused like this has written nothing. */
const UNTOUCHED: ReadonlySet<HatErrorCode> = new Set(["locked", "permission", "unsupported"]);

export interface HubResetOptions {
  /** One board of the rig; without it all that have a hub. */
  readonly part?: number | undefined;
  /** How long the hub is off. */
  readonly holdMs?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** The slots whose USB (network, console, disk) goes while the hub is off. Say them before. Throws `unsupported`. */
export function slotsBehindHub(info: BoardInfo, part?: number): readonly SlotId[] {
  return partsWith(info, "hub", part).flatMap((index) => info.parts[index]?.slots ?? []);
}

/**
 * Switches the hub off and, whatever happened to that, on again. The Zeros keep their power; every one of them loses its USB for the
 * hold and for as long as it then needs to be found again. Resolves with the slots that lost it. Rejects with the error of the off,
 * or, if the hub may still be off, with one that says so.
 */
export async function resetHub(
  board: PowerBoard,
  options: HubResetOptions = {},
): Promise<readonly SlotId[]> {
  const { part, holdMs = HOLD_MS, sleep = setTimeout } = options;
  const slots = slotsBehindHub(board.info, part);
  try {
    await board.setSwitch("hub", false, part);
    await sleep(holdMs);
  } catch (error) {
    if (!(error instanceof HatError) || !UNTOUCHED.has(error.code)) {
      await switchOn(board, part, sleep);
    }
    throw error;
  }
  await switchOn(board, part, sleep);
  return slots;
}

/** A foreign change that was reported once is known by the next try. */
async function switchOn(
  board: PowerBoard,
  part: number | undefined,
  sleep: (ms: number) => Promise<unknown>,
): Promise<void> {
  let failure: unknown;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      if (attempt > 0) await sleep(HOLD_MS);
      return await board.setSwitch("hub", true, part);
    } catch (error) {
      failure = error;
    }
  }
  const why = failure instanceof Error ? failure.message : String(failure);
  throw new HatError(
    failure instanceof HatError ? failure.code : "bus",
    `the USB hub may be off, and with it the network of its Zeros: it could not be switched on again (${why}). Try \`hatctl hub on\``,
    failure,
    failure instanceof HatError ? failure.slots : [],
  );
}
