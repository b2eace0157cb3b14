// Values that are right alone and wrong together. Each rule names both keys and says why they cannot both hold.

import { everCloses } from "../shell/window.ts";
import { type Conflict, collector } from "./conflict.ts";
import type { Settings } from "./keys.ts";
import { poolConflicts } from "./pool-conflicts.ts";
import { portConflicts } from "./port-conflicts.ts";
import { soloConflicts } from "./solo-conflicts.ts";
import { isLoopback, isThisMachine } from "./this-machine.ts";
import { WINDOW_PREFIX, windowOf } from "./window-keys.ts";

const HOUR_MS = 3_600_000;

/** Every impossible combination in complete settings. */
export function findConflicts(settings: Settings): readonly Conflict[] {
  const rules = [
    poolConflicts,
    soloConflicts,
    portConflicts,
    heatConflicts,
    timeConflicts,
    httpConflicts,
    mqttConflicts,
    alertConflicts,
    windowConflicts,
  ];
  return rules.flatMap((conflictsIn) => conflictsIn(settings));
}

function timeConflicts({ link, work, power, health }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  check(
    health.liveness_ms >= 2 * link.beat_interval_ms,
    [
      ["health", "liveness_ms"],
      ["link", "beat_interval_ms"],
    ],
    `\`liveness_ms\` (${health.liveness_ms}) must be at least twice \`beat_interval_ms\` in [link] (${link.beat_interval_ms}), or one late beat convicts a healthy Zero`,
  );
  check(
    health.progress_ms >= 2 * link.beat_interval_ms,
    [
      ["health", "progress_ms"],
      ["link", "beat_interval_ms"],
    ],
    `\`progress_ms\` (${health.progress_ms}) must be at least twice \`beat_interval_ms\` in [link] (${link.beat_interval_ms}), for progress is told by beats`,
  );
  check(
    work.job_limit_min_ms <= work.job_limit_max_ms,
    [
      ["work", "job_limit_min_ms"],
      ["work", "job_limit_max_ms"],
    ],
    `\`job_limit_min_ms\` (${work.job_limit_min_ms}) is above \`job_limit_max_ms\` (${work.job_limit_max_ms})`,
  );
  check(
    power.enumeration_ms <= health.boot_grace_ms,
    [
      ["power", "enumeration_ms"],
      ["health", "boot_grace_ms"],
    ],
    `\`enumeration_ms\` (${power.enumeration_ms}) is above \`boot_grace_ms\` in [health] (${health.boot_grace_ms}), but a Zero shows up on USB before its first beat`,
  );
  check(
    health.backoff_base_ms <= health.backoff_max_ms,
    [
      ["health", "backoff_base_ms"],
      ["health", "backoff_max_ms"],
    ],
    `\`backoff_base_ms\` (${health.backoff_base_ms}) is above \`backoff_max_ms\` (${health.backoff_max_ms})`,
  );
  check(
    health.pause_guard_ms <= health.liveness_ms,
    [
      ["health", "pause_guard_ms"],
      ["health", "liveness_ms"],
    ],
    `\`pause_guard_ms\` (${health.pause_guard_ms}) is above \`liveness_ms\` (${health.liveness_ms}): a standstill of that length would convict every Zero`,
  );
  check(
    power.cuts_per_slot_hour <= power.cuts_per_rig_hour,
    [
      ["power", "cuts_per_slot_hour"],
      ["power", "cuts_per_rig_hour"],
    ],
    `\`cuts_per_slot_hour\` (${power.cuts_per_slot_hour}) is above \`cuts_per_rig_hour\` (${power.cuts_per_rig_hour})`,
  );
  check(
    health.quarantine_cycles < power.cuts_per_slot_hour || health.quarantine_window_ms > HOUR_MS,
    [
      ["health", "quarantine_cycles"],
      ["power", "cuts_per_slot_hour"],
      ["health", "quarantine_window_ms"],
    ],
    `\`quarantine_cycles\` (${health.quarantine_cycles}) must be below \`cuts_per_slot_hour\` in [power] (${power.cuts_per_slot_hour}) where \`quarantine_window_ms\` (${health.quarantine_window_ms}) is an hour or less, or no Zero is ever put in quarantine`,
  );
  return found;
}

function httpConflicts({ http }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  check(
    http.listen === null || isLoopback(http.listen) || http.token_file !== null || http.read_only,
    [
      ["http", "listen"],
      ["http", "token_file"],
    ],
    `\`listen\` (${http.listen}) can be reached from elsewhere: name a \`token_file\`, or set \`read_only = true\``,
  );
  return found;
}

function mqttConflicts({ mqtt }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  check(
    mqtt.password_file === null || mqtt.user !== null,
    [
      ["mqtt", "password_file"],
      ["mqtt", "user"],
    ],
    "`password_file` in [mqtt] is whose password? Name the `user` too",
  );
  check(
    mqtt.ca_file === null || mqtt.url === null || mqtt.url.startsWith("mqtts:"),
    [
      ["mqtt", "ca_file"],
      ["mqtt", "url"],
    ],
    `\`ca_file\` in [mqtt] is for TLS, but \`url\` (${mqtt.url}) is without: write mqtts://`,
  );
  return found;
}

function alertConflicts({ alerts }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  for (const [secret, name] of [
    ["webhook_secret_file", "webhook_url"],
    ["ntfy_token_file", "ntfy_url"],
  ] as const) {
    const keys = [
      ["alerts", secret],
      ["alerts", name],
    ] as const;
    const url = alerts[name];
    check(
      alerts[secret] === null || url !== null,
      keys,
      `\`${secret}\` is for \`${name}\`: name that too`,
    );
    if (secret === "webhook_secret_file" || alerts[secret] === null || url === null) continue;
    const isSafe = url.startsWith("https:") || isThisMachine(new URL(url));
    check(
      isSafe,
      keys,
      `\`${secret}\` would be sent to ${url} for everybody on the way to read: use https://`,
    );
  }
  return found;
}

function windowConflicts({ schedule }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  for (const [name, window] of schedule) {
    const header = `${WINDOW_PREFIX}${name}`;
    check(
      window.watts !== null || window.outside_watts !== null,
      [[header, "watts"]],
      `[${header}] sets no ceiling: give it \`watts\`, \`outside_watts\` or both`,
    );
    check(
      everCloses(windowOf(name, window), Date.now()),
      [
        [header, "to"],
        [header, "from"],
      ],
      `\`to\` (${window.to}) in [${header}] comes only when \`from\` (${window.from}) does, so the window never closes`,
    );
  }
  return found;
}

function heatConflicts({ hat, heat }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  check(
    hat.fan_off_c < hat.fan_on_c,
    [
      ["hat", "fan_off_c"],
      ["hat", "fan_on_c"],
    ],
    `\`fan_off_c\` (${hat.fan_off_c}) must be below \`fan_on_c\` (${hat.fan_on_c}), or the fan flutters`,
  );
  check(
    heat.duty_c <= heat.stop_c && heat.stop_c <= heat.off_c,
    [
      ["heat", "stop_c"],
      ["heat", "duty_c"],
      ["heat", "off_c"],
    ],
    `\`duty_c\` (${heat.duty_c}), \`stop_c\` (${heat.stop_c}) and \`off_c\` (${heat.off_c}) must rise in this order`,
  );
  return found;
}
