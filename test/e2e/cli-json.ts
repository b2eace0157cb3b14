// What each command prints with --json, as schemas: the tests hold the commands against them, and docs/cli-json.md is made from them.

import * as v from "valibot";
import type {
  AgentStatus,
  AgentsStatus,
  RolloutStatus,
} from "../../controller/agents/agents-status.ts";
import type { KeyStatus, KeysStatus } from "../../controller/agents/keys-status.ts";
import type { Row } from "../../controller/cli/discover/sightings.ts";
import type { ListedWindow } from "../../controller/config/window-list.ts";
import type { JobCounts, JobStatus } from "../../controller/core/job-status.ts";
import type {
  BalanceStatus,
  EnergyStatus,
  ProxyStatus,
  RigEvent,
  RigStatus,
  SlotStatus,
  WorkFigures,
} from "../../controller/core/status.ts";
import type { Rejected } from "../../controller/pools/stratum-server/ledger.ts";
import type {
  MinersReport,
  MinersStatus,
  MinerWorker,
} from "../../controller/pools/stratum-server/report.ts";
import type { Interval } from "../../controller/shell/coming-week.ts";
import { JOB_STATES } from "../../controller/shell/control-limits.ts";
import type { LogLine } from "../../controller/shell/log-line.ts";
import type { ReloadReport } from "../../controller/shell/reload.ts";
import type { ScheduleReport } from "../../controller/shell/schedules.ts";

/** A field that the program has and a schema has not, or the other way round, does not compile. */
type Shape<T> = Readonly<Record<keyof T, v.GenericSchema>>;

const text = v.string();
const number = v.number();
const flag = v.boolean();
const texts = v.array(text);
const orNull = <S extends v.GenericSchema>(schema: S) => v.nullable(schema);
/** ISO 8601. */
const time = v.pipe(text, v.isoTimestamp());
const slot = v.pipe(text, v.regex(/^p[1-9][0-9]?$/));

const energy = v.strictObject({
  source: v.picklist(["measured", "modelled", "both"]),
  joules: number,
  measured_joules: number,
  joules_per_hash: orNull(number),
  joules_per_share: orNull(number),
  cost: orNull(number),
} satisfies Shape<EnergyStatus>);

const EVIDENCE = [
  "heard",
  "off",
  "booting",
  "our-side",
  "agent-dead",
  "link-dead",
  "zero-dead",
] as const;

const slotStatus = v.strictObject({
  slot,
  state: v.picklist([
    "Unknown",
    "Off",
    "PoweringOn",
    "Booting",
    "Ready",
    "Degraded",
    "Suspect",
    "Remediating",
    "PoweringOff",
    "Cordoned",
    "Draining",
    "Maintenance",
    "Quarantined",
    "Fault",
  ]),
  for_ms: number,
  why: text,
  evidence: text,
  class: v.picklist(EVIDENCE),
  next: orNull(text),
  wanted: v.picklist(["on", "off"]),
  hold: orNull(
    v.strictObject({
      kind: v.picklist(["cordon", "drain", "maintenance", "foreign"]),
      reason: text,
      left_ms: orNull(number),
    }),
  ),
  heat: number,
  hashrate_hs: number,
  accepted: number,
  rejected: number,
  unknown: number,
  hashes: number,
  temp_c: orNull(number),
  throttled: orNull(number),
  kernel: orNull(text),
  uptime_ms: orNull(number),
  fences: number,
  boots: number,
  watts: number,
  energy,
} satisfies Shape<SlotStatus>);

const work = v.strictObject({
  jobs: number,
  hashrate_hs: orNull(number),
  job_wait_ms: orNull(number),
  verdict_wait_ms: orNull(number),
  ping_ms: orNull(number),
  busy: orNull(number),
  difficulty: orNull(number),
  accepted: number,
  rejected: number,
  rejected_by: v.record(text, number),
  streak: number,
  best_streak: number,
} satisfies Shape<WorkFigures>);

