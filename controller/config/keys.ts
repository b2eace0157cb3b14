// Every key of controller.toml, once: kind, bounds, default and help. The check, the example file and the environment
// variables all follow from this table.

import { isIP } from "node:net";
import { isBoardSpec, virtualSocketOf } from "../../hat/board-spec.ts";
import { BCM_MAX, FAN_BCM, HAT_BCM } from "../../hat/fan.ts";
import { ALGORITHMS } from "../../zero-agent/kernels/names.ts";
import { LINK_HOST, LINK_PORT } from "../../zero-agent/protocol/link-address.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { AGENTS } from "./agent-keys.ts";
import { ALERTS } from "./alert-keys.ts";
import { type LogLevel, PLACEHOLDER_USER, type PoolTier } from "./config.ts";
import { HEALTH } from "./health-keys.ts";
import { HTTP } from "./http-keys.ts";
import { JOBS } from "./jobs-keys.ts";
import { key, optional, required, section, type ValuesOf } from "./key.ts";
import {
  absolutePath,
  cidrs,
  fraction,
  milliseconds,
  oneOf,
  poolNodes,
  text,
  trueOrFalse,
  usbPaths,
  wholeNumber,
  wholeNumberBut,
} from "./kind.ts";
import { MINERS } from "./miner-keys.ts";
import { MQTT } from "./mqtt-keys.ts";
import { ENERGY, HEAT, IDLE, POWER, SUPPLY } from "./power-keys.ts";
import { PROXY } from "./proxy-keys.ts";
import { SHIP } from "./ship-keys.ts";
import { SOLO } from "./solo-keys.ts";
import { STRATUM } from "./stratum-keys.ts";
import { isThisMachine } from "./this-machine.ts";
import type { WINDOW } from "./window-keys.ts";

const MINUTE_MS = 60_000;
/** A segment of a recording begins with the whole state of the rig: an eighth of this holds that of the largest many times. */
const RECORD_MIN_MB = 4;
/** sun_path of Linux, less its closing zero. */
const SOCKET_PATH_BYTES_MAX = 107;
const tiers = ["auto", "LOW", "MEDIUM", "NET", "EXTREME"] as const satisfies readonly PoolTier[];
const levels = [
  "trace",
  "debug",
  "info",
  "warn",
  "error",
  "fatal",
  "silent",
] as const satisfies readonly LogLevel[];

const d = DEFAULT_POLICY;

