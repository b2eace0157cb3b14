// `hatctl alert|led|wp`: what a board can switch beside its power lines and its hub.

import { Argument, type Command } from "commander";
import type { SwitchName } from "../board.ts";
import { partsCarrying } from "./board-parts.ts";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";
import { namedSlots } from "./slot-args.ts";

const SWITCHES: readonly (readonly [word: string, name: SwitchName, description: string])[] = [
  ["alert", "alert", "switch the alert LED of all boards, or of those with the named slots"],
  ["led", "led", "switch the power and slot LEDs of a board that can (v2)"],
  ["wp", "protect", "switch the write protection of the HAT's EEPROM (v2, v3)"],
];

export function addSwitchCommands(program: Command): void {
  for (const [word, name, description] of SWITCHES) {
    program
      .command(word)
      .description(description)
      .addArgument(onOrOff())
      .argument("[slots...]", "of which boards (default: all)")
      .action((state: string, words: string[]) =>
        withSession(program, async (session) => {
          refuseWhileControlled(session, word);
          return await set(session, word, name, state === "on", words);
        }),
      );
  }
}

export function onOrOff(...more: readonly string[]): Argument {
  return new Argument("<state>").choices(["on", "off", ...more]);
}

async function set(
  { board, out, timeoutMs }: Session,
  word: string,
  name: SwitchName,
  on: boolean,
  words: readonly string[],
): Promise<number> {
  const parts = partsCarrying(board.info, name, namedSlots(words, board));
  for (const part of parts) await limited(timeoutMs, board.setSwitch(name, on, part));
  const boards = parts.map((part) => board.info.parts[part]?.description ?? "");
  for (const description of boards) out.say(`${word} ${on ? "on" : "off"}: ${description}`);
  if (out.json) out.result({ switch: name, on, boards }, "");
  return EXIT.done;
}
