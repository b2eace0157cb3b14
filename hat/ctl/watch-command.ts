// `hatctl watch`: a line for each change, until it is stopped. Reads only, so it runs beside a controller.

import type { Command } from "commander";
import { type BoardEvent, watchBoard } from "../watch.ts";
import { EXIT, errorCodeOf } from "./exit.ts";
import { type Session, withSession } from "./session.ts";
import { endAsked } from "./signals.ts";
import { milliseconds } from "./time.ts";

export function addWatchCommand(program: Command): void {
  program
    .command("watch")
    .description("print a line for each change of a line, a USB port or the supply")
    .option("--every <time>", "between two readings", "1s")
    .action(({ every }: { every: string }) =>
      withSession(program, (session) => watch(session, milliseconds("--every", every))),
    );
}

async function watch({ board, out }: Session, everyMs: number): Promise<number> {
  const signal = endAsked();
  // Who reads us went away: there is nobody left to tell.
  process.stdout.on("error", () => process.exit(EXIT.done));
  for await (const event of watchBoard(board, { everyMs, signal })) {
    const at = new Date().toISOString();
    out.result({ at, ...plain(event) }, `${at} ${textOf(event)}\n`);
  }
  return EXIT.done;
}

/** As JSON has it: an error is its code and its message. */
function plain(event: BoardEvent): object {
  if (event.type !== "failed") return event;
  return { type: "failed", code: errorCodeOf(event.error), message: event.error.message };
}

function textOf(event: BoardEvent): string {
  switch (event.type) {
    case "reading":
      return event.reading.slots.map(({ slot, line, usb }) => `${slot} ${line}/${usb}`).join(", ");
    case "line":
      return `${event.slot} line ${event.before} -> ${event.after}`;
    case "usb":
      return `${event.slot} USB ${event.before} -> ${event.after}`;
    case "driven":
      return event.driven
        ? `${event.slot} is driven again`
        : `${event.slot} is driven no more: its board lost its supply`;
    case "unread":
      return `${event.slot} cannot be read: ${event.message}`;
    case "read":
      return `${event.slot} can be read again: ${event.reading.line}/${event.reading.usb}`;
    case "under-voltage":
      if (event.low === null) return "the supply cannot be read any more";
      return event.low ? "under-voltage" : "under-voltage is over";
    case "failed":
      return `cannot be read: ${event.error.message}`;
  }
}
