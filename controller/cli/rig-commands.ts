// The verbs that are about the rig as a whole, and the questions `why` and `plan`: thin over the control socket.

import type { SlotId } from "../../hat/slots.ts";
import type { ControlRequest } from "../shell/control-protocol.ts";
import { ask } from "./control-client.ts";
import { CliError } from "./error.ts";
import { fitted, lookOf } from "./look.ts";
import { type ControlOptions, namedSlots } from "./slot-commands.ts";
import { rigLines } from "./status-text.ts";
import { planText, whyText } from "./why-text.ts";

type RigRequest = Extract<
  ControlRequest,
  { readonly verb: "pause" | "resume" | "override" | "end-override" | "ceiling" | "pool-node" }
>;

/** Asks, and prints what holds for the rig after it. */
export async function actOnRig(request: RigRequest, options: ControlOptions) {
  const { socket, json, timeout } = options;
  const { status } = await ask(socket, request, timeout);
  const lines = fitted(rigLines(status), lookOf(process.stdout));
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : `${lines.join("\n")}\n`);
}

export interface OverrideOptions extends ControlOptions {
  readonly end: boolean;
  readonly for?: number;
  readonly reason?: string;
}

/** The request that `zerorig override` makes; throws a CliError where the words do not fit together. */
export function overrideRequest(
  watts: number | null | undefined,
  { end, for: forMs, reason = "" }: OverrideOptions,
): RigRequest {
  if (end) {
    if (watts === undefined && forMs === undefined) return { verb: "end-override", reason };
    throw new CliError("usage", "--end stands alone", "Name watts and --for, or --end.");
  }
  if (watts === undefined) {
    throw new CliError(
      "usage",
      "override needs watts, `none`, or --end",
      "For instance: zerorig override 2.5 --for 2h --reason 'guests'.",
    );
  }
  if (forMs === undefined) {
    throw new CliError(
      "usage",
      "override needs --for: it beats schedules and the outside number, so it has to end",
      "For instance: --for 2h.",
    );
  }
  return { verb: "override", watts, forMs, reason: dueReason("override", reason) };
}

/** The reason of a verb that needs one; throws a CliError without. */
export function dueReason(verb: string, reason = ""): string {
  if (reason !== "") return reason;
  throw new CliError(
    "usage",
    `${verb} needs --reason: whoever finds it so will want to know why`,
    `For instance: zerorig ${verb} ... --reason 'new fan'.`,
  );
}

/** Prints why slots are as they are. */
export async function printWhy(
  wanted: readonly SlotId[] | "all",
  options: ControlOptions,
): Promise<void> {
  const { socket, json, timeout } = options;
  const slots = [...(await namedSlots(options, wanted))];
  const { explanations } = await ask(socket, { verb: "why", slots }, timeout);
  const look = lookOf(process.stdout);
  const text = json
    ? `${JSON.stringify({ explanations })}\n`
    : explanations.map((each) => fitted(whyText(each).split("\n"), look).join("\n")).join("\n");
  process.stdout.write(text);
}

/** Prints what automation would do now. */
export async function printPlan({ socket, json, timeout }: ControlOptions): Promise<void> {
  const { intentions } = await ask(socket, { verb: "plan" }, timeout);
  if (json) {
    process.stdout.write(`${JSON.stringify({ intentions })}\n`);
    return;
  }
  const { status } = await ask(socket, { verb: "status" }, timeout);
  const text = planText(rigLines(status), intentions);
  process.stdout.write(fitted(text.split("\n"), lookOf(process.stdout)).join("\n"));
}
