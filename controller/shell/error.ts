// What stops a controller from starting or running: a stable code, a message, and what to do about it.

export type ControllerErrorCode =
  | "port-in-use"
  | "bad-address"
  | "socket-in-use"
  | "permission"
  | "state-dir"
  | "state-in-use"
  | "sqlite"
  | "key-file"
  | "ca-file"
  | "agent-program";

export class ControllerError extends Error {
  readonly code: ControllerErrorCode;
  /** What the reader can do about it. */
  readonly todo: string;

  constructor(code: ControllerErrorCode, message: string, todo: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ControllerError";
    this.code = code;
    this.todo = todo;
  }
}

/** The `code` of a Node system error ("EADDRINUSE"), or "". */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