const gain = orNull(v.strictObject({ duco: number, over_ms: number }));

const balance = v.strictObject({
  duco: orNull(number),
  age_ms: orNull(number),
  error: orNull(text),
  last_interval: gain,
  last_minute: gain,
  last_hour: gain,
  duco_per_day: orNull(number),
  duco_per_kwh: orNull(number),
} satisfies Shape<BalanceStatus>);

const rejectedBy = v.strictObject({
  stale: number,
  duplicate: number,
  "low difficulty": number,
  invalid: number,
  refused: number,
  lost: number,
} satisfies Shape<Rejected>);

const minersStatus = {
  listen: orNull(text),
  has_work: flag,
  connections: number,
  hashrate_hs: number,
  accepted: number,
  rejected: number,
} satisfies Shape<MinersStatus>;

const minersCounted = {
  since: orNull(time),
  accepted: number,
  rejected: number,
  rejected_by: rejectedBy,
  forwarded: v.strictObject({ accepted: number, rejected: number }),
  blocks: number,
  best_difficulty: orNull(number),
};

const minerWorker = v.strictObject({
  worker: text,
  connections: number,
  address: orNull(text),
  agent: orNull(text),
  connected_ms: orNull(number),
  difficulty: orNull(number),
  hashrate_hs: number,
  hourly_hashrate_hs: number,
  ...minersCounted,
  last_share_ms: orNull(number),
} satisfies Shape<MinerWorker>);

const miners = v.strictObject({
  ...minersStatus,
  ...minersCounted,
  banned: number,
  workers: v.array(minerWorker),
} satisfies Shape<MinersReport>);

const node = v.strictObject({
  address: text,
  name: text,
  from: v.picklist(["list", "picker", "cache", "manual"]),
  good_ms: orNull(number),
  failures: number,
  rests_ms: orNull(number),
  well_ms: orNull(number),
});

const status = v.strictObject({
  version: text,
  board: text,
  board_error: orNull(text),
  uptime_ms: number,
  storm: v.picklist(["normal", "storm", "cooldown"]),
  automation: orNull(text),
  pause: orNull(v.strictObject({ reason: text, left_ms: orNull(number) })),
  watts: number,
  ceiling_watts: orNull(number),
  power: v.strictObject({
    ceilings: v.array(v.strictObject({ name: text, watts: number })),
    watts: orNull(number),
    zeros: orNull(number),
    schedule: orNull(
      v.strictObject({ clock_set: flag, open: texts, next_edge_ms: orNull(number) }),
    ),
    external: orNull(v.strictObject({ source: text, left_ms: number })),
    override: orNull(v.strictObject({ reason: text, left_ms: orNull(number) })),
  }),
  pool: v.strictObject({
    address: orNull(text),
    why: text,
    detail: orNull(text),
    for_ms: number,
    goals: v.optional(
      v.array(
        v.strictObject({
          name: text,
          percent: number,
          recent_percent: orNull(number),
          hashes: number,
          address: orNull(text),
          why: text,
          detail: orNull(text),
          rests_ms: orNull(number),
          accepted: number,
          rejected: number,
          unknown: number,
        }),
      ),
    ),
    finder: v.optional(
      v.strictObject({
        nodes: v.array(node),
        picker: orNull(
          v.strictObject({
            state: v.picklist(["idle", "asking", "waiting"]),
            failures: number,
            error: orNull(text),
            next_ms: orNull(number),
          }),
        ),
      }),
    ),
    connected: number,
    last_error: orNull(text),
  }),
  balance: v.optional(balance),
  miners: v.optional(v.strictObject(minersStatus)),
  slots: v.array(slotStatus),
  work: v.optional(v.record(text, work)),
  jobs: v.optional(
    v.strictObject({
      queued: number,
      running: number,
      found: number,
      exhausted: number,
      cancelled: number,
      failed: number,
    } satisfies Shape<JobCounts>),
  ),
  inbox: v.optional(v.strictObject({ dropped: number })),
  proxy: v.optional(
    v.strictObject({
      url: text,
      waiting: number,
      requests: v.strictObject({
        served: number,
        waited: number,
        failed: number,
        websockets: number,
        refused: v.record(text, number),
      }),
      slots: v.array(v.strictObject({ slot, active: number })),
      routes: v.array(
        v.strictObject({
          name: text,
          slots: v.array(slot),
          waiting: number,
          serves: flag,
          why: text,
        }),
      ),
    } satisfies Shape<ProxyStatus>),
  ),
  host: v.strictObject({
    workers: number,
    accepted: number,
    rejected: number,
    unknown: number,
    hashes: number,
  }),
  totals: v.strictObject({
    accepted: number,
    rejected: number,
    unknown: number,
    hashes: number,
    fences: number,
    energy,
  }),
} satisfies Shape<RigStatus>);

