// Settings in the file's words to the configuration that the program is written against.

import type { Policy } from "../core/policy.ts";
import { parseNode } from "../pools/node.ts";
import type { ControllerConfig } from "./config.ts";
import type { Settings } from "./keys.ts";
import { windowOf } from "./window-keys.ts";

/** The frozen configuration; `source` is the file that the settings came from. */
export function compileConfig(settings: Settings, source: string): ControllerConfig {
  const { hat, link, pool, balance, work, state, control, log, schedule } = settings;
  return deepFreeze({
    hat: { board: hat.board, hubPaths: hat.hub_paths },
    fan: { bcm: hat.fan_gpio, limits: { onC: hat.fan_on_c, offC: hat.fan_off_c } },
    link: {
      listen: link.listen,
      port: link.port,
      allow: [...link.allow],
      keysDir: link.keys_dir,
      beatIntervalMs: link.beat_interval_ms,
    },
    pool: {
      nodes: pool.nodes.flatMap((text) => parseNode(text) ?? []),
      picker: pool.picker,
      user: pool.user,
      keyFile: pool.key_file,
      tier: pool.tier,
      rig: pool.rig,
      showTemperature: pool.show_temperature,
    },
    balance: { url: balance.url, pollMs: balance.poll_ms },
    hostWorkers: work.host_workers,
    policy: compilePolicy(settings),
    schedules: [...schedule].map(([name, window]) => windowOf(name, window)),
    stateDir: state.dir,
    controlSocket: control.socket,
    logLevel: log.level,
    record: { on: log.record, maxMb: log.record_mb },
    source,
  });
}

function compilePolicy(settings: Settings): Policy {
  const { pool, work, power, supply, heat, idle, energy, health } = settings;
  return {
    agentGraceMs: health.agent_grace_ms,
    livenessMs: health.liveness_ms,
    suspectDwellMs: health.suspect_dwell_ms,
    bootGraceMs: health.boot_grace_ms,
    enumerationMs: power.enumeration_ms,
    enumerationTries: power.enumeration_tries,
    progressMs: health.progress_ms,
    restartWorkerMs: health.restart_worker_ms,
    restartAgentMs: health.restart_agent_ms,
    softRebootMs: health.soft_reboot_ms,
    softOffMs: power.soft_off_ms,
    shedSoftMs: power.shed_soft_ms,
    cutProofMs: power.cut_proof_ms,
    offDwellMs: power.off_dwell_ms,
    staggerMs: power.stagger_ms,
    laneWidth: power.lane_width,
    backoffBaseMs: health.backoff_base_ms,
    backoffMaxMs: health.backoff_max_ms,
    backoffResetMs: health.backoff_reset_ms,
    quarantineCycles: health.quarantine_cycles,
    quarantineWindowMs: health.quarantine_window_ms,
    probationMs: health.probation_ms,
    cutsPerSlotHour: power.cuts_per_slot_hour,
    cutsPerRigHour: power.cuts_per_rig_hour,
    healthyFloor: health.healthy_floor,
    stormHoldMs: health.storm_hold_ms,
    stormCooldownMs: health.storm_cooldown_ms,
    pauseGuardMs: health.pause_guard_ms,
    reprobeMs: health.reprobe_ms,
    ceilingWatts: power.ceiling_watts,
    ceilingDwellMs: power.ceiling_dwell_ms,
    switchBurst: power.switch_burst,
    switchesPerMinute: power.switches_per_minute,
    brownOutShedMs: supply.brown_out_shed_ms,
    brownOutQuietMs: supply.brown_out_quiet_ms,
    heatDutyC: heat.duty_c,
    heatStopC: heat.stop_c,
    heatOffC: heat.off_c,
    heatHysteresisC: heat.hysteresis_c,
    heatHoldMs: heat.hold_ms,
    heatOffMs: heat.off_ms,
    idleOffMs: idle.off_after_ms,
    keepUp: idle.keep_up,
    tariffPerKwh: energy.tariff_per_kwh,
    model: power.model,
    powerRestore: power.restore,
    poolConnectGapMs: pool.connect_gap_ms,
    jobPatience: work.job_patience,
    jobLimitMinMs: work.job_limit_min_ms,
    jobLimitMaxMs: work.job_limit_max_ms,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
