// `zerorig logs`: the newest lines of the controller's log and, if told, those that come.

import type { SlotId } from "../../hat/slots.ts";
import type { LogFeedLine } from "../shell/control-protocol.ts";
import type { LogLevelName, LogLine } from "../shell/log-line.ts";
import { ask, follow } from "./control-client.ts";
import { CliError } from "./error.ts";
import { dayOf, logLineText, lostText } from "./log-text.ts";
import { wantsColour } from "./paint.ts";

export interface LogsOptions {
  readonly socket: string;
  readonly json: boolean;
  readonly timeout: number;
  readonly follow: boolean;
  readonly lines: number;
  readonly level: LogLevelName | null;
  readonly slot: SlotId | null;
}

/** Resolves when the lines are printed; with `follow` when whoever reads ours hangs up. Throws a CliError. */
export async function printLogs(options: LogsOptions): Promise<void> {
  const { socket, level, slot, lines } = options;
  const printer = printerOf(options);
  const request = { verb: "log", lines, level, slot, follow: options.follow } as const;
  if (!options.follow) {
    const answer = await ask(socket, request, options.timeout);
    for (const line of answer.lines) printer.line(line);
    if (answer.lines.length === 0) process.stderr.write("there are no such lines\n");
    return;
  }
  await new Promise<void>((resolve, reject) => {
    // `zerorig logs -f | head`
    process.stdout.on("error", () => resolve());
    follow<"log", LogFeedLine>(socket, request, {
      onAnswer: (answer) => {
        for (const line of answer.lines) printer.line(line);
      },
      onLine: (line) => ("line" in line ? printer.line(line.line) : printer.lost(line.lost)),
      onClosed: (refusal) =>
        reject(refusal ?? new CliError("unreachable", `the controller at ${socket} stopped`)),
    }).catch(reject);
  });
}

interface Printer {
  line(line: LogLine): void;
  lost(count: number): void;
}

function printerOf({ json }: LogsOptions): Printer {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (json) {
    return {
      line: (line) => print(JSON.stringify(line)),
      lost: (count) => print(JSON.stringify({ lost: count })),
    };
  }
  const colour = wantsColour(process.env, process.stdout);
  let day = dayOf({ at: new Date().toISOString() });
  return {
    line: (line) => {
      const its = dayOf(line);
      if (its !== day) print(`-- ${its} --`);
      day = its;
      print(logLineText(line, colour));
    },
    lost: (count) => print(lostText(count)),
  };
}
