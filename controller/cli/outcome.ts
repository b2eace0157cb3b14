// How a command ended, for those that end without an error and not always the same.

export interface Outcome {
  exitCode: number;
}
