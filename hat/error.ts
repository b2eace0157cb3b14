// The one error of the power side: a stable code to act on, a message that says what to do.

import type { SlotId } from "./slots.ts";

export type HatErrorCode =
  | "no-board" // nothing that we know answered where we looked
  | "unknown-board" // something answered, but it is not a board that we can drive
  | "no-driver" // the optional native package for this board is missing
  | "permission" // the device file exists but may not be opened
  | "bus" // the chip did not answer, or answered nonsense
  | "locked" // another process is the writer of this board
  | "foreign-change" // a line was not as we had left it; nothing was written
  | "not-verified" // written, but the read-back never agreed
  | "no-slot" // the board has no such slot
  | "unsupported"; // the board has no such function

export class HatError extends Error {
  readonly code: HatErrorCode;
  /** `foreign-change`: exactly the slots whose line was found changed. Empty for every other code. */
  readonly slots: readonly SlotId[];

  constructor(code: HatErrorCode, message: string, cause?: unknown, slots: readonly SlotId[] = []) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HatError";
    this.code = code;
    this.slots = slots;
  }
}

/** Whether a thrown value is a HatError, of this code if one is given. */
export function isHatError(error: unknown, code?: HatErrorCode): error is HatError {
  return error instanceof HatError && (code === undefined || error.code === code);
}
