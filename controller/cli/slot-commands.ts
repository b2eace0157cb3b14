// `zerorig status`, and the verbs that name slots: thin over the control socket.

import type { SlotId } from "../../hat/slots.ts";
import type { RigStatus } from "../core/status.ts";
import { IDENTIFY_MS } from "../shell/control-limits.ts";
import type { AgentRequest, ControlRequest } from "../shell/control-protocol.ts";
import { askAndWait } from "./await-slots.ts";
import { confirm } from "./confirm.ts";
import { ask } from "./control-client.ts";
import { lookOf } from "./look.ts";
import { ofSlots } from "./of-slots.ts";
import { statusText } from "./status-text.ts";
import type { WaitVerb } from "./wait.ts";

export interface ControlOptions {
  readonly socket: string;
  readonly json: boolean;
  /** How long an answer may take (ms). */
  readonly timeout: number;
}

/** What the options of any of these verbs may say; a verb without an option has its default here. */
export interface SlotOptions extends ControlOptions {
  readonly reason?: string;
  readonly hard?: boolean;
  readonly yes?: boolean;
  readonly for?: number;
  /** true: as long as is usual. */
  readonly wait?: number | true;
}

/** Those that are answered with the rig's status, and `why`. */
export type SlotVerb = Exclude<
  Extract<ControlRequest, { readonly slots: unknown }>["verb"],
  AgentRequest["verb"]
>;

/** How long `--wait` waits where nobody says: longer than a boot that is slow. */
const WAIT_MS = 5 * 60_000;
/** The controller's own time-out of a drain comes first. */
const DRAIN_MARGIN_MS = 10_000;
const WAKE_MS = 10 * 60_000;

/** Prints what every slot does, and why. */
export async function printStatus({ socket, json, timeout }: ControlOptions): Promise<void> {
  print((await ask(socket, { verb: "status" }, timeout)).status, json);
}

function print(status: RigStatus, json: boolean): void {
  process.stdout.write(
    json ? `${JSON.stringify(status)}\n` : statusText(status, lookOf(process.stdout)),
  );
}

type Naming = Exclude<SlotVerb, "why">;

/** Asks something for slots and prints where they stand: after it was taken in or, with `--wait`, after it is done. */
export async function act(
  verb: Naming,
  wanted: readonly SlotId[] | "all",
  options: SlotOptions,
): Promise<void> {
  const { socket, json, timeout } = options;
  const slots = await namedSlots(options, wanted);
  await agreed(verb, slots, options);
  const request = requestOf(verb, slots, options);
  const only = (status: RigStatus) => ofSlots(status, slots);
  if (options.wait === undefined || !isWaitable(request)) {
    print(only((await ask(socket, request, timeout)).status), json);
    return;
  }
  const limitMs = waitMs(request, options.wait);
  const { status, error } = await askAndWait(options, request, slots, limitMs);
  print(only(status), json);
  if (error !== null) throw error;
}

const STOPS: Readonly<Partial<Record<Naming, string>>> = {
  off: "is shut down and loses its power",
  cycle: "is shut down, loses its power, and is brought back",
};

/** Asks a person before more than one Zero is stopped, or one without a shutdown. */
async function agreed(
  verb: Naming,
  slots: readonly SlotId[],
  { yes = false, json, hard = false }: SlotOptions,
): Promise<void> {
  const does = STOPS[verb];
  if (does === undefined || yes || json || (slots.length === 1 && !hard)) return;
  const how = hard ? does.replace("is shut down", "is NOT shut down") : does;
  await confirm(`${slots.join(" ")}: each ${how}.`);
}

/** The slots by name; `all` are those of the rig. */
export async function namedSlots(
  { socket, timeout }: ControlOptions,
  wanted: readonly SlotId[] | "all",
): Promise<readonly SlotId[]> {
  if (wanted !== "all") return wanted;
  return (await ask(socket, { verb: "status" }, timeout)).status.slots.map(({ slot }) => slot);
}

type SlotRequest = Extract<ControlRequest, { readonly verb: Naming }>;
type WaitRequest = Extract<ControlRequest, { readonly verb: WaitVerb }>;

function requestOf(verb: Naming, named: readonly SlotId[], options: SlotOptions): SlotRequest {
  const slots = [...named];
  const { reason = "", hard = false } = options;
  switch (verb) {
    case "off":
    case "cycle":
      return { verb, slots, reason, hard };
    case "cordon":
    case "drain":
    case "maintenance":
      return { verb, slots, reason, forMs: options.for ?? null };
    case "wake":
      return { verb, slots, forMs: options.for ?? WAKE_MS };
    case "identify":
      return { verb, slots, forMs: options.for ?? IDENTIFY_MS };
    case "on":
    case "uncordon":
    case "release":
      return { verb, slots, reason };
  }
}

const WAITABLE: ReadonlySet<string> = new Set<WaitVerb>([
  "on",
  "off",
  "cycle",
  "drain",
  "release",
  "wake",
]);

function isWaitable(request: SlotRequest): request is WaitRequest {
  return WAITABLE.has(request.verb);
}

function waitMs(request: WaitRequest, wait: number | true): number {
  if (wait !== true) return wait;
  return request.verb === "drain" ? (request.forMs ?? WAIT_MS) + DRAIN_MARGIN_MS : WAIT_MS;
}
