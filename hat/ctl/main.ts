// hatctl: the power lines of a ClusterHAT from the command line.

import { setTimeout as sleep } from "node:timers/promises";
import { Command, CommanderError, Option } from "commander";
import type { PowerBoard } from "../board.ts";
import { BOARD_SPECS } from "../board-spec.ts";
import { openBoard } from "../detect.ts";
import { HatError } from "../error.ts";
import { describeError, EXIT, exitCodeOf, UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { parseSlots } from "./slot-args.ts";
import { switchSlots, type Verb } from "./switch.ts";
import { table } from "./table.ts";
import { runVirtual, type VirtualFlags } from "./virtual.ts";

interface GlobalFlags {
  readonly board: string;
  readonly json?: boolean;
  readonly timeout: string;
}

interface SwitchFlags {
  readonly stagger: string;
  readonly dwell?: string;
}

const EXIT_HELP = `
Slots: p1 p3, p1-p3, all (the default).
Exit codes: 0 done and verified, 1 failed, 2 usage, 3 no board or slot found, 4 permission or driver missing,
5 timeout, 6 refused (held by another process, or changed by one), 7 partly done.`;

const CLOSE_MS = 2000;

void main();

async function main(): Promise<void> {
  // Whoever reads us may have had enough.
  process.stdout.on("error", () => {});
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    complain(describeError(error));
    process.exitCode = exitCodeOf(error);
  }
  // A call that timed out may never end by itself. Output to files and pipes is written by now.
  process.exit();
}

function program(): Command {
  const hatctl = new Command("hatctl")
    .description("Switches and shows the power lines of a ClusterHAT.")
    .version(ZERORIG_VERSION)
    .addOption(new Option("--board <spec>", BOARD_SPECS).env("ZERORIG_BOARD").default("auto"))
    .option("--json", "print JSON on stdout")
    .option("--timeout <ms>", "how long one call on the board may take", "10000")
    .addHelpText("after", EXIT_HELP)
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, "").trim()) });

  hatctl
    .command("status")
    .description("show the lines and USB ports")
    .argument("[slots...]")
    .action((words: string[]) => withBoard(hatctl, (board, flags) => status(board, words, flags)));

  const verbs: readonly [Verb, string][] = [
    ["on", "switch slots on, one at a time"],
    ["off", "cut the power of slots, without asking their Zeros"],
    ["cycle", "cut the power of slots and bring them back, one at a time"],
  ];
  for (const [verb, description] of verbs) {
    const command = hatctl
      .command(verb)
      .description(description)
      .argument("[slots...]")
      .option("--stagger <ms>", "time between two power-ons", "2000")
      .action((words: string[], flags: SwitchFlags) =>
        withBoard(hatctl, (board, global) => change(board, verb, words, { ...flags, ...global })),
      );
    if (verb === "cycle") command.option("--dwell <ms>", "off time, from its proof", "2000");
  }

  hatctl
    .command("virtual")
    .description("run a virtual ClusterHAT; COMMAND is the software of each of its Zeros")
    .argument("[command...]", "after --; {slot} in an argument becomes the slot's name")
    .requiredOption("--socket <path>", "where drivers connect: --board virtual:PATH")
    .option("--slots <n>", "1 to 32, four to a board", "4")
    .option("--revision <x.y>", "2.0 to 2.6, 3.0, 3.1", "2.3")
    .option("--chip <model>", "XRA1200P or PCA9554", "XRA1200P")
    .option("--seed <seed>", "of all randomness", "1")
    .option("--boot-ms <min-max>", "how long a Zero boots", "2000-5000")
    .option("--link <host:port>", "where the controller listens for agents", "127.0.0.1:8686")
    .option("--dir <dir>", "logs and fake system files of the Zeros (default: PATH.zeros)")
    .option("--tie-to-stdin", "stop when stdin ends")
    .action((command: string[], flags: VirtualFlags) => runVirtual(flags, command));
  return hatctl;
}

async function withBoard(
  hatctl: Command,
  act: (board: PowerBoard, flags: GlobalFlags) => Promise<number>,
): Promise<void> {
  const flags = hatctl.opts<GlobalFlags>();
  const timeoutMs = milliseconds("--timeout", flags.timeout);
  const board = await limited(timeoutMs, openBoard({ board: flags.board }));
  try {
    process.exitCode = await act(board, flags);
  } finally {
    // A call that never ends would be waited for here; its lock is void once we are dead.
    await limited(CLOSE_MS, board.close()).catch(() => {});
  }
}

async function status(
  board: PowerBoard,
  words: readonly string[],
  flags: GlobalFlags,
): Promise<number> {
  const wanted = parseSlots(words, board.info.slots);
  refuseMissing(board, wanted);
  const reading = await board.read();
  const slots = reading.slots.filter(({ slot }) => wanted.includes(slot));
  if (flags.json === true) {
    print({ board: board.info.description, virtual: board.info.virtual, ...reading, slots });
    return EXIT.done;
  }
  if (slots.some(({ driven }) => !driven))
    say("the board is in its power-on state: it lost its supply, or was never set up");
  if (reading.underVoltage === true) say("under-voltage now: the supply is too weak");
  const rows = slots.map(({ slot, line, usb }) => [slot, line, usb]);
  process.stdout.write(table([["SLOT", "LINE", "USB"], ...rows]));
  return EXIT.done;
}

async function change(
  board: PowerBoard,
  verb: Verb,
  words: readonly string[],
  flags: SwitchFlags & GlobalFlags,
): Promise<number> {
  const slots = parseSlots(words, board.info.slots);
  refuseMissing(board, slots);
  const result = await switchSlots({
    board,
    verb,
    slots,
    staggerMs: milliseconds("--stagger", flags.stagger),
    dwellMs: milliseconds("--dwell", flags.dwell ?? "0"),
    timeoutMs: milliseconds("--timeout", flags.timeout),
    sleep,
    nowMs: () => performance.now(),
    say: flags.json === true ? () => {} : say,
  });
  if (flags.json === true) print({ verb, slots: result.outcomes, exitCode: result.exitCode });
  for (const { slot, outcome, message } of result.outcomes) {
    if (outcome === "failed") complain(`${slot}: ${message}`);
    if (outcome === "not-tried") say(`${slot}: ${message}`);
  }
  return result.exitCode;
}

/** Before anything is switched: a list with one wrong name does nothing. */
function refuseMissing(board: PowerBoard, slots: readonly string[]): void {
  const known: readonly string[] = board.info.slots;
  const missing = slots.filter((slot) => !known.includes(slot));
  if (missing.length === 0) return;
  throw new HatError(
    "no-slot",
    `there is no slot ${missing.join(", ")}: this board has ${known[0]} to ${known.at(-1)}`,
  );
}

function milliseconds(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${flag} takes milliseconds, not "${text}"`);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`hatctl: ${text}\n`);
}
