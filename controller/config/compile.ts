// Settings in the file's words to the configuration that the program is written against.

import type { Policy } from "../core/policy.ts";
import { parseNode } from "../pools/node.ts";
import { parseDestination } from "../ship/destination.ts";
import type { ControllerConfig } from "./config.ts";
import type { Settings } from "./keys.ts";
import { routeOf } from "./route-list.ts";
import { soloOf } from "./solo-of.ts";
import { goalOf, partsOf } from "./split-list.ts";
import { windowOf } from "./window-keys.ts";

const MINUTE_MS = 60_000;
const MEGABYTE = 1_048_576;

/** The frozen configuration; `source` is the file that the settings came from. */
export function compileConfig(settings: Settings, source: string): ControllerConfig {
  const { hat, link, pool, balance, work, state, control, http, ship, log, schedule } = settings;
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
      algorithm: pool.algorithm,
      nodes: pool.nodes.flatMap((text) => parseNode(text) ?? []),
      picker: pool.picker,
      user: pool.user,
      keyFile: pool.key_file,
      traceFile: pool.trace_file,
      tier: pool.tier,
      rig: pool.rig,
      showTemperature: pool.show_temperature,
    },
    stratum: compileStratum(settings),
    solo: soloOf(settings),
    miners: compileMiners(settings),
    balance: { url: balance.url, pollMs: balance.poll_ms },
    hostWorkers: work.host_workers,
    policy: compilePolicy(settings),
    jobs: compileJobs(settings),
    schedules: [...schedule].map(([name, window]) => windowOf(name, window)),
    stateDir: state.dir,
    controlSocket: control.socket,
    http: {
      listen: http.listen,
      port: http.port,
      tokenFile: http.token_file,
      readOnly: http.read_only,
      hosts: [...http.hosts],
    },
    proxy: compileProxy(settings),
    ...compileAgents(settings),
    ...compileVoices(settings),
    ship: {
      to: ship.url === null ? null : parseDestination(ship.url),
      passwordFile: ship.password_file,
      tls: ship.tls || ship.ca_file !== null,
      caFile: ship.ca_file,
      everyMs: ship.every_ms,
    },
    logLevel: log.level,
    record: { on: log.record, maxMb: log.record_mb },
    source,
  });
}

function compileStratum({ stratum }: Settings): ControllerConfig["stratum"] {
  return {
    password: stratum.password,
    workAgeMs: stratum.work_age_ms,
    returnAfterMs: stratum.return_after_ms,
    rollsVersion: stratum.roll_version,
    suggestDifficulty: stratum.suggest_difficulty,
    caFile: stratum.ca_file,
    split: stratum.split.map(goalOf),
  };
}

function compileMiners({ miners }: Settings): ControllerConfig["miners"] {
  return {
    listen: miners.listen,
    port: miners.port,
    startDifficulty: miners.start_difficulty,
    shareEveryMs: miners.share_interval_ms,
    maxMiners: miners.max_miners,
    maxPerAddress: miners.max_per_address,
    banMs: miners.ban_ms,
  };
}

function compileJobs({ jobs }: Settings): ControllerConfig["jobs"] {
  return {
    maxOpen: jobs.max_open,
    maxRange: jobs.max_range,
    timeLimitMs: jobs.time_limit_ms,
    keepMs: jobs.keep_ms,
  };
}

function compileAgents({ agents }: Settings): Pick<ControllerConfig, "agents"> {
  const { program, restart_ms: restartMs, watch_ms: watchMs } = agents;
  return { agents: { program, restartMs, watchMs } };
}

/** Whom the rig speaks to besides its users: MQTT, and the receivers of alerts. */
function compileVoices({ mqtt, alerts }: Settings): Pick<ControllerConfig, "mqtt" | "alerts"> {
  return {
    alerts: {
      webhookUrl: alerts.webhook_url,
      webhookSecretFile: alerts.webhook_secret_file,
      ntfyUrl: alerts.ntfy_url,
      ntfyTokenFile: alerts.ntfy_token_file,
      kinds: [...alerts.kinds],
      repeatMs: alerts.repeat_ms,
      noSharesMs: alerts.no_shares_ms,
    },
    mqtt: {
      url: mqtt.url,
      user: mqtt.user,
      passwordFile: mqtt.password_file,
      caFile: mqtt.ca_file,
      id: mqtt.id,
      topicPrefix: mqtt.topic_prefix,
      discovery: mqtt.discovery,
      discoveryPrefix: mqtt.discovery_prefix,
      readOnly: mqtt.read_only,
      everyMs: mqtt.every_ms,
      ceilingForMs: mqtt.ceiling_for_ms,
    },
  };
}

function compileProxy({ proxy }: Settings): ControllerConfig["proxy"] {
  return {
    listen: proxy.listen,
    port: proxy.port,
    waitMs: proxy.wait_ms,
    maxWaiting: proxy.max_waiting,
    maxConnections: proxy.max_connections,
    responseMs: proxy.response_ms,
    maxBodyBytes: Math.round(proxy.max_body_mb * MEGABYTE),
    trustsForwarded: proxy.trust_forwarded,
    routes: proxy.routes.map(routeOf),
  };
}

function compilePolicy(settings: Settings): Policy {
  const { pool, stratum, work, jobs, power, supply, heat, idle, energy, health, proxy } = settings;
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
    onDemand: [...proxy.on_demand],
    onDemandIdleMs: Math.round(proxy.idle_minutes * MINUTE_MS),
    tariffPerKwh: energy.tariff_per_kwh,
    model: power.model,
    powerRestore: power.restore,
    algorithm: pool.algorithm,
    poolMode: pool.mode,
    connectionsPerZero: pool.connections_per_zero,
    goals: partsOf(stratum.split),
    poolConnectGapMs: pool.connect_gap_ms,
    orderShare: jobs.share,
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
