// The rig's figures for Prometheus, taken from its status when they are asked for.

import type { Registry } from "prom-client";
import type { RigStatus, SlotStatus } from "../core/status.ts";
import type { MinersReport } from "../pools/stratum-server/report.ts";
import { MINER_FIGURES } from "./miner-figures.ts";
import { PROXY_FIGURES } from "./proxy-figures.ts";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A figure of the rig, or of something else that is seen. */
export interface Figure<Seen = RigStatus> {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly labels: readonly string[];
  readonly of: (seen: Seen) => readonly Sample[];
}

/** One value for each slot; slots that have none are left out. */
function bySlot(value: (slot: SlotStatus) => number | null): Figure["of"] {
  return ({ slots }) =>
    slots.flatMap((slot) => {
      const found = value(slot);
      return found === null ? [] : [{ labels: { slot: slot.slot }, value: found }];
    });
}

function one(value: (status: RigStatus) => number | null): Figure["of"] {
  return (status) => {
    const found = value(status);
    return found === null ? [] : [{ labels: {}, value: found }];
  };
}

/** Shares by verdict: `rejected` and `unknown` are none that pay. */
const VERDICTS = ["accepted", "rejected", "unknown"] as const;

const gauge = (name: string, help: string, of: Figure["of"], labels: readonly string[] = []) =>
  ({ name: `zerorig_${name}`, help, type: "gauge", labels, of }) as const;
const counter = (name: string, help: string, of: Figure["of"], labels: readonly string[] = []) =>
  ({ name: `zerorig_${name}`, help, type: "counter", labels, of }) as const;
const slot = ["slot"] as const;

const FIGURES: readonly Figure[] = [
  gauge(
    "info",
    "Always 1; the version and the board are in the labels.",
    (status) => [{ labels: { version: status.version, board: status.board }, value: 1 }],
    ["version", "board"],
  ),
  gauge(
    "uptime_seconds",
    "Since the controller started.",
    one((rig) => rig.uptime_ms / 1000),
  ),
  gauge(
    "slot_state",
    "1 for the state that a slot is in.",
    ({ slots }) =>
      slots.map(({ slot: id, state, why }) => ({ labels: { slot: id, state, why }, value: 1 })),
    ["slot", "state", "why"],
  ),
  gauge(
    "slot_hashrate_hashes",
    "Hashes a second, measured.",
    bySlot((s) => s.hashrate_hs),
    slot,
  ),
  counter(
    "slot_hashes_total",
    "Hashes done.",
    bySlot((s) => s.hashes),
    slot,
  ),
  counter(
    "slot_shares_total",
    "Shares by the pool's verdict.",
    ({ slots }) =>
      slots.flatMap((each) =>
        VERDICTS.map((verdict) => ({
          labels: { slot: each.slot, verdict },
          value: each[verdict],
        })),
      ),
    ["slot", "verdict"],
  ),
  counter(
    "slot_fences_total",
    "Power cycles by automation.",
    bySlot((s) => s.fences),
    slot,
  ),
  counter(
    "slot_boots_total",
    "Boots that were seen.",
    bySlot((s) => s.boots),
    slot,
  ),
  gauge(
    "slot_temperature_celsius",
    "Of the Zero's chip.",
    bySlot((s) => s.temp_c),
    slot,
  ),
  gauge(
    "slot_heat_step",
    "0 cool, 1 half the work, 2 none, 3 off.",
    bySlot((s) => s.heat),
    slot,
  ),
  gauge(
    "slot_power_watts",
    "Measured or modelled.",
    bySlot((s) => s.watts),
    slot,
  ),
  counter(
    "slot_energy_joules_total",
    "Measured or modelled.",
    bySlot((s) => s.energy.joules),
    slot,
  ),
  gauge(
    "power_watts",
    "Of the whole rig.",
    one((rig) => rig.watts),
  ),
  gauge(
    "power_ceiling_watts",
    "The least ceiling that holds.",
    one((rig) => rig.ceiling_watts),
  ),
  gauge(
    "storm",
    "1 in a storm or its cool-down.",
    one((rig) => (rig.storm === "normal" ? 0 : 1)),
  ),
  gauge(
    "paused",
    "1 in a person's pause.",
    one((rig) => (rig.pause === null ? 0 : 1)),
  ),
  gauge(
    "automation_stopped",
    "1 if a broken invariant stopped automation.",
    one((rig) => (rig.automation === null ? 0 : 1)),
  ),
  gauge(
    "board_unreadable",
    "1 while the board cannot be read.",
    one((rig) => (rig.board_error === null ? 0 : 1)),
  ),
  gauge(
    "pool_connections",
    "Pool sessions that are up.",
    one((rig) => rig.pool.connected),
  ),
  gauge(
    "jobs",
    "Submitted jobs by state: the open ones, and those that are over and still kept.",
    ({ jobs = {} }) => Object.entries(jobs).map(([state, value]) => ({ labels: { state }, value })),
    ["state"],
  ),
  gauge(
    "balance_duco",
    "The account's balance.",
    one((rig) => rig.balance?.duco ?? null),
  ),
  counter(
    "inbox_dropped_total",
    "Signs of life that were dropped, for events came faster than they were taken in.",
    one((rig) => rig.inbox?.dropped ?? null),
  ),
  counter(
    "host_hashes_total",
    "Hashes of the controller itself.",
    one((rig) => rig.host.hashes),
  ),
];

type Prometheus = typeof import("prom-client");

export class Metrics {
  readonly contentType: string;
  readonly #registry: Registry;

  private constructor(prometheus: Prometheus, status: () => RigStatus, miners: () => MinersReport) {
    this.#registry = new prometheus.Registry();
    this.contentType = this.#registry.contentType;
    const [look, lookAtMiners] = [once(status), once(miners)];
    for (const figure of [...FIGURES, ...PROXY_FIGURES]) {
      addFigure(prometheus, this.#registry, figure, look);
    }
    for (const figure of MINER_FIGURES) {
      addFigure(prometheus, this.#registry, figure, lookAtMiners);
    }
  }

  static async make(status: () => RigStatus, miners: () => MinersReport): Promise<Metrics> {
    return new Metrics(await import("prom-client"), status, miners);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** One look for all figures of a scrape: they are collected one after the other in the same turn. */
function once<Seen>(look: () => Seen): () => Seen {
  let shared: { readonly seen: Seen } | null = null;
  return () => {
    if (shared === null) queueMicrotask(() => (shared = null));
    shared ??= { seen: look() };
    return shared.seen;
  };
}

function addFigure<Seen>(
  { Counter, Gauge }: Prometheus,
  registry: Registry,
  { name, help, type, labels, of }: Figure<Seen>,
  look: () => Seen,
): void {
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === "gauge") {
    new Gauge({
      ...common,
      collect() {
        this.reset();
        for (const { labels: each, value } of of(look())) this.set(each, value);
      },
    });
    return;
  }
  new Counter({
    ...common,
    collect() {
      this.reset();
      for (const { labels: each, value } of of(look())) this.inc(each, value);
    },
  });
}
