// `hatctl hub on|off|reset`: the USB hub of a HAT, and what stopping it costs.

import type { Command } from "commander";
import type { BoardPart } from "../board.ts";
import { resetHub } from "../hub.ts";
import type { SlotId } from "../slots.ts";
import { partsCarrying } from "./board-parts.ts";
import { confirm } from "./confirm.ts";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";
import { undisturbed } from "./signals.ts";
import { namedSlots } from "./slot-args.ts";
import { onOrOff } from "./switch-commands.ts";
import { milliseconds } from "./time.ts";
import { type OpenUsbBoard, orderOf, withUsbBoard } from "./usb-boards.ts";

export interface HubFlags {
  readonly yes?: boolean;
  readonly hold: string;
}

export function addHubCommand(program: Command, open: OpenUsbBoard): void {
  program
    .command("hub")
    .description("switch the USB hub of a HAT; off and reset take every Zero on it off the network")
    .addArgument(onOrOff("reset"))
    .argument("[slots...]", "of which boards (default: all)")
    .option("--hold <time>", "how long reset keeps it off", "1s")
    .option("--yes", "agree to what it costs")
    .action((state: "on" | "off" | "reset", words: string[], flags: HubFlags) =>
      withSession(program, async (session) => {
        refuseWhileControlled(session, "hub");
        return await hub(session, open, state, words, flags);
      }),
    );
}

type State = "on" | "off" | "reset";

export async function hub(
  session: Session,
  open: OpenUsbBoard,
  state: State,
  words: readonly string[],
  flags: HubFlags,
): Promise<number> {
  const { board, out, timeoutMs } = session;
  const parts = partsMeant(session, state, words);
  const holdMs = milliseconds("--hold", flags.hold);
  if (state !== "on") await agree(session, state, parts, flags.yes === true);
  // Half a reset is a hub that is off.
  await undisturbed(async () => {
    for (const part of parts) {
      const order = orderOf(board.info.parts[part] as BoardPart);
      if (order !== null) await withUsbBoard(open, order, ({ tools }) => tools.cycleHub(holdMs));
      else if (state === "reset") await resetHub(board, { part, holdMs });
      else await limited(timeoutMs, board.setSwitch("hub", state === "on", part));
    }
  });
  const boards = parts.map((part) => board.info.parts[part]?.description ?? "");
  for (const description of boards) out.say(`hub ${state}: ${description}`);
  if (out.json) out.result({ switch: "hub", state, boards }, "");
  return EXIT.done;
}

/** A USB board can cycle its hub, and neither leave it off nor tell how it is. */
function partsMeant({ board }: Session, state: State, words: readonly string[]): readonly number[] {
  const { info } = board;
  const slots = namedSlots(words, board);
  if (state !== "reset") return partsCarrying(info, "hub", slots);
  const meant = [...info.parts.entries()].filter(([, part]) =>
    part.slots.some((slot) => slots.includes(slot)),
  );
  const able = meant.filter(([, part]) => part.switches.includes("hub") || orderOf(part) !== null);
  // Where none can, the words are those of every refusal.
  return able.length > 0 ? able.map(([index]) => index) : partsCarrying(info, "hub", slots);
}

/** Says who loses USB, and does not go on without a yes where a Zero is, or may be, on it. */
async function agree(
  { board, out, timeoutMs }: Session,
  state: "off" | "reset",
  parts: readonly number[],
  isAgreed: boolean,
): Promise<void> {
  const behind = parts.flatMap((part) => board.info.parts[part]?.slots ?? []);
  const { slots } = await limited(timeoutMs, board.read());
  const hit = behind.filter((slot): slot is SlotId => {
    const shown = slots.find((reading) => reading.slot === slot);
    // One that cannot be read may be on it.
    const { usb, line } = shown ?? { usb: "unknown", line: "on" };
    return usb === "present" || (usb === "unknown" && line === "on");
  });
  if (hit.length === 0) return;
  const howLong = state === "reset" ? "until it is found again" : "until `hatctl hub on`";
  const cost = `hub ${state} takes ${hit.join(", ")} off USB (network, console, a root over NFS) ${howLong}; power stays`;
  await confirm(cost, isAgreed, out);
}
