// The parameters with their meaning: what is to be done to which slots of which board, and how long it may take.

import { isBoardSpec, unknownBoard } from "../../board-spec.ts";
import type { SlotId } from "../../slots.ts";
import { UsageError } from "../exit.ts";
import { ACTIONS, type Action, actionNamed } from "./action.ts";
import type { Input } from "./input.ts";
import { PARAMETERS, type Parameter, type ParameterName } from "./parameter.ts";
import { parsePlugs } from "./plug.ts";

export interface Settings {
  readonly action: Action;
  /** Empty only where the action needs none. */
  readonly plugs: readonly SlotId[];
  readonly board: string;
  readonly hubPaths: readonly string[];
  /** Cut a slot although another slot's card sits in it. */
  readonly despiteMismatch: boolean;
  /** The controller's socket. */
  readonly controller: string;
  readonly separator: string;
  readonly powerWaitMs: number;
  /** Infinity for no limit. */
  readonly powerTimeoutMs: number;
  readonly openTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly lookEveryMs: number;
  readonly onTries: number;
  readonly delayMs: number;
}

/** Longer waits are typing errors; no timer of Node's takes more than 24 days. */
const SECONDS_MAX = 86_400;
const RETRIES_MAX = 100;
/** Looking without a pause would keep the bus busy. */
const LOOK_EVERY_MIN_MS = 20;

/** Throws a UsageError that says which parameter is wrong and what it takes. */
export function settingsOf(input: Input): Settings {
  const text = (name: ParameterName) => textOf(input, name);
  const ms = (name: ParameterName) => Math.round(number(name, text(name), SECONDS_MAX) * 1000);
  const action = parseAction(text("action"));
  const board = text("board");
  if (!isBoardSpec(board)) throw new UsageError(`Failed: ${unknownBoard(board).message}`);
  const retries = number("retry_on", text("retry_on"), RETRIES_MAX);
  return {
    action,
    plugs: parsePlug(action, text("plug"), text("port"), text("plug_separator")),
    board,
    hubPaths:
      text("hub_paths") === ""
        ? []
        : text("hub_paths")
            .split(",")
            .map((path) => path.trim()),
    despiteMismatch: text("despite_mismatch") === "1",
    controller: text("controller"),
    separator: text("separator"),
    powerWaitMs: ms("power_wait"),
    powerTimeoutMs:
      text("disable_timeout") === "1" ? Number.POSITIVE_INFINITY : ms("power_timeout"),
    openTimeoutMs: ms("login_timeout"),
    callTimeoutMs: ms("shell_timeout"),
    lookEveryMs: Math.max(ms("stonith_status_sleep"), LOOK_EVERY_MIN_MS),
    onTries: 1 + retries,
    delayMs: ms("delay"),
  };
}

function textOf({ values }: Input, name: ParameterName): string {
  const spec: Parameter = PARAMETERS[name];
  const value = values.get(name) ?? "";
  return value === "" ? (spec.default ?? "") : value;
}

function parseAction(text: string): Action {
  const action = actionNamed(text);
  if (action !== null) return action;
  throw new UsageError(
    text === ""
      ? "Failed: no action was given, and there is no default: nothing was done"
      : `Failed: Unrecognised action '${text}': known are ${Object.keys(ACTIONS).join(", ")}`,
  );
}

function parsePlug(
  action: Action,
  plug: string,
  port: string,
  separator: string,
): readonly SlotId[] {
  // Pacemaker validates with a node that it makes up, "node1", in plug's place.
  if (action === "validate-all") return [];
  const named = plug === "" ? port : plug;
  if (named === "") {
    if (!ACTIONS[action].needsPlug) return [];
    throw new UsageError(`Failed: ${action} needs a plug, such as p3: nothing was done`);
  }
  const slots = parsePlugs(named, separator);
  if (port === "" || parsePlugs(port, separator).join() === slots.join()) return slots;
  throw new UsageError(
    `Failed: plug says ${plug} and port, its old name, says ${port}: nothing was done`,
  );
}

function number(name: ParameterName, text: string, max: number): number {
  const isWhole = PARAMETERS[name].type === "integer";
  const value = (isWhole ? /^\d{1,6}$/ : /^\d{1,6}(?:\.\d{1,3})?$/).test(text) ? Number(text) : -1;
  if (value >= 0 && value <= max) return value;
  const what = isWhole ? "a whole number" : "seconds";
  throw new UsageError(`Failed: ${name} takes ${what} from 0 to ${max}, not "${text}"`);
}
