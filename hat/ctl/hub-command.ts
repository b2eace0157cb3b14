// `hatctl hub on|off|reset`: the USB hub of a HAT, and what stopping it costs.

import type { Command } from "commander";
import { resetHub, slotsBehindHub } from "../hub.ts";
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

interface HubFlags {
  readonly yes?: boolean;
  readonly hold: string;
}

export function addHubCommand(program: Command): void {
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
        return await hub(session, state, words, flags);
      }),
    );
}

async function hub(
  session: Session,
  state: "on" | "off" | "reset",
  words: readonly string[],
  flags: HubFlags,
): Promise<number> {
  const { board, out, timeoutMs } = session;
  const parts = partsCarrying(board.info, "hub", namedSlots(words, board));
  const holdMs = milliseconds("--hold", flags.hold);
  if (state !== "on") await agree(session, state, parts, flags.yes === true);
  // Half a reset is a hub that is off.
  await undisturbed(async () => {
    for (const part of parts) {
      if (state === "reset") await resetHub(board, { part, holdMs });
      else await limited(timeoutMs, board.setSwitch("hub", state === "on", part));
    }
  });
  const boards = parts.map((part) => board.info.parts[part]?.description ?? "");
  for (const description of boards) out.say(`hub ${state}: ${description}`);
  if (out.json) out.result({ switch: "hub", state, boards }, "");
  return EXIT.done;
}

/** Says who loses USB, and does not go on without a yes where a Zero is, or may be, on it. */
async function agree(
  { board, out, timeoutMs }: Session,
  state: "off" | "reset",
  parts: readonly number[],
  isAgreed: boolean,
): Promise<void> {
  const behind = parts.flatMap((part) => slotsBehindHub(board.info, part));
  const { slots } = await limited(timeoutMs, board.read());
  const hit = slots
    .filter(({ slot }) => behind.includes(slot))
    .filter(({ usb, line }) => usb === "present" || (usb === "unknown" && line === "on"))
    .map(({ slot }): SlotId => slot);
  if (hit.length === 0) return;
  const howLong = state === "reset" ? "until it is found again" : "until `hatctl hub on`";
  const cost = `hub ${state} takes ${hit.join(", ")} off USB (network, console, a root over NFS) ${howLong}; power stays`;
  await confirm(cost, isAgreed, out);
}
