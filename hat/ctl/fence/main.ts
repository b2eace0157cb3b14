// fence_clusterhat: a fence agent in the manner of ClusterLabs, for Pacemaker (stdin) and medik8s (command line).

import { setTimeout as sleep } from "node:timers/promises";
import type { PowerBoard } from "../../board.ts";
import { openBoard } from "../../detect.ts";
import { describeError, TimeoutError, UsageError } from "../exit.ts";
import { limited } from "../limit.ts";
import { ACTIONS } from "./action.ts";
import { type Input, readArguments, readLines } from "./input.ts";
import { createLog, type Log, type Loudness } from "./log.ts";
import { metadataXml } from "./metadata.ts";
import { Outlets } from "./outlets.ts";
import { CODE, runOnBoard } from "./run.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { helpText, manPage } from "./words.ts";

const STDIN_MAX_CHARS = 65_536;
const CLOSE_MS = 1000;

void main();

async function main(): Promise<void> {
  let log = logOf("normal");
  // Whoever reads us may have had enough; and no bug of ours may end in a page of text.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.error(`Failed: internal error: ${describeError(error)}`);
      process.exit(CODE.failed);
    });
  }
  try {
    const input = await readInput(process.argv.slice(2));
    log = logOf(loudnessOf(input));
    for (const warning of input.warnings) log.warning(warning);
    process.exitCode = await run(input, log);
  } catch (error) {
    const hint = error instanceof UsageError ? `; see fence_clusterhat --help` : "";
    log.error(failureText(error) + hint);
    process.exitCode = CODE.failed;
  }
  // A call that timed out may never end by itself. Output to files and pipes is written by now.
  process.exit();
}

async function readInput(args: readonly string[]): Promise<Input> {
  if (args.length > 0) return readArguments(args);
  if (process.stdin.isTTY) throw new UsageError("Failed: nothing was asked");
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > STDIN_MAX_CHARS) throw new UsageError("Failed: stdin does not end");
  }
  return readLines(text);
}

function loudnessOf({ values }: Input): Loudness {
  if (values.get("quiet") === "1") return "quiet";
  return values.get("verbose") === "1" ? "verbose" : "normal";
}

function logOf(loudness: Loudness): Log {
  return createLog(
    loudness,
    () => new Date(),
    (line) => process.stderr.write(line),
  );
}

async function run(input: Input, log: Log): Promise<number> {
  if (input.values.get("help") === "1") return print(helpText());
  if (input.values.get("version") === "1") return print(`${ZERORIG_VERSION}\n`);
  const settings = settingsOf(input);
  const { action } = settings;
  switch (action) {
    case "metadata":
      return print(metadataXml());
    case "manpage":
      return print(manPage());
    case "validate-all":
      return CODE.done;
    default:
  }
  if (ACTIONS[action].cuts && settings.delayMs > 0) {
    log.info(`waiting ${settings.delayMs / 1000} s before ${action}`);
    await sleep(settings.delayMs);
  }
  const board = await open(settings);
  try {
    refuseMissing(board, settings);
    const around = { log, sleep, nowMs: () => performance.now() };
    const outlets = new Outlets({
      ...around,
      board,
      socketPath: settings.controller,
      callTimeoutMs: settings.callTimeoutMs,
    });
    if (ACTIONS[action].switches) await outlets.find();
    const printLine = (line: string) => void print(`${line}\n`);
    return await runOnBoard({ ...around, outlets, settings, print: printLine }, action);
  } finally {
    // A call that never ends would be waited for here; its lock is void once we are dead.
    await limited(CLOSE_MS, board.close()).catch(() => {});
  }
}

async function open({ board, hubPaths, openTimeoutMs }: Settings): Promise<PowerBoard> {
  return await limited(openTimeoutMs, openBoard({ board, hubPaths })).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
    throw new TimeoutError(`the board did not open in ${openTimeoutMs} ms (login_timeout)`);
  });
}

/** Before anything is switched: a list with one wrong name does nothing. */
function refuseMissing({ info }: PowerBoard, { plugs }: Settings): void {
  const missing = plugs.filter((slot) => !info.slots.includes(slot));
  if (missing.length === 0) return;
  const has = `${info.slots[0]} to ${info.slots.at(-1)}`;
  throw new UsageError(`Failed: there is no slot ${missing.join(", ")}: this board has ${has}`);
}

function failureText(error: unknown): string {
  const text = describeError(error);
  return error instanceof UsageError ? text : `Failed: ${text}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return CODE.done;
}