const why = v.strictObject({
  explanations: v.array(
    v.strictObject({
      slot,
      state: text,
      why: text,
      for_ms: number,
      wanted: v.picklist(["on", "off"]),
      evidence: text,
      class: v.picklist(EVIDENCE),
      next: orNull(text),
      cut_waits_for: orNull(text),
      on_waits_for: orNull(text),
      notes: texts,
    }),
  ),
});

const plan = v.strictObject({
  intentions: v.array(v.strictObject({ slot, does: orNull(text), next: orNull(text) })),
});

const level = v.picklist(["info", "warn", "error"]);
const scalar = v.nullable(v.union([text, number, flag]));

const event = v.strictObject({
  at: time,
  at_ms: number,
  level,
  ev: text,
  slot: orNull(slot),
  why: orNull(text),
  detail: v.record(text, scalar),
} satisfies Shape<RigEvent>);

const logLine = v.strictObject({
  n: number,
  at: time,
  level: v.picklist(["trace", "debug", "info", "warn", "error", "fatal"]),
  ev: orNull(text),
  slot: orNull(slot),
  why: orNull(text),
  msg: orNull(text),
  detail: v.record(text, v.unknown()),
} satisfies Shape<LogLine>);
const lost = v.strictObject({ lost: number });

const history = v.strictObject({
  events: v.array(
    v.strictObject({
      id: number,
      at: time,
      level,
      ev: text,
      slot: orNull(slot),
      why: orNull(text),
      detail: v.record(text, scalar),
      kind: v.picklist(["power", "fence", "fault", "operator", "alert", "block", "other"]),
    }),
  ),
  next: orNull(number),
});

const figures = {
  hashes_per_second: orNull(number),
  hashes: number,
  accepted: number,
  rejected: number,
  unknown: number,
  watts: orNull(number),
  joules: number,
  energy_source: orNull(v.picklist(["measured", "modelled", "both"])),
  joules_per_hash: orNull(number),
  temp_c: orNull(number),
  temp_min_c: orNull(number),
  temp_max_c: orNull(number),
  jobs: number,
  job_wait_ms: orNull(number),
  verdict_wait_ms: orNull(number),
  busy: orNull(number),
  fences: number,
  restarts: number,
};
const point = v.strictObject({ at: time, ...figures });
const average = v.strictObject({
  covered_ms: number,
  rejected_by: v.record(text, number),
  ...figures,
});
const stats = v.strictObject({
  at: time,
  since: orNull(time),
  series: v.record(
    text,
    v.strictObject({
      "1m": average,
      "5m": average,
      "1h": average,
      "24h": average,
      "30d": average,
      all: average,
    }),
  ),
  charts: v.array(
    v.strictObject({ of: text, range: text, step_ms: number, points: v.array(point) }),
  ),
});
const statsRows = v.array(v.strictObject({ of: text, at: time, ...figures }));

