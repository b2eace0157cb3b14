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

/** On a terminal only, unless NO_COLOR or TERM=dumb say no (no-color.org); FORCE_COLOR says yes over all, or with 0 no. */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  { isTTY = false }: { readonly isTTY?: boolean },
): boolean {
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
