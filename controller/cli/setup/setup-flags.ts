// The flags of `zerorig setup`, and the answers that they are.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ZeroModel } from "../../core/policy.ts";
import { messageOf } from "../../shell/error.ts";
import { CliError } from "../error.ts";
import { type Answers, complaintOf, keyComplaintOf } from "./answers.ts";
import type { Finding } from "./find-hat.ts";
import { SYSTEM_DIR } from "./system-dir.ts";

export interface SetupFlags {
  readonly input: boolean;
  readonly json: boolean;
  readonly force: boolean;
  readonly newKeys: boolean;
  /** The files are for cards, and tell nothing of this machine. */
  readonly forCards: boolean;
  readonly dir: string;
  readonly stateDir?: string;
  readonly controlSocket?: string;
  readonly linkPort?: number;
  readonly unit?: string;
  readonly board?: string;
  readonly slots?: number;
  readonly user?: string;
  readonly pool: readonly string[];
  readonly tier: string;
  readonly miningKeyFile?: string;
  readonly model: string;
  readonly ceilingWatts?: string;
  readonly tariff?: string;
  /** false: off; undefined: what is usual. */
  readonly http?: string | false;
  readonly httpPort: number;
}

const HAT_SLOTS = 4;
const HERE_ONLY = "127.0.0.1";
/** Nobody sits at a card's Pi; who wants to change something needs the token. */
const WHOLE_NETWORK = "0.0.0.0";

/** `storedKey` is the mining key that an earlier setup wrote down. Throws a CliError for a flag that is wrong or, where nobody can be asked, missing. */
export function answersOf(
  flags: SetupFlags,
  found: Finding,
  isAlone: boolean,
  storedKey: string | null,
): Answers {
  const { board, user, httpPort, model, tier } = flags;
  const http = flags.http ?? (flags.forCards ? WHOLE_NETWORK : HERE_ONLY);
  if (isAlone && board === undefined && found.spec === null) {
    const todo =
      "Name one with --board, such as v2.3; --board virtual:/path/of/its/socket needs no hardware.";
    throw new CliError("notFound", "no board was found", todo);
  }
  if (isAlone && user === undefined) {
    throw new CliError("usage", "--no-input needs --user", "Your Duino-Coin user name.");
  }
  const key = flags.miningKeyFile === undefined ? storedKey : miningKeyIn(flags.miningKeyFile);
  return {
    board: checked("hat", "board", "--board", board ?? "auto"),
    slots: flags.slots ?? found.slots ?? HAT_SLOTS,
    user: user === undefined ? "" : checked("pool", "user", "--user", user),
    nodes: flags.pool,
    tier: checked("pool", "tier", "--tier", tier),
    miningKey: key,
    model: checked("power", "model", "--model", model) as ZeroModel,
    ceilingWatts: numberOf("power", "ceiling_watts", "--ceiling-watts", flags.ceilingWatts),
    tariffPerKwh: numberOf("energy", "tariff_per_kwh", "--tariff", flags.tariff),
    http:
      http === false ? null : { listen: checked("http", "listen", "--http", http), port: httpPort },
  };
}

/** Throws a CliError for flags that make no sense for cards. */
export function refuseForCards(flags: SetupFlags): void {
  const { dir, board, unit, stateDir, controlSocket } = flags;
  if (resolve(dir) === SYSTEM_DIR) {
    const todo = "Name a folder for what goes onto the cards, such as --dir rig.";
    throw new CliError("usage", `--for-cards writes nothing into ${SYSTEM_DIR}`, todo);
  }
  if (board?.startsWith("virtual:") === true) {
    const todo = "Leave it out: the controller looks for its board at each start.";
    throw new CliError("usage", `--board ${board}: a card's controller has a real one`, todo);
  }
  const own = { "--unit": unit, "--state-dir": stateDir, "--control-socket": controlSocket };
  const [named] = Object.entries(own).filter(([, value]) => value !== undefined);
  if (named === undefined) return;
  const todo = "Leave it out: the image has its unit, and what goes with it.";
  throw new CliError("usage", `${named[0]} does not go with --for-cards`, todo);
}

function checked(section: string, name: string, flag: string, text: string): string {
  const complaint = complaintOf(section, name, text);
  if (complaint === undefined) return text;
  throw new CliError("usage", `${flag} ${text}: ${complaint}`);
}

function numberOf(
  section: string,
  name: string,
  flag: string,
  text: string | undefined,
): number | null {
  return text === undefined ? null : Number(checked(section, name, flag, text));
}

/** The key is no flag: those are seen by whoever lists processes. `-` reads it from stdin. */
function miningKeyIn(file: string): string {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8").trim();
  } catch (error) {
    throw new CliError("usage", `--mining-key-file ${file} cannot be read: ${messageOf(error)}`);
  }
  const complaint = keyComplaintOf(text);
  if (complaint === undefined) return text;
  throw new CliError("usage", `--mining-key-file ${file} holds no mining key`, complaint);
}