const window = v.strictObject({
  name: text,
  from: text,
  to: text,
  zone: text,
  watts: orNull(number),
  outside_watts: orNull(number),
} satisfies Shape<ListedWindow>);
const interval = v.strictObject({
  from: time,
  until: time,
  watts: orNull(number),
  rule: orNull(text),
  zone: orNull(text),
  open: v.array(text),
} satisfies Shape<Interval>);
const schedule = v.strictObject({
  source: v.picklist(["file", "stored"]),
  clock_set: flag,
  at: time,
  until: time,
  intervals: v.array(interval),
} satisfies Shape<ScheduleReport>);
const windows = v.strictObject({
  source: v.picklist(["file", "stored"]),
  windows: v.array(window),
  file: v.array(window),
});
const reload = v.strictObject({
  file: text,
  applied: texts,
  needs_restart: texts,
} satisfies Shape<ReloadReport>);

const job = v.strictObject({
  id: text,
  state: v.picklist(JOB_STATES),
  waits_for: orNull(v.picklist(["kernel", "worker", "turn"])),
  searched: number,
  progress: number,
  hashes: number,
  hashrate_hs: number,
  workers: texts,
  left_ms: orNull(number),
  nonce: orNull(number),
  found_by: orNull(text),
  why: orNull(text),
  algorithm: v.picklist(["duco-s1", "sha256d", "scrypt"]),
  prefix: v.optional(text),
  header: v.optional(text),
  target: text,
  from: number,
  to: number,
  submitted_at: time,
  ended_at: orNull(time),
} satisfies Shape<JobStatus>);
const jobs = v.strictObject({ jobs: v.array(job) });

const doctor = v.strictObject({
  version: text,
  at: time,
  node: text,
  platform: text,
  user: text,
  ok: flag,
  checks: v.array(
    v.strictObject({
      check: text,
      verdict: v.picklist(["ok", "warning", "problem", "n/a"]),
      read: text,
      todo: text,
    }),
  ),
});

const info = v.strictObject({
  version: text,
  node: text,
  platform: text,
  programs: text,
  config: v.strictObject({ file: text, error: orNull(text) }),
  paths: orNull(
    v.strictObject({
      state: text,
      database: text,
      record: orNull(text),
      keys: text,
      control_socket: text,
      token: orNull(text),
      mining_key: orNull(text),
      pool_trace: orNull(text),
    }),
  ),
  url: orNull(text),
});

const setup = v.strictObject({
  config: text,
  written: texts,
  kept: texts,
  backups: texts,
  next: v.array(v.strictObject({ what: text, commands: texts })),
});

const checked = v.strictObject({
  ok: flag,
  file: text,
  problems: v.array(
    v.strictObject({
      code: text,
      file: text,
      line: orNull(number),
      column: orNull(number),
      message: text,
    }),
  ),
});
const values = v.strictObject({
  file: text,
  values: v.array(
    v.strictObject({
      section: text,
      name: text,
      value: v.unknown(),
      toml: orNull(text),
      from: text,
      source: orNull(text),
      line: orNull(number),
      column: orNull(number),
    }),
  ),
});

const told = v.strictObject({
  receivers: v.array(v.strictObject({ to: text, where: text, ok: flag, answer: text })),
});

const segment = v.strictObject({
  entry: v.strictObject({
    at_ms: number,
    seat: text,
    dir: v.picklist(["open", "in", "out", "close"]),
    text,
  }),
  tells: texts,
});

const replayStep = v.looseObject({ at: time, at_ms: number, event: v.looseObject({}) });
const replaySegment = v.strictObject({ segment: v.looseObject({ file: text, program: text }) });
const replaySummary = v.strictObject({
  summary: v.strictObject({
    segments: number,
    span_ms: number,
    events: number,
    decisions: number,
    differences: number,
    torn: texts,
    recorded_by: texts,
    replayed_by: text,
  }),
});

