// `zerorig status|on|off|cycle`: thin over the control socket.

import type { SlotId } from "../../hat/slots.ts";
import type { ControlRequest } from "../shell/control-protocol.ts";
import { ask } from "./control-client.ts";
import { statusText } from "./status-text.ts";

export interface ControlOptions {
  readonly socket: string;
  readonly json: boolean;
}

export interface ActionOptions extends ControlOptions {
  readonly reason: string;
  readonly hard: boolean;
}

/** Prints what every slot does, and why. */
export async function printStatus({ socket, json }: ControlOptions): Promise<void> {
  const status = await ask(socket, { verb: "status" });
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : statusText(status));
}

/** Asks for a power action and prints where the slots stand after it was taken. */
export async function act(
  verb: "on" | "off" | "cycle",
  wanted: readonly SlotId[] | "all",
  options: ActionOptions,
): Promise<void> {
  const { socket, json, reason, hard } = options;
  const slots = wanted === "all" ? await allSlots(socket) : wanted;
  const given = { slots: [...slots], reason };
  const request: ControlRequest = verb === "on" ? { verb, ...given } : { verb, ...given, hard };
  const status = await ask(socket, request);
  const named = { ...status, slots: status.slots.filter(({ slot }) => slots.includes(slot)) };
  process.stdout.write(json ? `${JSON.stringify(named)}\n` : statusText(named));
}

async function allSlots(socket: string): Promise<readonly SlotId[]> {
  return (await ask(socket, { verb: "status" })).slots.map(({ slot }) => slot);
}
