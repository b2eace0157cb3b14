// The state as people see it: words, evidence with its age, the running timer. Nothing is shown without its evidence.

import { ceilingOf, wattCeilings } from "./ceiling.ts";
import { costOf, energyUntil, powerOf } from "./energy.ts";
import { classify } from "./evidence.ts";
import { evidence, nextStep } from "./evidence-text.ts";
import type { Seat } from "./seat.ts";
import type { Energy, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type {
  BalanceStatus,
  EnergyStatus,
  FinderStatus,
  PowerStatus,
  RigStatus,
  ShownState,
  SlotStatus,
} from "./status.ts";

/** What the shell knows and the core does not. */
export interface Surroundings {
  readonly version: string;
  readonly board: string;
  /** How the pool's nodes are doing; absent where nobody looks. */
  readonly finder?: FinderStatus;
  readonly balance?: BalanceStatus;
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

/** Between two jobs it still works; what it had long ago is no rate. */
const BREATH_MS = 10_000;

function works({ task, busyAt }: Slot, now: number): boolean {
  return task !== null || now - busyAt < BREATH_MS;
}

function whyText({ why, shed, phase, hold }: Slot): string {
  // Off since it was proved so; what people ask is which rule wanted it.
  const code = phase === "Off" && shed !== null ? shed.why : why;
  return hold === null ? code : `${code}; ${hold.kind}: ${hold.reason}`;
}

function per(joules: number, count: number): number | null {
  return count === 0 ? null : joules / count;
}

function energyStatus(
  { measuredJ, modelledJ }: Omit<Energy, "at">,
  hashes: number,
  shares: number,
  tariffPerKwh: number | null,
): EnergyStatus {
  const joules = measuredJ + modelledJ;
  const source = measuredJ === 0 ? "modelled" : modelledJ === 0 ? "measured" : "both";
  return {
    source,
    joules,
    joules_per_hash: per(joules, hashes),
    joules_per_share: per(joules, shares),
    cost: tariffPerKwh === null ? null : costOf(joules, tariffPerKwh),
  };
}

/** Time that is left; null for no end. */
function left(until: number, now: number): number | null {
  return Number.isFinite(until) ? Math.max(0, Math.round(until - now)) : null;
}

function powerStatus(rig: RigState, now: number): PowerStatus {
  const { watts, zeros } = ceilingOf(rig);
  const { schedule, external, override } = rig;
  return {
    ceilings: wattCeilings(rig),
    watts: Number.isFinite(watts) ? watts : null,
    zeros: Number.isFinite(zeros) ? zeros : null,
    schedule: schedule && {
      clock_set: schedule.clockSet,
      open: schedule.open,
      next_edge_ms: schedule.nextEdgeMs,
    },
    external: external && { source: external.source, left_ms: Math.round(external.until - now) },
    override: override && { reason: override.reason, left_ms: left(override.until, now) },
  };
}

function holdStatus({ hold }: Slot, now: number): SlotStatus["hold"] {
  return hold && { kind: hold.kind, reason: hold.reason, left_ms: left(hold.until, now) };
}

function slotStatus(rig: RigState, slot: Slot, seat: Seat | undefined, now: number): SlotStatus {
  const up = slot.phase === "Ready" || slot.phase === "Degraded";
  return {
    slot: slot.id,
    state: shownState(slot),
    for_ms: Math.round(now - slot.since),
    why: whyText(slot),
    evidence: evidence(rig, slot, now),
    class: classify(rig, slot, now),
    next: nextStep(rig, slot, now),
    wanted: slot.wanted,
    hold: holdStatus(slot, now),
    heat: slot.heat,
    hashrate_hs: up && works(slot, now) ? Math.round(slot.rateHs) : 0,
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
    watts: powerOf(slot, rig.policy.model, now).watts,
    energy: energyStatus(
      energyUntil(slot, rig.policy.model, now),
      slot.hashes,
      seat?.accepted ?? 0,
      rig.policy.tariffPerKwh,
    ),
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
  const power = powerStatus(rig, now);
  const hashes = sum(rig.slots, (slot) => slot.hashes);
  const accepted = sum(rig.seats, (seat) => seat.accepted);
  const energies = rig.slots.map((slot) => energyUntil(slot, rig.policy.model, now));
  const energy = {
    measuredJ: sum(energies, ({ measuredJ }) => measuredJ),
    modelledJ: sum(energies, ({ modelledJ }) => modelledJ),
  };
  // The host's own work costs none of the Zeros' energy.
  const ofZeros = accepted - sum(hostSeats, (seat) => seat.accepted);
  return {
    version: around.version,
    board: rig.boardError === null ? around.board : `${around.board} (${rig.boardError})`,
    uptime_ms: Math.round(now - rig.startedAt),
    storm: rig.storm.state,
    automation: rig.halted,
    pause: rig.pause && { reason: rig.pause.reason, left_ms: left(rig.pause.until, now) },
    watts: Math.round(sum(slots, (slot) => slot.watts) * 100) / 100,
    ceiling_watts: power.watts,
    power,
    pool: {
      address: rig.pool.node,
      why: rig.pool.why,
      detail: rig.pool.detail,
      for_ms: Math.round(now - rig.pool.since),
      ...(around.finder === undefined ? {} : { finder: around.finder }),
      connected: rig.seats.filter((seat) => CONNECTED.has(seat.state)).length,
      last_error: rig.seats.find((seat) => seat.error !== null)?.error ?? null,
    },
    ...(around.balance === undefined ? {} : { balance: around.balance }),
    slots,
    host: {
      workers: rig.hosts.length,
      accepted: sum(hostSeats, (seat) => seat.accepted),
      rejected: sum(hostSeats, (seat) => seat.rejected),
      unknown: sum(hostSeats, (seat) => seat.unknown),
      hashes: sum(rig.hosts, (host) => host.hashes),
    },
    totals: {
      accepted,
      rejected: sum(rig.seats, (seat) => seat.rejected),
      unknown: sum(rig.seats, (seat) => seat.unknown),
      hashes: hashes + sum(rig.hosts, (host) => host.hashes),
      fences: sum(rig.slots, (slot) => slot.fences),
      energy: energyStatus(energy, hashes, ofZeros, rig.policy.tariffPerKwh),
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
