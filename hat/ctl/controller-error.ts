// What can go wrong between hatctl and a running controller, with the exit code that tells of it.

export type ControllerErrorCode =
  | "absent" // nothing listens at the socket
  | "permission" // the socket may not be opened
  | "silent" // it did not answer in time, hung up, or is no controller
  | "no-slot" // the rig has no such slot
  | "refused" // the controller says no
  | "timeout" // it was taken in, and is not done yet
  | "failed"; // a slot ended in a fault

/** The codes are those of `zerorig` for the same cases. */
const EXIT_CODES: Readonly<Record<ControllerErrorCode, number>> = {
  absent: 5,
  permission: 4,
  silent: 5,
  "no-slot": 3,
  refused: 6,
  timeout: 5,
  failed: 1,
};

export class ControllerError extends Error {
  override readonly name = "ControllerError";
  readonly code: ControllerErrorCode;

  constructor(code: ControllerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** Whether a thrown value is a ControllerError, of this code if one is given. */
export function isControllerError(
  error: unknown,
  code?: ControllerErrorCode,
): error is ControllerError {
  return error instanceof ControllerError && (code === undefined || error.code === code);
}
