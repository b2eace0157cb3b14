// Colours of the terminal, where they are wanted.

export type Tone = "plain" | "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const CODES: Readonly<Record<Tone, string>> = {
  plain: "",
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  cyan: "36",
};

/** The text in a tone, or as it is where there is no colour. */
export function paint(text: string, tone: Tone, colour: boolean): string {
  return !colour || tone === "plain" || text === ""
    ? text
    : `\u001b[${CODES[tone]}m${text}\u001b[0m`;
}

/** NO_COLOR and TERM=dumb switch colours off (no-color.org). */
export function wantsColour(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
