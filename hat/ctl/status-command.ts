// `hatctl status`: the lines, the USB ports, and what a controller that drives them says of each slot. Reads only.

import { type Command, Option } from "commander";
import type { BoardReading } from "../board.ts";
import type { SlotId } from "../slots.ts";
import { powerOnTexts } from "./board-parts.ts";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { type Session, withSession } from "./session.ts";
import { namedSlots } from "./slot-args.ts";
import { table } from "./table.ts";
import { whole } from "./unread.ts";
import { openUsbBoard } from "./usb-boards.ts";
import { vendorFacts } from "./vendor-facts.ts";
import { vendorStatus } from "./vendor-status.ts";

interface StatusFlags {
  readonly format: "text" | "clusterctrl";
}

/** `isVendorName`: the program was called as `clusterctrl`. */
export function addStatusCommand(program: Command, isVendorName: boolean): void {
  program
    .command("status")
    .description("show the lines and USB ports")
    .argument("[slots...]")
    .addOption(
      new Option("--format <format>", "clusterctrl: the vendor's key:value lines, of all slots")
        .choices(["text", "clusterctrl"])
        .default(isVendorName ? "clusterctrl" : "text"),
    )
    .action((words: string[], flags: StatusFlags) =>
      withSession(program, (session) => status(session, words, flags)),
    );
}

async function status(
  session: Session,
  words: readonly string[],
  { format }: StatusFlags,
): Promise<number> {
  const { board, out } = session;
  const wanted = namedSlots(words, board);
  const reading = await limited(session.timeoutMs, board.read());
  const switches = await limited(session.timeoutMs, board.readSwitches());
  if (format === "clusterctrl" && !out.json) {
    const facts = await vendorFacts(
      board.info,
      session.flags.board,
      { reading: whole(reading), switches },
      openUsbBoard,
    );
    process.stdout.write(vendorStatus(facts));
    return EXIT.done;
  }
  const slots = reading.slots
    .filter(({ slot }) => wanted.includes(slot))
    .map((shown) => ({ ...shown, ...controllerView(session, shown.slot) }));
  warn(session, reading, wanted);
  const { description, virtual } = board.info;
  const controller =
    session.controller === null
      ? null
      : { socket: session.flags.control, version: session.controller.version };
  const rows = wanted.map(
    (slot): Shown =>
      slots.find((shown) => shown.slot === slot) ?? {
        ...{ slot, line: "?", usb: "?" },
        ...controllerView(session, slot),
      },
  );
  out.result(
    { board: description, virtual, ...reading, slots, switches, controller },
    textOf(session, rows),
  );
  return unreadExit(session, reading, wanted);
}

/** Says which of the slots that were asked for cannot be read, and why. */
function unreadExit(
  { out }: Session,
  { unread = [] }: BoardReading,
  wanted: readonly SlotId[],
): number {
  const missing: SlotId[] = [];
  for (const { slots, message } of unread) {
    const asked = slots.filter((slot) => wanted.includes(slot));
    if (asked.length > 0) out.complain(`${asked.join(", ")} cannot be read: ${message}`);
    missing.push(...asked);
  }
  if (missing.length === 0) return EXIT.done;
  return missing.length < wanted.length ? EXIT.partly : EXIT.failed;
}

interface Shown {
  readonly slot: SlotId;
  readonly line: string;
  readonly usb: string;
  readonly state?: string;
  readonly why?: string;
}

function controllerView({ controller }: Session, slot: SlotId): Pick<Shown, "state" | "why"> {
  const found = controller?.slots.find((shown) => shown.slot === slot);
  return found === undefined ? {} : { state: found.state, why: found.why };
}

function warn(
  { board, out, controller, flags }: Session,
  reading: BoardReading,
  wanted: readonly SlotId[],
): void {
  if (controller !== null) out.say(`the controller at ${flags.control} drives this board`);
  for (const text of powerOnTexts(board.info, reading, wanted)) out.say(text);
  if (reading.underVoltage === true) out.say("under-voltage now: the supply is too weak");
}

function textOf({ controller }: Session, slots: readonly Shown[]): string {
  const states = controller === null ? [] : ["STATE", "WHY"];
  const rows = slots.map(({ slot, line, usb, state = "", why = "" }) => {
    return controller === null ? [slot, line, usb] : [slot, line, usb, state, why];
  });
  return table([["SLOT", "LINE", "USB", ...states], ...rows]);
}
