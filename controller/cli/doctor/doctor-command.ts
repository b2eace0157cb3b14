// `zerorig doctor`: looks at everything that a rig stands on, and says what to do. It reads, and never switches.

import type { SlotId } from "../../../hat/slots.ts";
import { survey } from "../../../hat/survey.ts";
import { LINK_PORT } from "../../../zero-agent/protocol/link-address.ts";
import { loadConfig } from "../../config/load.ts";
import { messageOf } from "../../shell/error.ts";
import { ask } from "../control-client.ts";
import { CliError } from "../error.ts";
import { EXIT } from "../exit-codes.ts";
import { type Look, lookOf } from "../look.ts";
import { paint, type Tone } from "../paint.ts";
import { wrap } from "../terminal-text.ts";
import { type Finding, type Verdict, warning } from "./finding.ts";
import { checkBoard, checkBus, checkGpio, checkRights, wayOf } from "./hat-checks.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { checkLinks, checkNames, checkPorts, gadgetLinks, type NamedPort } from "./net-checks.ts";
import {
  checkCard,
  checkClock,
  checkDatabase,
  checkNode,
  checkSpace,
  checkThrottling,
} from "./pi-checks.ts";
import {
  type Answering,
  checkConfig,
  checkController,
  checkKeys,
  checkUnit,
  type Loaded,
} from "./service-checks.ts";

export interface DoctorOptions {
  readonly config: string;
  readonly set: readonly string[];
  /** Null: that of the configuration. */
  readonly socket: string | null;
  readonly root: string;
  readonly json: boolean;
}

/** Prints what was found; resolves with the exit code: 1 where there is a problem. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const machine = thisMachine(options.root);
  const findings = await examine(machine, options);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report(machine, findings))}\n`
      : findingsText(findings, lookOf(process.stdout)),
  );
  return findings.some(({ verdict }) => verdict === "problem") ? EXIT.failed : EXIT.done;
}

const DEFAULT_STATE_DIR = "/var/lib/zerorig";
const DEFAULT_SOCKET = "/run/zerorig/control.sock";
const SLOTS: readonly SlotId[] = ["p1", "p2", "p3", "p4"];
const ANSWER_MS = 3000;

/** Every check, in the order of what depends on what. One that cannot be made is a warning, not the end of the others. */
export async function examine(machine: Machine, options: DoctorOptions): Promise<Finding[]> {
  const loaded = await load(options, machine);
  const { config } = loaded;
  const board = config?.hat.board ?? "auto";
  const socket = options.socket ?? config?.controlSocket ?? DEFAULT_SOCKET;
  const answering = await whoAnswers(socket);
  const seen = await survey({
    root: machine.root,
    ...(machine.openBus === undefined ? {} : { openBus: machine.openBus }),
  });
  const way = wayOf(board, seen);
  const links = gadgetLinks(machine);
  const isRunning = answering.version !== null;
  const checks: readonly (readonly [name: string, look: () => Finding | Promise<Finding>])[] = [
    ["node", () => checkNode(machine)],
    ["sqlite", () => checkDatabase(machine)],
    ["config", () => checkConfig(options.config, loaded, machine)],
    ["keys", () => checkKeys(config, answering.slots ?? SLOTS, machine)],
    ["board", () => checkBoard(board, seen)],
    ["i2c", () => checkBus(way, seen, machine)],
    ["rights", () => checkRights(way, machine)],
    ["gpio", () => checkGpio(way, seen, machine)],
    ["clock", () => checkClock(machine)],
    ["throttling", () => checkThrottling(machine)],
    ["links", () => checkLinks(links)],
    ["names", () => checkNames(links, machine)],
    ["disk", () => checkSpace(machine, config?.stateDir ?? DEFAULT_STATE_DIR)],
    ["card", () => checkCard(machine)],
    ["ports", () => checkPorts(portsOf(loaded), isRunning, machine)],
    ["unit", () => checkUnit(machine)],
    ["controller", () => checkController(socket, answering)],
  ];
  return await Promise.all(checks.map(([name, look]) => attempt(name, look)));
}

async function attempt(name: string, look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return warning(name, `could not be checked: ${messageOf(error)}`, "please report it");
  }
}

async function load({ config, set }: DoctorOptions, { env }: Machine): Promise<Loaded> {
  try {
    return { config: await loadConfig(config, env, set), error: null };
  } catch (error) {
    return { config: null, error };
  }
}

async function whoAnswers(
  socket: string,
): Promise<Answering & { readonly slots: readonly SlotId[] | null }> {
  try {
    const { status } = await ask(socket, { verb: "status" }, ANSWER_MS);
    const { version, board, board_error: boardError, slots } = status;
    const names = slots.map(({ slot }) => slot);
    return { version, board, boardError, error: null, isForbidden: false, slots: names };
  } catch (error) {
    const isForbidden = error instanceof CliError && error.code === "permission";
    const nothing = { version: null, board: null, boardError: null, slots: null };
    return { ...nothing, error: messageOf(error), isForbidden };
  }
}

function portsOf({ config }: Loaded): readonly NamedPort[] {
  const link = { key: "[link] port", port: config?.link.port ?? LINK_PORT };
  const isServed = config !== null && config.http.listen !== null;
  return [link, ...(isServed ? [{ key: "[http] port", port: config.http.port }] : [])];
}

function report({ nodeVersion, user, wall }: Machine, checks: readonly Finding[]) {
  return {
    version: ZERORIG_VERSION,
    at: wall.toISOString(),
    node: nodeVersion,
    platform: `${process.platform} ${process.arch}`,
    user: user.name,
    ok: checks.every(({ verdict }) => verdict !== "problem"),
    checks,
  };
}

const TONES: Readonly<Record<Verdict, Tone>> = {
  ok: "green",
  warning: "yellow",
  problem: "red",
  "n/a": "dim",
};
const VERDICT_WIDTH = 8;
const CHECK_WIDTH = 11;

/** A line for each check, with what to do below it, and the sum. */
export function findingsText(findings: readonly Finding[], { width, colour }: Look): string {
  const lines = findings.flatMap(({ check, verdict, read, todo }) => {
    const line = `${verdict.padEnd(VERDICT_WIDTH)} ${check.padEnd(CHECK_WIDTH)} ${read}`;
    const advice = todo === "" ? [] : [`${" ".repeat(VERDICT_WIDTH)} -> ${todo}`];
    const [first = "", ...more] = [line, ...advice].flatMap((text) => wrap(text, width ?? 1e6));
    return [
      paint(first.slice(0, VERDICT_WIDTH), TONES[verdict], colour) + first.slice(VERDICT_WIDTH),
      ...more,
    ];
  });
  const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  const counted = (wanted: Verdict) =>
    `${count(wanted)} ${wanted}${count(wanted) === 1 ? "" : "s"}`;
  const rest = `${count("ok")} ok, ${count("n/a")} not applicable`;
  const sum = `${counted("problem")}, ${counted("warning")}, ${rest}`;
  return `${[...lines, "", ...wrap(sum, width ?? 1e6)].join("\n")}\n`;
}
