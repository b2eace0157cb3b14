// The parameters of fence_clusterhat, in one table: the readers, the metadata, the manual page and the help all follow it.

import { DEFAULT_CONTROL_SOCKET } from "../controller-client.ts";

export interface Parameter {
  /** The one letter on a command line. */
  readonly short?: string;
  readonly type: "string" | "second" | "integer" | "boolean";
  readonly default?: string;
  readonly required?: true;
  /** The name that stands in its place now. */
  readonly deprecatedFor?: string;
  /** For people, one sentence without a full stop. */
  readonly text: string;
}

/** As on stdin; on a command line `_` becomes `-`. */
export const PARAMETERS = {
  action: { short: "o", type: "string", required: true, text: "What to do; there is no default" },
  plug: {
    short: "n",
    type: "string",
    text: "The slots: p3 or 3, several as p1,p3 or p1-p3; nothing is switched without",
  },
  port: { type: "string", deprecatedFor: "plug", text: "The old name of plug" },
  board: {
    short: "b",
    type: "string",
    default: "auto",
    text: "The board, as hatctl takes it: auto, v1, v2.3, v2.3@0x21, usb:20, virtual:PATH, several with commas",
  },
  hub_paths: {
    type: "string",
    text: "The USB path of the HAT's hub, such as 1-1.2, one for each HAT with commas; without it the hub is looked for",
  },
  despite_mismatch: {
    type: "boolean",
    default: "0",
    text: "Cut the slot that plug names although the card in it was made for another one",
  },
  controller: {
    type: "string",
    default: DEFAULT_CONTROL_SOCKET,
    text: "The control socket of zerorig; while it drives this board, the agent switches through it",
  },
  plug_separator: { type: "string", default: ",", text: "What stands between several slots" },
  separator: {
    short: "C",
    type: "string",
    default: ",",
    text: "What stands between the fields of list and list-status",
  },
  power_wait: {
    type: "second",
    default: "0",
    text: "How long to wait after each off and on; in a reboot the power is off for 2 s at least",
  },
  power_timeout: {
    type: "second",
    default: "20",
    text: "How long an off or on may take until it is proved",
  },
  login_timeout: { type: "second", default: "5", text: "How long opening the board may take" },
  shell_timeout: { type: "second", default: "3", text: "How long one call on the board may take" },
  disable_timeout: {
    type: "boolean",
    default: "0",
    text: "Wait for the proof without end: the caller's time limit rules",
  },
  stonith_status_sleep: {
    type: "second",
    default: "0.2",
    text: "How long to wait between two looks at the board",
  },
  retry_on: { type: "integer", default: "1", text: "How often switching on is tried again" },
  delay: { type: "second", default: "0", text: "How long to wait before off and reboot" },
  verbose: { short: "v", type: "boolean", text: "Tell each step on stderr" },
  quiet: { short: "q", type: "boolean", text: "Tell nothing on stderr" },
  version: { short: "V", type: "boolean", text: "Print the version" },
  help: { short: "h", type: "boolean", text: "Print the parameters" },
} as const satisfies Readonly<Record<string, Parameter>>;

export type ParameterName = keyof typeof PARAMETERS;

/** All of them, in order. */
export const PARAMETER_LIST: readonly (readonly [name: ParameterName, spec: Parameter])[] =
  Object.entries(PARAMETERS) as [ParameterName, Parameter][];

/** The parameter of this name, written with `_` or `-`; null for none of ours. */
export function parameterNamed(text: string): ParameterName | null {
  const name = text.replaceAll("-", "_");
  return Object.hasOwn(PARAMETERS, name) ? (name as ParameterName) : null;
}

/** How it is written on a command line: `-n, --plug=[plug]`. */
export function optionText(name: ParameterName, { short, type }: Parameter): string {
  const long = `--${name.replaceAll("_", "-")}${type === "boolean" ? "" : `=[${name}]`}`;
  return short === undefined ? long : `-${short}, ${long}`;
}
