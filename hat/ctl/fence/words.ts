// What the agent says of itself: the help and the manual page; the metadata takes its descriptions from here too.

import { ACTIONS } from "./action.ts";
import { optionText, PARAMETER_LIST, type Parameter } from "./parameter.ts";

export const NAME = "fence_clusterhat";
export const SHORT_DESCRIPTION = "Fence agent for the power lines of a ClusterHAT";
export const LONG_DESCRIPTION =
  "fence_clusterhat cuts the power of the Pi Zeros on a ClusterHAT, proves that it is cut, and brings it back. Off is proved by reading the line back and, where the Zero's USB port can be seen, by its device going away. It acts only when both action and plug are given. While zerorig drives the board, the agent switches through it.";
/** Of the board. */
export const VENDOR_URL = "https://clusterhat.com";

const CODES: readonly (readonly [code: string, text: string])[] = [
  ["0", "done and proved; for status: on"],
  ["1", "failed, not proved, or not understood"],
  ["2", "status alone: off"],
];

function meaning({ type, default: fallback, text }: Parameter): string {
  const notes = [
    ...(type === "second" ? ["seconds"] : []),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ];
  return notes.length === 0 ? text : `${text} (${notes.join(", ")})`;
}

/** For `--help`. */
export function helpText(): string {
  const rows = (pairs: readonly (readonly [string, string])[], width: number) =>
    pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
  const options = PARAMETER_LIST.map(
    ([name, spec]) => [optionText(name, spec), meaning(spec)] as const,
  );
  const actions = Object.entries(ACTIONS).map(([name, { text }]) => [name, text] as const);
  return [
    `${NAME}: ${SHORT_DESCRIPTION.toLowerCase().replace("clusterhat", "ClusterHAT")}\n\n`,
    `Usage: ${NAME} -o ACTION -n PLUG [options], or the same as lines of key=value on stdin\n\n`,
    `Options:\n${rows(options, 32)}\nActions:\n${rows(actions, 12)}\nExit codes:\n${rows(CODES, 12)}`,
  ].join("");
}

/** For `manpage`: roff, such as `man -l` takes. */
export function manPage(): string {
  const items = (pairs: readonly (readonly [string, string])[]) =>
    pairs.flatMap(([left, right]) => [".TP", `.B ${roff(left)}`, roff(right)]);
  return [
    `.TH ${NAME.toUpperCase()} 8 "" "zerorig ${ZERORIG_VERSION}"`,
    ".SH NAME",
    `${NAME} \\- ${roff(SHORT_DESCRIPTION)}`,
    ".SH DESCRIPTION",
    roff(LONG_DESCRIPTION),
    ".P",
    roff(
      "Parameters are options on a command line or, where there is none, lines of key=value on stdin.",
    ),
    ".SH PARAMETERS",
    ...items(PARAMETER_LIST.map(([name, spec]) => [optionText(name, spec), meaning(spec)])),
    ".SH ACTIONS",
    ...items(Object.entries(ACTIONS).map(([name, { text }]) => [name, text])),
    ".SH EXIT STATUS",
    ...items(CODES),
    "",
  ].join("\n");
}

/** A text in which roff sees no command: a hyphen stays one, and no line begins with a dot or a quote. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}
