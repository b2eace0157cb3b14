// The state as people see it: words, evidence with its age, the running timer. Nothing is shown without its evidence.

import { backoffUntil, cutHindrance, onHindrance } from "./permit.ts";
import type { Seat } from "./seat.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { RigStatus, ShownState, SlotStatus } from "./status.ts";
import { slotWatts } from "./watts.ts";

/** What the shell knows and the core does not. */
export interface Surroundings {
  readonly version: string;
  readonly board: string;
  readonly poolAddress: string;
}

const HOLD_STATES = {
  cordon: "Cordoned",
  drain: "Draining",
  maintenance: "Maintenance",
} as const;

function shownState(slot: Slot): ShownState {
  const up = slot.phase === "Ready" || slot.phase === "Degraded";
  if (!up || slot.hold === null || slot.hold.kind === "foreign") return slot.phase;
  return HOLD_STATES[slot.hold.kind];
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

function ago(at: number, now: number): string {
  return Number.isFinite(at) ? `${seconds(now - at)} ago` : "never";
}

function evidence(slot: Slot, now: number): string {
  const usb = slot.usb === "unknown" ? "USB unreadable" : `USB ${slot.usb}`;
  const line = slot.line === "unknown" ? "line unread" : `line ${slot.line}`;
  return `heard ${ago(slot.heardAt, now)}, ${line}, ${usb}, read ${ago(slot.readAt, now)}`;
}

/** What happens next, and what it waits for. */
function nextStep(rig: RigState, slot: Slot, now: number): string | null {
  const left = seconds(slot.until - now);
  switch (slot.phase) {
    case "Off": {
      if (slot.wanted === "off") return null;
      const hindrance = onHindrance(rig, slot, now);
      return hindrance === null ? "on" : `on, waits for ${hindrance}`;
    }
    case "Remediating": {
      if (slot.stage !== "power-cycle") return `${slot.stage} ends in ${left}`;
      const hindrance = cutHindrance(rig, slot, now);
      if (hindrance === "backoff") {
        return `power cycle in ${seconds(backoffUntil(slot, rig.policy) - now)} (backoff)`;
      }
      return hindrance === null ? "power cycle" : `power cycle, waits for ${hindrance}`;
    }
    case "Suspect":
      return `remedy in ${left} unless heard`;
    case "PoweringOff":
      return slot.stage === "soft" ? `cut in ${left}` : `fault in ${left} unless proved off`;
    case "Ready":
    case "Degraded":
      return null;
    default:
      return Number.isFinite(slot.until) ? `due in ${left}` : null;
  }
}

function slotStatus(rig: RigState, slot: Slot, seat: Seat | undefined, now: number): SlotStatus {
  const up = slot.phase === "Ready" || slot.phase === "Degraded";
  return {
    slot: slot.id,
    state: shownState(slot),
    for_ms: Math.round(now - slot.since),
    why: slot.hold === null ? slot.why : `${slot.why}; ${slot.hold.kind}: ${slot.hold.reason}`,
    evidence: evidence(slot, now),
    next: nextStep(rig, slot, now),
    wanted: slot.wanted,
    hashrate_hs: up ? Math.round(slot.rateHs) : 0,
    accepted: seat?.accepted ?? 0,
    rejected: seat?.rejected ?? 0,
    unknown: seat?.unknown ?? 0,
    hashes: slot.hashes,
    temp_c: slot.vitals?.tempC ?? null,
    throttled: slot.vitals?.throttled ?? null,
    uptime_ms:
      slot.vitals === null ? null : slot.vitals.uptimeMs + Math.round(now - slot.vitals.at),
    fences: slot.fences,
    boots: slot.boots,
    watts: slotWatts(slot, rig.policy.model),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

const CONNECTED: ReadonlySet<Seat["state"]> = new Set<Seat["state"]>([
  "idle",
  "requested",
  "working",
  "securing",
  "submitting",
]);

export function view(rig: RigState, around: Surroundings, now: number): RigStatus {
  const seats = new Map(rig.seats.map((seat) => [seat.id, seat]));
  const hostSeats = rig.seats.filter((seat) => rig.hosts.some((host) => host.id === seat.id));
  const slots = rig.slots.map((slot) => slotStatus(rig, slot, seats.get(slot.id), now));
  return {
    version: around.version,
    board: rig.boardError === null ? around.board : `${around.board} (${rig.boardError})`,
    uptime_ms: Math.round(now - rig.startedAt),
    storm: rig.storm.state,
    automation: rig.halted,
    watts: Math.round(sum(slots, (slot) => slot.watts) * 100) / 100,
    ceiling_watts: rig.policy.ceilingWatts,
    pool: {
      address: around.poolAddress,
      connected: rig.seats.filter((seat) => CONNECTED.has(seat.state)).length,
      last_error: rig.seats.find((seat) => seat.error !== null)?.error ?? null,
    },
    slots,
    host: {
      workers: rig.hosts.length,
      accepted: sum(hostSeats, (seat) => seat.accepted),
      rejected: sum(hostSeats, (seat) => seat.rejected),
      unknown: sum(hostSeats, (seat) => seat.unknown),
      hashes: sum(rig.hosts, (host) => host.hashes),
    },
    totals: {
      accepted: sum(rig.seats, (seat) => seat.accepted),
      rejected: sum(rig.seats, (seat) => seat.rejected),
      unknown: sum(rig.seats, (seat) => seat.unknown),
      hashes: sum(rig.slots, (slot) => slot.hashes) + sum(rig.hosts, (host) => host.hashes),
      fences: sum(rig.slots, (slot) => slot.fences),
    },
  };
}

/** Whether a verdict is still outstanding: a share is being written down or is at the pool. */
export function awaitsVerdict(rig: RigState): boolean {
  return rig.seats.some(({ state }) => state === "securing" || state === "submitting");
}

/** Whether a power action is under way, so that the board is worth reading often. */
export function isSwitching(rig: RigState): boolean {
  return rig.slots.some(({ phase }) => phase === "PoweringOff" || phase === "PoweringOn");
}
