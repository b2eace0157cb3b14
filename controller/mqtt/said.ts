// What is told over MQTT of the rig and of each slot: one JSON object each, without ages, so that only news changes it.

import type { Line } from "../../hat/board.ts";
import type { EnergyStatus, RigStatus, SlotStatus } from "../core/status.ts";

const JOULES_PER_KWH = 3_600_000;

/** What a select shows for a slot: nobody's hold, a person's, or a foreign hand's. */
export const SLOT_MODES = ["active", "cordoned", "draining", "maintenance", "foreign"] as const;
export type SlotMode = (typeof SLOT_MODES)[number];

/** `stopped`: a broken invariant stopped automation. */
export const RIG_MODES = ["auto", "paused", "stopped"] as const;
export type RigMode = (typeof RIG_MODES)[number];

export interface SaidOfSlot {
  /** The line as it was read back from the HAT; null while nobody knows. */
  readonly power: "ON" | "OFF" | null;
  readonly state: string;
  readonly mode: SlotMode;
  readonly problem: "ON" | "OFF";
  /** Throttled, capped, hot or short of voltage now; null while it is not heard. */
  readonly throttled: "ON" | "OFF" | null;
  /** Hashes a second. */
  readonly hashrate: number;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  readonly watts: number;
  readonly energy_kwh: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly fences: number;
  readonly boots: number;
  readonly attributes: Readonly<Record<string, string | number | null>>;
}

const MODE_OF = {
  cordon: "cordoned",
  drain: "draining",
  maintenance: "maintenance",
  foreign: "foreign",
} as const satisfies Readonly<Record<NonNullable<SlotStatus["hold"]>["kind"], SlotMode>>;

const TROUBLE: ReadonlySet<string> = new Set([
  "Unknown",
  "Suspect",
  "Remediating",
  "Quarantined",
  "Fault",
]);

/** The low bits of get_throttled say what is so now; those above say what was so since the boot. */
const THROTTLED_NOW = 0xf;

function flag(is: boolean): "ON" | "OFF" {
  return is ? "ON" : "OFF";
}

function kwh({ joules }: EnergyStatus): number {
  return Number((joules / JOULES_PER_KWH).toFixed(6));
}

export function saidOfSlot(slot: SlotStatus, line: Line | "unknown"): SaidOfSlot {
  const { state, hold, throttled } = slot;
  return {
    power: line === "unknown" ? null : flag(line === "on"),
    state,
    mode: hold === null ? "active" : MODE_OF[hold.kind],
    problem: flag(TROUBLE.has(state)),
    throttled: throttled === null ? null : flag((throttled & THROTTLED_NOW) !== 0),
    hashrate: slot.hashrate_hs,
    temperature: slot.temp_c,
    watts: Number(slot.watts.toFixed(2)),
    energy_kwh: kwh(slot.energy),
    accepted: slot.accepted,
    rejected: slot.rejected,
    fences: slot.fences,
    boots: slot.boots,
    attributes: {
      why: slot.why,
      wanted: slot.wanted,
      signs: slot.class,
      hold_reason: hold?.reason ?? null,
      heat_step: slot.heat,
      energy_source: slot.energy.source,
    },
  };
}

export interface SaidOfRig {
  readonly mode: RigMode;
  readonly problem: "ON" | "OFF";
  readonly under_voltage: "ON" | "OFF";
  readonly storm: RigStatus["storm"];
  readonly ready: number;
  readonly hashrate: number;
  readonly watts: number;
  readonly energy_kwh: number;
  /** The least watts ceiling that holds; null for none. */
  readonly ceiling: number | null;
  /** The number from outside, which is what the slider sets; null for none. */
  readonly ceiling_asked: number | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly fences: number;
  readonly pool: string | null;
  readonly attributes: Readonly<Record<string, string | number | null>>;
}

function modeOf({ automation, pause }: RigStatus): RigMode {
  if (automation !== null) return "stopped";
  return pause === null ? "auto" : "paused";
}

export function saidOfRig(rig: RigStatus): SaidOfRig {
  const { power, totals, slots } = rig;
  return {
    mode: modeOf(rig),
    problem: flag(rig.automation !== null || rig.board_error !== null || rig.storm === "storm"),
    under_voltage: flag(power.zeros !== null),
    storm: rig.storm,
    ready: slots.filter(({ state }) => state === "Ready" || state === "Degraded").length,
    hashrate: slots.reduce((sum, slot) => sum + slot.hashrate_hs, 0),
    watts: Number(rig.watts.toFixed(2)),
    energy_kwh: kwh(totals.energy),
    ceiling: rig.ceiling_watts,
    ceiling_asked: power.ceilings.find(({ name }) => name === "external")?.watts ?? null,
    accepted: totals.accepted,
    rejected: totals.rejected,
    fences: totals.fences,
    pool: rig.pool.address,
    attributes: {
      automation: rig.automation,
      board_error: rig.board_error,
      pause_reason: rig.pause?.reason ?? null,
      pool_why: rig.pool.why,
      energy_source: totals.energy.source,
    },
  };
}

/** The part of what is said that is told at once; the rest waits its turn. */
export function urgentPart(said: SaidOfSlot | SaidOfRig): string {
  const { mode, problem } = said;
  if ("power" in said) return [mode, problem, said.power, said.state].join();
  return [mode, problem, said.storm, said.ceiling, said.ceiling_asked].join();
}
