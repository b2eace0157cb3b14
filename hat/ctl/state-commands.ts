// `hatctl save-state|restore-state`: which lines are on, over a restart that takes the power from the HAT.

import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { isSlotId, type SlotId } from "../slots.ts";
import { EXIT, UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { addStagger, type PowerFlags, switchNamed } from "./power-commands.ts";
import { type Session, withSession } from "./session.ts";
import { whole } from "./unread.ts";

const DEFAULT_FILE = "/var/lib/zerorig/hat-state.json";
const FORMAT = 1;

interface SavedState {
  readonly format: typeof FORMAT;
  /** The board that it was read from, for people. */
  readonly board: string;
  readonly at: string;
  readonly on: readonly SlotId[];
  readonly off: readonly SlotId[];
}

interface StateFlags {
  readonly file: string;
}

export function addStateCommands(program: Command): void {
  program
    .command("save-state")
    .description("write down which lines are on, for restore-state")
    .option("--file <path>", "where; - for stdout", DEFAULT_FILE)
    .action((flags: StateFlags) => withSession(program, (session) => save(session, flags)));
  addStagger(
    program
      .command("restore-state")
      .description("switch on what save-state found on, one at a time; switches nothing off")
      .option("--file <path>", "what save-state wrote", DEFAULT_FILE),
  ).action((flags: StateFlags & PowerFlags) =>
    withSession(program, (session) => restore(session, flags)),
  );
}

async function save({ board, out, timeoutMs }: Session, { file }: StateFlags): Promise<number> {
  const { slots } = whole(await limited(timeoutMs, board.read()));
  const are = (line: string) =>
    slots.filter((shown) => shown.line === line).map(({ slot }) => slot);
  const state: SavedState = {
    format: FORMAT,
    board: board.info.description,
    at: new Date().toISOString(),
    on: are("on"),
    off: are("off"),
  };
  if (file === "-") {
    process.stdout.write(`${JSON.stringify(state)}\n`);
    return EXIT.done;
  }
  await write(file, state);
  out.say(`${file}: on are ${state.on.join(", ") || "none"}`);
  if (out.json) out.result({ file, ...state }, "");
  return EXIT.done;
}

/** Whole or not at all: the power may go at any moment. */
async function write(file: string, state: SavedState): Promise<void> {
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`, { flush: true });
    await rename(`${file}.new`, file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The folder of its default is the controller's: where there is no controller nobody has made it.
    const folder = dirname(file);
    const todo = existsSync(folder) ? "" : `make its folder (\`sudo mkdir -p ${folder}\`), or `;
    throw new UsageError(`${file} cannot be written (${message}): ${todo}name another with --file`);
  }
}

async function restore(session: Session, flags: StateFlags & PowerFlags): Promise<number> {
  const { on, off, board } = await read(flags.file);
  const known: readonly string[] = session.board.info.slots;
  const missing = [...on, ...off].filter((slot) => !known.includes(slot));
  if (missing.length > 0) {
    throw new UsageError(
      `${flags.file} is of another board (${board}): here is no ${missing.join(", ")}`,
    );
  }
  if (on.length > 0) return await switchNamed(session, "on", on, flags);
  session.out.say(`${flags.file}: no line was on`);
  if (session.out.json) session.out.result({ verb: "on", slots: [], exitCode: EXIT.done }, "");
  return EXIT.done;
}

async function read(file: string): Promise<SavedState> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(
      `${file} cannot be read (${error.message}): write it with \`hatctl save-state\``,
    );
  });
  const state = parse(text);
  if (state !== null) return state;
  throw new UsageError(`${file} is not what \`hatctl save-state\` writes: write it anew`);
}

function parse(text: string): SavedState | null {
  try {
    const state = JSON.parse(text) as Partial<SavedState>;
    const are = (slots: unknown) =>
      Array.isArray(slots) && slots.every((slot) => typeof slot === "string" && isSlotId(slot));
    const isOurs = state.format === FORMAT && are(state.on) && are(state.off);
    return isOurs ? (state as SavedState) : null;
  } catch {
    return null;
  }
}
