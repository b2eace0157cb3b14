// The one error of configuration: every problem that was found, each with its place and a stable code.

export type ConfigErrorCode =
  | "unreadable" // the file is missing, or may not be read
  | "syntax" // not TOML
  | "unknown-section"
  | "unknown-key"
  | "wrong-value" // the wrong type, or out of range
  | "missing" // a required key is absent
  | "placeholder" // the example's user name
  | "conflict"; // two values that cannot both hold

export interface ConfigProblem {
  readonly code: ConfigErrorCode;
  /** The file, or the environment variable or flag that the value came from. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** One problem on one line: `controller.toml:7:1: unknown key ...`. */
function problemText(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null);
  return `${place.join(":")}: ${problem.message}`;
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  /** Of the first problem. */
  readonly code: ConfigErrorCode;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;

  constructor(problems: readonly [ConfigProblem, ...ConfigProblem[]], cause?: unknown) {
    super(problems.map(problemText).join("\n"), cause === undefined ? undefined : { cause });
    this.name = "ConfigError";
    this.problems = problems;
    const [first] = problems;
    this.code = first.code;
    this.file = first.file;
    this.line = first.line;
    this.column = first.column;
  }
}