const demoSummary = v.strictObject({
  summary: v.strictObject({
    slots: v.array(
      v.strictObject({
        slot,
        state: text,
        accepted: number,
        rejected: number,
        unknown: number,
        hashes: number,
        fences: number,
        boots: number,
      }),
    ),
    totals: v.strictObject({
      accepted: number,
      rejected: number,
      unknown: number,
      hashes: number,
      fences: number,
    }),
    faults: v.array(
      v.strictObject({
        slot: orNull(slot),
        kind: text,
        at_ms: number,
        detect_ms: orNull(number),
        recover_ms: orNull(number),
      }),
    ),
    consistent: flag,
  }),
});

const poolEvent = v.looseObject({ at: time, ev: text });

/** By the names that the page calls them, in its order. */
const enrolment = v.strictObject({
  slot,
  code: orNull(text),
  for_ms: orNull(number),
  key_file: orNull(text),
  todo: text,
});

const keys = v.strictObject({
  slots: v.array(
    v.strictObject({
      slot,
      enrolled: flag,
      rotating: flag,
      failed: orNull(text),
      linked: flag,
    } satisfies Shape<KeyStatus>),
  ),
  refused: v.array(v.strictObject({ peer: text, slot: text, times: number, age_ms: number })),
} satisfies Shape<KeysStatus>);

const found = v.strictObject({
  subnet: text,
  found: v.array(
    v.strictObject({
      slot: orNull(slot),
      address: orNull(text),
      name: orNull(text),
      what: text,
      enrolled: orNull(flag),
      linked: orNull(flag),
      next: orNull(text),
    } satisfies Shape<Row>),
  ),
  notes: texts,
});

const agent = v.strictObject({
  slot,
  version: orNull(text),
  sha256: orNull(text),
  from: orNull(v.picklist(["installed", "update"])),
  trial: flag,
  previous: orNull(text),
  wanted: orNull(text),
  current: orNull(flag),
  refuses: orNull(text),
  persists: orNull(flag),
  failed: orNull(v.strictObject({ sha256: text, why: text })),
} satisfies Shape<AgentStatus>);

const rollout = v.strictObject({
  kind: v.picklist(["update", "rollback"]),
  by: v.picklist(["operator", "automation"]),
  reason: text,
  sha256: orNull(text),
  for_ms: number,
  ended: orNull(v.picklist(["done", "partly", "failed"])),
  why: orNull(text),
  slots: v.array(
    v.strictObject({
      slot,
      stage: v.picklist([
        "waiting",
        "sending",
        "restarting",
        "watching",
        "confirming",
        "done",
        "skipped",
        "failed",
      ]),
      why: orNull(text),
    }),
  ),
} satisfies Shape<RolloutStatus>);

const agents = v.strictObject({
  offered: orNull(v.strictObject({ sha256: text, size: number, file: text })),
  why: orNull(text),
  signer: orNull(text),
  rollout: orNull(rollout),
  slots: v.array(agent),
} satisfies Shape<AgentsStatus>);

export const SHAPES: Readonly<Record<string, v.GenericSchema>> = {
  Status: status,
  SlotStatus: slotStatus,
  Energy: energy,
  Work: work,
  Balance: balance,
  Node: node,
  Miners: miners,
  MinerWorker: minerWorker,
  Explanations: why,
  Intentions: plan,
  LogLine: logLine,
  Lost: lost,
  Event: event,
  History: history,
  Stats: stats,
  Average: average,
  Point: point,
  StatsRows: statsRows,
  Enrolment: enrolment,
  Keys: keys,
  Found: found,
  Agents: agents,
  Agent: agent,
  Rollout: rollout,
  Schedule: schedule,
  Windows: windows,
  Window: window,
  Reload: reload,
  Job: job,
  Jobs: jobs,
  Doctor: doctor,
  Info: info,
  Setup: setup,
  Checked: checked,
  Values: values,
  Told: told,
  TraceSegment: segment,
  ReplaySegment: replaySegment,
  ReplayStep: replayStep,
  ReplaySummary: replaySummary,
  DemoSummary: demoSummary,
  PoolEvent: poolEvent,
};

