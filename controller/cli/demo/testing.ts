// Statuses and events for tests, with only what a test cares about spelled out.

import type { SlotId } from "../../../hat/slots.ts";
import type { EnergyStatus, RigEvent, RigStatus, SlotStatus } from "../../core/status.ts";

const NO_ENERGY: EnergyStatus = {
  source: "modelled",
  joules: 0,
  measured_joules: 0,
  joules_per_hash: null,
  joules_per_share: null,
  cost: null,
};

/** A healthy slot, changed as told. */
export function slotStatus(slot: SlotId, changes: Partial<SlotStatus> = {}): SlotStatus {
  return {
    slot,
    state: "Ready",
    for_ms: 61_000,
    why: "self-test-passed",
    evidence: "heard 0.4 s ago, line on, USB present",
    class: "heard",
    next: null,
    wanted: "on",
    hold: null,
    heat: 0,
    kernel: "wasm-simd",
    hashrate_hs: 240_000,
    accepted: 10,
    rejected: 0,
    unknown: 0,
    hashes: 1_000_000,
    temp_c: 41.3,
    throttled: 0,
    uptime_ms: 65_000,
    fences: 0,
    boots: 1,
    watts: 0.9,
    energy: NO_ENERGY,
    ...changes,
  };
}

/** A rig of these slots, whose totals add up, changed as told. */
export function rigStatus(
  slots: readonly SlotStatus[],
  changes: Partial<RigStatus> = {},
): RigStatus {
  const sum = (kind: "accepted" | "rejected" | "unknown" | "hashes" | "fences") =>
    slots.reduce((total, slot) => total + slot[kind], 0);
  return {
    version: "0.0.0",
    board: "ClusterHAT v2.3 (virtual)",
    board_error: null,
    uptime_ms: 72_000,
    storm: "normal",
    automation: null,
    pause: null,
    watts: 3.6,
    ceiling_watts: null,
    power: {
      ceilings: [],
      watts: null,
      zeros: null,
      schedule: null,
      external: null,
      override: null,
    },
    pool: {
      address: "127.0.0.1:2811",
      why: "first",
      detail: null,
      for_ms: 0,
      connected: slots.length,
      last_error: null,
    },
    slots,
    host: { workers: 0, accepted: 0, rejected: 0, unknown: 0, hashes: 0 },
    totals: {
      accepted: sum("accepted"),
      rejected: sum("rejected"),
      unknown: sum("unknown"),
      hashes: sum("hashes"),
      fences: sum("fences"),
      energy: NO_ENERGY,
    },
    ...changes,
  };
}

/** An event of a slot, or of the rig. */
export function rigEvent(
  atMs: number,
  ev: string,
  slot: SlotId | null = null,
  detail: RigEvent["detail"] = {},
): RigEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + atMs).toISOString();
  return { at, at_ms: atMs, level: "info", ev, slot, why: null, detail };
}
