// `hatctl on|off|cycle`: directly, or through the controller that drives the board.

import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { identify, type SlotIdentity } from "../identity.ts";
import type { SlotId } from "../slots.ts";
import { switchByController } from "./controller-switch.ts";
import { EXIT, RefusedError, UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { type Session, withSession } from "./session.ts";
import { endAsked } from "./signals.ts";
import { namedSlots } from "./slot-args.ts";
import { NotGoneError, shutDown } from "./soft-off.ts";
import { askToShutDown, hostOf } from "./ssh.ts";
import { type SlotOutcome, type SwitchResult, switchSlots, type Verb } from "./switch.ts";
import { milliseconds } from "./time.ts";

export interface PowerFlags {
  readonly stagger?: string;
  readonly dwell?: string;
  readonly reason: string;
  readonly wait: string;
  readonly soft?: boolean;
  readonly ssh?: string;
  readonly softLimit?: string;
  readonly thenHard?: boolean;
  readonly despiteMismatch?: boolean;
  readonly yes?: boolean;
}

const VERBS: readonly (readonly [Verb, string])[] = [
  ["on", "switch slots on, one at a time (default: all)"],
  ["off", "cut the power of slots; --soft asks their Zeros first"],
  [
    "cycle",
    "cut the power of slots and bring them back, one at a time; --soft asks their Zeros first",
  ],
];

const DEFAULT_STAGGER = "2s";
const DEFAULT_HOST = "{slot}.local";
const DEFAULT_SOFT_LIMIT = "60s";

/** `isVendorName`: the program was called as `clusterctrl`, whose `off` without a slot means all. */
export function addPowerCommands(program: Command, isVendorName: boolean): void {
  for (const [verb, description] of VERBS) {
    const command = program
      .command(verb)
      .description(description)
      .argument("[slots...]", "p1 p3, p1-p3, all");
    if (verb === "off") addControllerOptions(command);
    else addStagger(command);
    if (verb !== "on") addCutOptions(command);
    if (verb === "cycle") command.option("--dwell <time>", "off time, from its proof", "2s");
    command.action((words: string[], flags: PowerFlags) =>
      withSession(program, (session) => {
        const isSure = verb === "on" || words.length > 0 || flags.yes === true || isVendorName;
        if (!isSure) throw unsure(verb, session);
        return switchNamed(session, verb, namedSlots(words, session.board), flags);
      }),
    );
  }
}

/** The options of everything that switches power on. */
export function addStagger(command: Command): Command {
  return addControllerOptions(
    command.option("--stagger <time>", "between two power-ons", DEFAULT_STAGGER),
  );
}

function addControllerOptions(command: Command): Command {
  return command
    .option("--reason <text>", "why, for the controller's log", "hatctl")
    .option("--wait <time>", "through a controller: how long it may take", "3m");
}

function addCutOptions(command: Command): void {
  command
    .option("--soft", "ask the Zero to shut down, wait until it is gone from USB, then cut")
    .option("--ssh <host>", "how --soft reaches a Zero", DEFAULT_HOST)
    .option("--soft-limit <time>", "how long a Zero may take to go", DEFAULT_SOFT_LIMIT)
    .option("--then-hard", "cut a Zero that did not go all the same")
    .option("--despite-mismatch", "also where another slot's card sits in a slot")
    .option("--yes", "all slots, where none is named");
}

function unsure(verb: Verb, { board }: Session): UsageError {
  const { slots } = board.info;
  return new UsageError(
    `${verb} without a slot would cut all ${slots.length} (${slots.join(" ")}): write \`hatctl ${verb} all\`, or add --yes`,
  );
}

/** Switches, and prints what became of each slot. Resolves with the exit code. */
export async function switchNamed(
  session: Session,
  verb: Verb,
  slots: readonly SlotId[],
  flags: PowerFlags,
): Promise<number> {
  const { out, board, controller } = session;
  const identities = await limited(session.timeoutMs, identify(board));
  const mismatches = identities.flatMap(({ slot, mismatch }) =>
    mismatch !== null && slots.includes(slot) ? [mismatch] : [],
  );
  // Before anything is switched.
  for (const mismatch of mismatches) out.complain(mismatch);
  if (mismatches.length > 0 && verb !== "on" && flags.despiteMismatch !== true) {
    throw new RefusedError(
      `nothing was switched: not every card is where its name says; with --despite-mismatch the named slots (not the cards) are cut`,
    );
  }
  const by = controller === null ? "hatctl" : "controller";
  const result =
    controller === null
      ? await directly(session, verb, slots, flags, identities)
      : await byController(session, verb, slots, flags);
  const { outcomes, exitCode } = result;
  if (out.json) out.result({ verb, by, slots: outcomes, mismatches, exitCode }, "");
  for (const { slot, outcome, message } of outcomes) {
    if (outcome === "failed") out.complain(`${slot}: ${message}`);
    if (outcome === "not-tried") out.say(`${slot}: ${message}`);
  }
  return exitCode;
}

function directly(
  session: Session,
  verb: Verb,
  slots: readonly SlotId[],
  flags: PowerFlags,
  identities: readonly SlotIdentity[],
): Promise<SwitchResult> {
  const { board, timeoutMs, out } = session;
  const signal = endAsked();
  const soft = flags.soft === true ? softly(session, flags, identities, signal) : undefined;
  return switchSlots({
    board,
    verb,
    slots,
    staggerMs: milliseconds("--stagger", flags.stagger ?? DEFAULT_STAGGER),
    dwellMs: milliseconds("--dwell", flags.dwell ?? "0"),
    timeoutMs,
    ...(soft === undefined ? {} : { shutDown: soft }),
    signal,
    sleep: pause,
    nowMs: () => performance.now(),
    say: out.say,
  });
}

/** Resolves after the time, or as soon as the signal aborts. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

/** How each Zero is asked to go before it is cut. */
function softly(
  { board, out, timeoutMs }: Session,
  flags: PowerFlags,
  identities: readonly SlotIdentity[],
  signal: AbortSignal,
): (slot: SlotId) => Promise<string> {
  const { ssh = DEFAULT_HOST, softLimit = DEFAULT_SOFT_LIMIT } = flags;
  const limitMs = milliseconds("--soft-limit", softLimit);
  // A bad pattern is found before anyone is asked.
  hostOf(ssh, "p1");
  return async (slot) => {
    const index = board.info.slots.indexOf(slot);
    const card = identities[index]?.card ?? null;
    // The host's name is that of the card: where cards and slots differ, it is the card in this slot that must go.
    const host = hostOf(ssh, card === null ? slot : `p${card}`);
    out.say(`${slot}: asking ${host} to shut down`);
    try {
      return await shutDown({
        ask: (signal) => askToShutDown(host, signal),
        presence: async () =>
          (await limited(timeoutMs, board.readPorts()))[index]?.usb ?? "unknown",
        limitMs,
        signal,
        sleep,
        nowMs: () => performance.now(),
      });
    } catch (error) {
      if (!(error instanceof NotGoneError) || flags.thenHard !== true) throw error;
      // Enough is no agreement to a cut.
      if (signal.aborted) throw error;
      return `${error.message}, cut all the same`;
    }
  };
}

async function byController(
  session: Session,
  verb: Verb,
  slots: readonly SlotId[],
  flags: PowerFlags,
): Promise<SwitchResult> {
  const { out } = session;
  const socketPath = session.flags.control;
  const soft = flags.soft === true;
  if (soft && flags.thenHard !== true) {
    throw new RefusedError(
      `the controller at ${socketPath} drives this board: it asks a Zero to shut down, but cuts it too when its time is over; add --then-hard if that is what you want`,
    );
  }
  const signal = endAsked();
  const asked = await switchByController({
    signal,
    socketPath,
    verb,
    slots,
    hard: !soft,
    reason: flags.reason,
    limitMs: milliseconds("--wait", flags.wait),
    onSlot: ({ slot, outcome, message }) => {
      if (outcome !== "failed") out.say(`${slot}: ${message}`);
    },
    onWait: (slot, text) => out.say(`${slot}: ${text}`),
  });
  const outcomes = asked.map(
    ({ slot, outcome, message }): SlotOutcome => ({
      slot,
      outcome: outcome === "pending" ? "failed" : outcome,
      message,
    }),
  );
  const exitCode = controllerExit(
    asked.map(({ outcome }) => outcome),
    signal.aborted,
  );
  return { outcomes, exitCode };
}

function controllerExit(outcomes: readonly string[], isInterrupted: boolean): number {
  if (isInterrupted && outcomes.includes("pending")) return EXIT.interrupted;
  const wrong = outcomes.filter((outcome) => outcome === "pending" || outcome === "failed");
  if (wrong.length === 0) return EXIT.done;
  if (wrong.length < outcomes.length) return EXIT.partly;
  return wrong.includes("failed") ? EXIT.failed : EXIT.timeout;
}
