// What hatctl prints: results on stdout, as text or as JSON, and what it has to say beside them on stderr.

export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** The result: one line of JSON with --json, else the text. */
  result(value: object, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value)}\n` : text);
  }

  /** For people alone. */
  readonly say = (text: string): void => {
    if (!this.json) process.stderr.write(`${text}\n`);
  };

  /** What went wrong: for people, and in every log. */
  readonly complain = (text: string): void => {
    process.stderr.write(`hatctl: ${text}\n`);
  };
}
