// Every key of controller.toml, once: kind, bounds, default and help. The check, the example file and the environment
// variables all follow from this table.

import { isIP } from "node:net";
import { DEFAULT_POLICY } from "../core/policy.ts";
import type { LogLevel, PoolTier } from "./config.ts";
import { key, optional, required, section } from "./key.ts";
import { absolutePath, cidrs, fraction, milliseconds, oneOf, text, wholeNumber } from "./kind.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The idle loop ticks every second: a guard near that would take each tick for a standstill, and convict nobody ever. */
const PAUSE_GUARD_MIN_MS = 2000;
/** sun_path of Linux, less its closing zero. */
const SOCKET_PATH_BYTES_MAX = 107;
const tiers = ["LOW", "MEDIUM", "NET", "EXTREME"] as const satisfies readonly PoolTier[];
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
        '"auto", a revision such as "v1", "v2.3" or "v3.1", or "virtual:/path/of/its/socket"',
        isBoardName,
      ),
      "auto",
      "auto asks the HAT's EEPROM. virtual:/path is a board of `hatctl virtual`.",
    ),
  }),
  link: section("Where the Zeros' agents dial in.", {
    listen: key(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      "172.19.181.254",
      "The address to listen on: the gadget network's, which no one else can reach.",
    ),
    port: key(wholeNumber(0, 65_535), 8686, "0 takes any free port."),
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
  pool: section("The Duino-Coin pool.", {
    host: required(
      text("a host name or IP address", isHostName),
      "127.0.0.1",
      "The pool node's name or address.",
    ),
    port: required(wholeNumber(1, 65_535), 2811, "The pool node's port."),
    user: required(
      text("a user name of letters, digits, '_', '.' or '-'", (value) =>
        /^[\w.-]{1,64}$/.test(value),
      ),
      "your-name",
      "Your Duino-Coin user name; capitals matter.",
    ),
    key_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/mining.key",
      "A file with the account's mining key, if it has one.",
    ),
    tier: key(oneOf(tiers), "LOW", "The difficulty to ask for; LOW is the tier of Raspberry Pis."),
    rig: key(
      text("1 to 32 letters, digits, spaces, '.', '-' or brackets", (value) =>
        /^[A-Za-z0-9 .()-]{1,32}$/.test(value),
      ),
      "zerorig",
      "The name that the pool shows; each Zero adds its slot.",
    ),
    connect_gap_ms: key(
      milliseconds(600, MINUTE_MS),
      d.poolConnectGapMs,
      "Between two new connections; nodes ban above 50 in 30 s.",
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
  power: section("How power lines are switched.", {
    restore: key(
      oneOf(["adopt", "restore", "all-on", "all-off"]),
      d.powerRestore,
      "At start: leave lines as found, as last wanted, or switch all on or off.",
    ),
    model: key(
      oneOf(["zero", "zero-w", "zero-2-w"]),
      d.model,
      "The Zeros' model, for estimated watts.",
    ),
    ceiling_watts: optional(
      fraction(0.1, 1000, "watts"),
      4,
      "The most that the Zeros may draw together.",
    ),
    stagger_ms: key(milliseconds(1000, 10 * MINUTE_MS), d.staggerMs, "Between two power-ons."),
    off_dwell_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      d.offDwellMs,
      "Off time of a cycle, from the proof that it is off.",
    ),
    enumeration_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      d.enumerationMs,
      "From power-on to a USB device, where ports can be read.",
    ),
    enumeration_tries: key(
      wholeNumber(1, 10),
      d.enumerationTries,
      "Power-ons without a USB device that make a fault.",
    ),
    soft_off_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      d.softOffMs,
      "Time to shut down before the power is cut.",
    ),
    cut_proof_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      d.cutProofMs,
      "A cut that stays unproved for this long is a fault.",
    ),
    lane_width: key(
      wholeNumber(1, 32),
      d.laneWidth,
      "How many Zeros may be between cut and first beat.",
    ),
    cuts_per_slot_hour: key(
      wholeNumber(1, 60),
      d.cutsPerSlotHour,
      "Automatic cuts of one Zero in any hour.",
    ),
    cuts_per_rig_hour: key(
      wholeNumber(1, 1000),
      d.cutsPerRigHour,
      "Automatic cuts of all Zeros in any hour.",
    ),
  }),
  health: section("When a Zero counts as lost, and what follows.", {
    liveness_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      d.livenessMs,
      "Silence that makes a Zero suspect.",
    ),
    suspect_dwell_ms: key(
      milliseconds(500, 10 * MINUTE_MS),
      d.suspectDwellMs,
      "How long a suspect may still speak up.",
    ),
    boot_grace_ms: key(
      milliseconds(5000, HOUR_MS),
      d.bootGraceMs,
      "From power-on to the first beat.",
    ),
    progress_ms: key(
      milliseconds(5000, HOUR_MS),
      d.progressMs,
      "Beats without hashing that make a Zero suspect.",
    ),
    restart_worker_ms: key(
      milliseconds(1000, HOUR_MS),
      d.restartWorkerMs,
      "Time for a restarted worker to hash again.",
    ),
    restart_agent_ms: key(
      milliseconds(1000, HOUR_MS),
      d.restartAgentMs,
      "Time for a restarted agent to be heard.",
    ),
    soft_reboot_ms: key(
      milliseconds(1000, HOUR_MS),
      d.softRebootMs,
      "Time for a rebooted Zero to be heard.",
    ),
    backoff_base_ms: key(
      milliseconds(1000, DAY_MS),
      d.backoffBaseMs,
      "Pause before the same Zero is cut again; doubles each time.",
    ),
    backoff_max_ms: key(milliseconds(1000, DAY_MS), d.backoffMaxMs, "The longest of those pauses."),
    backoff_reset_ms: key(
      milliseconds(1000, DAY_MS),
      d.backoffResetMs,
      "Health for this long forgets them.",
    ),
    quarantine_cycles: key(
      wholeNumber(1, 20),
      d.quarantineCycles,
      "Failed cycles that put a Zero in quarantine ...",
    ),
    quarantine_window_ms: key(
      milliseconds(MINUTE_MS, 7 * DAY_MS),
      d.quarantineWindowMs,
      "... when they fall within this time.",
    ),
    probation_ms: key(
      milliseconds(MINUTE_MS, 30 * DAY_MS),
      d.probationMs,
      "Quarantine lets a Zero try again after this.",
    ),
    healthy_floor: key(
      fraction(0.5, 1),
      d.healthyFloor,
      "Nothing is cut while fewer than this share are healthy.",
    ),
    storm_hold_ms: key(
      milliseconds(10_000, HOUR_MS),
      d.stormHoldMs,
      "Many lost at once: hold all cuts for this long.",
    ),
    storm_cooldown_ms: key(
      milliseconds(5000, HOUR_MS),
      d.stormCooldownMs,
      "After that, health must hold for this long.",
    ),
    pause_guard_ms: key(
      milliseconds(PAUSE_GUARD_MIN_MS, MINUTE_MS),
      d.pauseGuardMs,
      "A controller that stood still this long convicts nobody.",
    ),
    reprobe_ms: key(
      milliseconds(5000, DAY_MS),
      d.reprobeMs,
      "How often a slot in fault is looked at again.",
    ),
  }),
  state: section("What outlives a restart.", {
    dir: key(absolutePath("a directory"), "/var/lib/zerorig", "Holds the database."),
  }),
  control: section("How `zerorig status`, `on`, `off` and `cycle` reach the controller.", {
    socket: key(
      absolutePath("a unix socket", SOCKET_PATH_BYTES_MAX),
      "/run/zerorig/control.sock",
      "Who may open this file may switch power.",
    ),
  }),
  log: section("The log on stdout: one JSON object a line.", {
    level: key(oneOf(levels), "info", "The least level that is written."),
  }),
} as const;

type Sections = typeof SECTIONS;

/** The values of every key, by section, in the file's own names. */
export type Settings = {
  readonly [S in keyof Sections]: {
    readonly [K in keyof Sections[S]["keys"]]: Sections[S]["keys"][K] extends {
      readonly fallback: infer T;
    }
      ? T
      : never;
  };
};

function isBoardName(value: string): boolean {
  return /^(auto|v1|v2\.[0-6]|v3\.[01]|virtual:\/.+)$/.test(value);
}

function isHostName(value: string): boolean {
  return isIP(value) !== 0 || /^(?=.{1,253}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(value);
}
