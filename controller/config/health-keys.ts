// [health]: when a Zero counts as lost, and what follows.

import { DEFAULT_POLICY } from "../core/policy.ts";
import { key, section } from "./key.ts";
import { fraction, milliseconds, wholeNumber } from "./kind.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The idle loop ticks every second: a guard near that would take each tick for a standstill, and convict nobody ever. */
const PAUSE_GUARD_MIN_MS = 2000;

const d = DEFAULT_POLICY;

export const HEALTH = section("When a Zero counts as lost, and what follows.", {
  liveness_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.livenessMs,
    "Silence that makes a Zero suspect.",
  ),
  agent_grace_ms: key(
    milliseconds(0, HOUR_MS),
    d.agentGraceMs,
    "A silent Zero whose kernel still answers on the network is not cut before this.",
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
  backoff_max_ms: key(
    milliseconds(1000, DAY_MS),
    d.backoffMaxMs,
    "The longest of those pauses; each slot differs from it by a fifth at most.",
  ),
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
});
