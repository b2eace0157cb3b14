// `zerorig status`, and the verbs that name slots: thin over the control socket.

import type { SlotId } from "../../hat/slots.ts";
import type { RigStatus } from "../core/status.ts";
import type { ControlRequest } from "../shell/control-protocol.ts";
import { askAndWait } from "./await-slots.ts";
import { ask } from "./control-client.ts";
import { statusText } from "./status-text.ts";
import type { WaitVerb } from "./wait.ts";

export interface ControlOptions {
  readonly socket: string;
  readonly json: boolean;
}

/** What the options of any of these verbs may say; a verb without an option has its default here. */
export interface SlotOptions extends ControlOptions {
  readonly reason?: string;
  readonly hard?: boolean;
  readonly for?: number;
  /** true: as long as is usual. */
  readonly wait?: number | true;
}

export type SlotVerb = Extract<ControlRequest, { readonly slots: unknown }>["verb"] & string;

/** How long `--wait` waits where nobody says: longer than a boot that is slow. */
const WAIT_MS = 5 * 60_000;
/** The controller's own time-out of a drain comes first. */
const DRAIN_MARGIN_MS = 10_000;
const WAKE_MS = 10 * 60_000;

/** Prints what every slot does, and why. */
export async function printStatus({ socket, json }: ControlOptions): Promise<void> {
  print((await ask(socket, { verb: "status" })).status, json);
}

function print(status: RigStatus, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : statusText(status));
}

type Naming = Exclude<SlotVerb, "why">;

/** Asks something for slots and prints where they stand: after it was taken in or, with `--wait`, after it is done. */
export async function act(
  verb: Naming,
  wanted: readonly SlotId[] | "all",
  options: SlotOptions,
): Promise<void> {
  const { socket, json } = options;
  const slots = await namedSlots(socket, wanted);
  const request = requestOf(verb, slots, options);
  const only = (status: RigStatus) => ({
    ...status,
    slots: status.slots.filter(({ slot }) => slots.includes(slot)),
  });
  if (options.wait === undefined || !isWaitable(request)) {
    print(only((await ask(socket, request)).status), json);
    return;
  }
  const { status, error } = await askAndWait(socket, request, slots, waitMs(request, options.wait));
  print(only(status), json);
  if (error !== null) throw error;
}

/** The slots by name; `all` are those of the rig. */
export async function namedSlots(
  socket: string,
  wanted: readonly SlotId[] | "all",
): Promise<readonly SlotId[]> {
  if (wanted !== "all") return wanted;
  return (await ask(socket, { verb: "status" })).status.slots.map(({ slot }) => slot);
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
    case "on":
    case "uncordon":
    case "release":
      return { verb, slots, reason };
  }
}

const WAITABLE: ReadonlySet<string> = new Set<WaitVerb>(["on", "off", "cycle", "drain", "release"]);

function isWaitable(request: SlotRequest): request is WaitRequest {
  return WAITABLE.has(request.verb);
}

function waitMs(request: WaitRequest, wait: number | true): number {
  if (wait !== true) return wait;
  return request.verb === "drain" ? (request.forMs ?? WAIT_MS) + DRAIN_MARGIN_MS : WAIT_MS;
}