export interface Printed {
  /** Names of shapes. */
  readonly shapes: readonly string[];
  /** One JSON value a line, each of one of the shapes; else one value of the only shape. */
  readonly lines: boolean;
}

const one = (shape: string): Printed => ({ shapes: [shape], lines: false });
const lines = (...shapes: readonly string[]): Printed => ({ shapes, lines: true });

/** What each command prints; there is none that takes --json and is not here. */
export const PRINTED: Readonly<Record<string, Printed>> = {
  status: one("Status"),
  on: one("Status"),
  off: one("Status"),
  cycle: one("Status"),
  cordon: one("Status"),
  uncordon: one("Status"),
  drain: one("Status"),
  maintenance: one("Status"),
  release: one("Status"),
  wake: one("Status"),
  identify: one("Status"),
  pause: one("Status"),
  resume: one("Status"),
  override: one("Status"),
  ceiling: one("Status"),
  node: one("Status"),
  why: one("Explanations"),
  plan: one("Intentions"),
  logs: lines("LogLine", "Lost"),
  history: one("History"),
  stats: one("Stats"),
  "stats export": one("StatsRows"),
  enroll: one("Enrolment"),
  rotate: one("Keys"),
  revoke: one("Keys"),
  discover: one("Found"),
  "agents status": one("Agents"),
  "agents update": one("Agents"),
  "agents rollback": one("Agents"),
  schedule: one("Schedule"),
  "schedule set": one("Windows"),
  miners: one("Miners"),
  reload: one("Reload"),
  submit: one("Job"),
  job: one("Job"),
  jobs: one("Jobs"),
  doctor: one("Doctor"),
  info: one("Info"),
  setup: one("Setup"),
  "config check": one("Checked"),
  "config print": one("Values"),
  "alert test": one("Told"),
  "pool-trace": lines("TraceSegment"),
  replay: lines("ReplaySegment", "ReplayStep", "ReplaySummary"),
  demo: lines("Event", "DemoSummary"),
  pool: lines("PoolEvent"),
};

interface Definition {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Definition>>;
  readonly item?: Definition;
  readonly value?: Definition;
  readonly wrapped?: Definition;
  readonly options?: readonly (Definition | string)[];
  readonly pipe?: readonly Definition[];
}

const NAMES = new Map(Object.entries(SHAPES).map(([name, schema]) => [schema as unknown, name]));

/** A schema as people read shapes: like a type of TypeScript. */
export function shapeText(schema: unknown, indent = "", isTop = true): string {
  const name = NAMES.get(schema);
  if (!isTop && name !== undefined) return name;
  const { type, entries = {}, item, value, wrapped, options = [], pipe } = schema as Definition;
  switch (type) {
    case "strict_object":
    case "loose_object": {
      const deeper = `${indent}  `;
      const fields = Object.entries(entries).map(([key, field]) => {
        const isOptional = field.type === "optional";
        const shown = /^\w+$/.test(key) && !/^\d/.test(key) ? key : JSON.stringify(key);
        const inner = shapeText(isOptional ? field.wrapped : field, deeper, false);
        return `${deeper}${shown}${isOptional ? "?" : ""}: ${inner}`;
      });
      const more = type === "loose_object" ? [`${deeper}...`] : [];
      return `{\n${[...fields, ...more].join("\n")}\n${indent}}`;
    }
    case "array":
      return `${shapeText(item, indent, false)}[]`;
    case "record":
      return `{ [name]: ${shapeText(value, indent, false)} }`;
    case "nullable":
      return `${shapeText(wrapped, indent, false)} | null`;
    case "union":
      return options.map((option) => shapeText(option, indent, false)).join(" | ");
    case "picklist":
      return options.map((option) => JSON.stringify(option)).join(" | ");
    default:
      return (pipe ?? []).some((each) => each.type === "iso_timestamp") ? "time" : type;
  }
}
