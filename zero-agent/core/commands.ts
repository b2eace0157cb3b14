// Commands of the controller: each is answered once done or begun, and a duplicate gets the same answer and nothing else.

import type { ControllerMessage } from "../protocol/messages.ts";
import { change, sendIfLinked, type Turn } from "./turn.ts";
import { restartWorker } from "./workers.ts";
import type { Ack } from "./workload-state.ts";

/** How many answers are remembered. */
export const ACKS_MAX = 32;

export type Command = Extract<ControllerMessage, { commandId: string }>;

function answer(turn: Turn, command: Command, detail: string): void {
  const ack: Ack = { type: "ack", commandId: command.commandId, ok: true, detail };
  change(turn, { acks: [...turn.state.acks, ack].slice(-ACKS_MAX) });
  sendIfLinked(turn, ack);
}

export function obey(turn: Turn, command: Command): void {
  const known = turn.state.acks.find((ack) => ack.commandId === command.commandId);
  if (known !== undefined) {
    sendIfLinked(turn, known);
    return;
  }
  switch (command.type) {
    case "drain":
      answer(turn, command, "no new jobs");
      change(turn, { drain: { until: turn.now + command.deadlineMs } });
      return;
    case "restart":
      answer(turn, command, `restarting the ${command.what}`);
      if (command.what === "worker") {
        for (const index of turn.state.workers.keys()) restartWorker(turn, index);
      } else {
        const why = "the controller asked for a restart";
        turn.effects.push({ type: "exit", reason: "restart", why });
      }
      return;
    case "shutdown": {
      answer(turn, command, command.how);
      const why = `the controller asked for a ${command.how}`;
      turn.effects.push({ type: "exit", reason: command.how, why });
    }
  }
}