export const SECTIONS = {
  hat: section("The board that switches the Zeros' power.", {
    board: key(
      text(
        '"auto", a revision such as "v1", "v2.3" or "v3.1", several as "v2.3,v2.3@0x21", "usb" or "usb:20" for USB boards, or "virtual:/path/of/its/socket"',
        isBoardName,
      ),
      "auto",
      "auto asks the HAT's EEPROM, and takes the USB boards too. virtual:/path is a board of `hatctl virtual`.",
    ),
    hub_paths: key(
      usbPaths,
      [],
      'Where each HAT\'s USB hub is plugged in, as ["1-1.2"]: needed for v1 beside other hubs, and for several HATs.',
    ),
    fan_gpio: optional(
      wholeNumberBut(0, BCM_MAX, HAT_BCM),
      FAN_BCM,
      "The GPIO (BCM number) of a fan that cools this computer; without it no fan is switched.",
    ),
    fan_on_c: key(
      fraction(20, 90, "°C"),
      60,
      "The fan starts at this temperature of this computer's own chip,",
    ),
    fan_off_c: key(fraction(15, 85, "°C"), 50, "and stops at this one."),
  }),
  link: section("Where the Zeros' agents dial in.", {
    listen: key(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      LINK_HOST,
      "The address to listen on: the gadget network's, which no one else can reach.",
    ),
    port: key(wholeNumber(0, 65_535), LINK_PORT, "0 takes any free port."),
    allow: key(cidrs, ["172.19.181.0/24"], "Networks that agents may dial in from."),
    keys_dir: key(
      absolutePath("a directory"),
      "/etc/zerorig/keys",
      "Holds p1.key, p2.key, ...: 64 hex digits each, the same as on that Zero.",
    ),
    beat_interval_ms: key(
      milliseconds(200, 60_000),
      2000,
      "How often a Zero says that it is alive.",
    ),
  }),
  agents: AGENTS,
  pool: section("What is mined, and at which pool.", {
    algorithm: key(
      oneOf(ALGORITHMS),
      d.algorithm,
      "duco-s1 is Duino-Coin. sha256d and scrypt are mined at Stratum pools or full nodes; each Zero's agent.toml must name them, too.",
    ),
    nodes: key(
      poolNodes,
      [],
      'Pool nodes, the best first: the others are used while it fails. Empty asks the picker. ["127.0.0.1:2811"] is a `zerorig pool` on this machine. Stratum pools: ["stratum+tcp://pool.example:3333", "stratum+ssl://..."]; full nodes of your own: ["http://127.0.0.1:8332"].',
    ),
    picker: key(
      text("an https:// address, or http:// on this machine", isSafeUrl),
      "https://server.duinocoin.com/getPool",
      "Who names a node where the list is empty.",
    ),
    user: required(
      text("a user name of letters, digits, '_', '.' or '-'", (value) =>
        /^[\w.-]{1,64}$/.test(value),
      ),
      PLACEHOLDER_USER,
      "Your user name at the pool, or your address, as the pool wants it; capitals matter.",
    ),
    key_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/mining.key",
      "A file with the account's mining key, if it has one.",
    ),
    trace_file: optional(
      absolutePath("a file"),
      "/var/lib/zerorig/pool.trace",
      "Record what goes over the pool connections, for `zerorig pool-trace`; without the mining key, 32 MB at most.",
    ),
    tier: key(
      oneOf(tiers),
      "auto",
      "The difficulty to ask for: auto is LOW, the tier of Raspberry Pis, or where the pool has moved the Zero.",
    ),
    rig: key(
      text("1 to 32 letters, digits, spaces, '.', '-' or brackets", (value) =>
        /^[A-Za-z0-9 .()-]{1,32}$/.test(value),
      ),
      "zerorig",
      "The name that the pool shows; each Zero adds its slot.",
    ),
    show_temperature: key(
      trueOrFalse,
      false,
      "Send each Zero's temperature along, for the wallet to show.",
    ),
    mode: key(
      oneOf(["each", "split"] as const),
      d.poolMode,
      "each: a connection for each worker. split: one for all, each job divided over the free workers; rarely pays.",
    ),
    connections_per_zero: key(
      wholeNumber(1, 4),
      d.connectionsPerZero,
      "With 2 a Zero has its next job before the last is judged: worth it where the pool answers slowly.",
    ),
    connect_gap_ms: key(
      milliseconds(600, MINUTE_MS),
      d.poolConnectGapMs,
      "Between two new connections; nodes ban above 50 in 30 s.",
    ),
  }),
  stratum: STRATUM,
  solo: SOLO,
  miners: MINERS,
  balance: section("The account's balance, which is looked at only where a server is named.", {
    url: optional(
      text("an https:// address, or http:// on this machine", isSafeUrl),
      "https://server.duinocoin.com",
      "The coin's API server.",
    ),
    poll_ms: key(
      milliseconds(30_000, 60 * MINUTE_MS),
      2 * MINUTE_MS,
      "How often it is asked; the API allows 5000 requests a day.",
    ),
  }),
  work: section("How work is handed out.", {
    host_workers: key(wholeNumber(0, 64), 0, "Threads of this machine that hash as well."),
    job_patience: key(
      fraction(1, 20),
      d.jobPatience,
      "A job may take this many times its expected time.",
    ),
    job_limit_min_ms: key(
      milliseconds(1000, 60_000),
      d.jobLimitMinMs,
      "The shortest time limit of a job.",
    ),
    job_limit_max_ms: key(
      milliseconds(2000, 89_000),
      d.jobLimitMaxMs,
      "The longest time limit of a job; the pool hangs up after 90 s.",
    ),
  }),
  jobs: JOBS,
  power: POWER,
  supply: SUPPLY,
  heat: HEAT,
  idle: IDLE,
  energy: ENERGY,
  health: HEALTH,
  state: section("What outlives a restart.", {
    dir: key(absolutePath("a directory"), "/var/lib/zerorig", "Holds the database."),
  }),
  control: section(
    "How `zerorig status` and the other verbs, and `hatctl`, reach the controller.",
    {
      socket: key(
        absolutePath("a unix socket", SOCKET_PATH_BYTES_MAX),
        "/run/zerorig/control.sock",
        "Who may open this file may switch power.",
      ),
    },
  ),
  http: HTTP,
  proxy: PROXY,
  mqtt: MQTT,
  alerts: ALERTS,
  ship: SHIP,
  log: section("The log on stdout: one JSON object a line.", {
    level: key(oneOf(levels), "info", "The least level that is written."),
    record: key(
      trueOrFalse,
      false,
      "Record what the decisions were made on, for `zerorig replay`, in `record` below [state] dir.",
    ),
    record_mb: key(
      wholeNumber(RECORD_MIN_MB, 65_536, "megabytes"),
      16,
      "The most that recordings take; the oldest go first.",
    ),
  }),
} as const;

type Sections = typeof SECTIONS;

/** The values of every key, by section, in the file's own names. */
export type Settings = { readonly [S in keyof Sections]: ValuesOf<Sections[S]["keys"]> } & {
  /** By the window's name, in the order of the file. */
  readonly schedule: ReadonlyMap<string, ValuesOf<typeof WINDOW.keys>>;
};

function isBoardName(value: string): boolean {
  // A service has no folder of its own that a socket's path could start from.
  return isBoardSpec(value) && (virtualSocketOf(value) ?? "/").startsWith("/");
}

/** Plain http could be read and answered by anybody on the way; on this machine there is no way. */
function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isThisMachine(url));
}
