// Why an image is not worked on: what it is, and what to do.

export class ImageError extends Error {
  /** What the reader can do; empty when the message says it all. */
  readonly todo: string;

  constructor(message: string, todo: string) {
    super(message);
    this.name = "ImageError";
    this.todo = todo;
  }
}

/** A program that this machine has not, or that failed: nothing that was given is at fault. */
export class ToolError extends ImageError {
  constructor(message: string, todo: string) {
    super(message, todo);
    this.name = "ToolError";
  }
}

/** `what` found no room on this machine's own disk; an image that is too small says so otherwise. */
export function noRoom(what: string): ToolError {
  const todo =
    "make room where --out lies and for temporary files (TMPDIR names another place for them), then run it again";
  return new ToolError(`this machine's disk is full (${what})`, todo);
}

/** What was asked for is wrong: an option, a setting, a key. */
export class UsageError extends ImageError {
  constructor(message: string, todo = "") {
    super(message, todo);
    this.name = "UsageError";
  }
}
