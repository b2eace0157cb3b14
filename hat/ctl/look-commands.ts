// `hatctl maxpi|getpath|identify`: who sits where. They look only.

import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { identify as identifySlots, type SlotIdentity } from "../identity.ts";
import { partsCarrying } from "./board-parts.ts";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";
import { undisturbed } from "./signals.ts";
import { namedSlots } from "./slot-args.ts";
import { table } from "./table.ts";

const BLINKS = 10;
const BLINK_MS = 300;

export function addLookCommands(program: Command): void {
  program
    .command("maxpi")
    .description("print the number of slots")
    .action(() =>
      withSession(program, async ({ board, out }) => {
        const { length } = board.info.slots;
        out.result({ maxpi: length }, `${length}\n`);
        return EXIT.done;
      }),
    );
  program
    .command("getpath")
    .description("print the USB path of each slot; touches no hub")
    .argument("[slots...]")
    .action((words: string[]) => withSession(program, (session) => getPath(session, words)));
  program
    .command("identify")
    .description("show which card, device and interface is in which slot")
    .argument("[slots...]")
    .option("--blink", "blink the alert LED of their boards")
    .action((words: string[], { blink }: { blink?: boolean }) =>
      withSession(program, async (session) => {
        if (blink === true) refuseWhileControlled(session, "identify --blink");
        const code = await identify(session, words);
        if (blink === true) await blinkAlert(session, words);
        return code;
      }),
    );
}

async function look(session: Session, words: readonly string[]): Promise<readonly SlotIdentity[]> {
  const { board, timeoutMs } = session;
  const wanted = namedSlots(words, board);
  const found = await limited(timeoutMs, identifySlots(board));
  return found.filter(({ slot }) => wanted.includes(slot));
}

async function getPath(session: Session, words: readonly string[]): Promise<number> {
  const { out } = session;
  const found = await look(session, words);
  const known = found.filter(({ path }) => path !== null);
  out.result(
    { paths: found.map(({ slot, path }) => ({ slot, path })) },
    known.map(({ slot, path }) => `${slot}:${path}\n`).join(""),
  );
  if (known.length === found.length) return EXIT.done;
  const unknown = found.filter(({ path }) => path === null).map(({ slot }) => slot);
  out.complain(
    `${unknown.join(", ")}: which USB hub is the HAT's cannot be told; name its path with --hub, such as --hub 1-1.2 (\`hatctl detect\` shows the hubs)`,
  );
  return known.length === 0 ? EXIT.failed : EXIT.partly;
}

async function identify(session: Session, words: readonly string[]): Promise<number> {
  const { out } = session;
  const found = await look(session, words);
  const rows = found.map(({ slot, path, kind, device, card }) => [
    slot,
    path ?? "-",
    kind,
    device?.id ?? "-",
    device?.interface ?? "-",
    card === null ? "-" : `p${card}`,
  ]);
  out.result(
    { slots: found },
    table([["SLOT", "PORT", "WHAT", "DEVICE", "INTERFACE", "CARD"], ...rows]),
  );
  for (const { mismatch } of found) if (mismatch !== null) out.complain(mismatch);
  return EXIT.done;
}

/** Leaves each LED as it was. */
async function blinkAlert(session: Session, words: readonly string[]): Promise<void> {
  const { board, out, timeoutMs } = session;
  const parts = partsCarrying(board.info, "alert", namedSlots(words, board));
  const before = await limited(timeoutMs, board.readSwitches());
  const wasOn = (part: number) =>
    before.some((shown) => shown.part === part && shown.name === "alert" && shown.on);
  const set = async (on: (part: number) => boolean) => {
    for (const part of parts) await limited(timeoutMs, board.setSwitch("alert", on(part), part));
  };
  for (const part of parts) out.say(`blinking: ${board.info.parts[part]?.description}`);
  await undisturbed(async () => {
    try {
      for (let count = 0; count < BLINKS; count += 1) {
        await set((part) => !wasOn(part));
        await sleep(BLINK_MS);
        await set(wasOn);
        await sleep(BLINK_MS);
      }
    } finally {
      await set(wasOn);
    }
  });
}
