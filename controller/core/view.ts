// The state as people see it: words, evidence with its age, the running timer. Nothing is shown without its evidence.

import { ceilingOf, wattCeilings } from "./ceiling.ts";
import { costOf, energyUntil, powerOf } from "./energy.ts";
import { classify } from "./evidence.ts";
import { evidence, nextStep } from "./evidence-text.ts";
import type { Goal } from "./goal.ts";
import { hostIndexOf, type Seat, slotOfSeat } from "./seat.ts";
import { type Energy, isUp, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type {
  BalanceStatus,
  EnergyStatus,
  FinderStatus,
  GoalStatus,
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
  readonly miners?: RigStatus["miners"];
  readonly work?: RigStatus["work"];
  readonly jobs?: RigStatus["jobs"];
  readonly inbox?: RigStatus["inbox"];
  readonly proxy?: RigStatus["proxy"];
}

const HOLD_STATES = {
  cordon: "Cordoned",
  drain: "Draining",
  maintenance: "Maintenance",
} as const;

function shownState(slot: Slot): ShownState {
  if (!isUp(slot) || slot.hold === null || slot.hold.kind === "foreign") return slot.phase;
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
    measured_joules: measuredJ,
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

function slotStatus(rig: RigState, slot: Slot, now: number): SlotStatus {
  const up = isUp(slot);
  const seats = rig.seats.filter((seat) => slotOfSeat(rig, seat) === slot);
  const accepted = sum(seats, (seat) => seat.accepted);
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
    kernel: slot.link?.kernel ?? null,
    hashrate_hs: up && works(slot, now) ? Math.round(slot.rateHs) : 0,
    accepted,
    rejected: sum(seats, (seat) => seat.rejected),
    unknown: sum(seats, (seat) => seat.unknown),
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
      accepted,
      rig.policy.tariffPerKwh,
    ),
  };
}

function goalStatus(goals: readonly Goal[], now: number): readonly GoalStatus[] {
  const recent = sum(goals, (goal) => goal.recent);
  return goals.map(({ name, percent, pool, hashes, restUntil, ...goal }) => ({
    name,
    percent,
    recent_percent: recent === 0 ? null : Math.round((1000 * goal.recent) / recent) / 10,
    hashes,
    address: pool.node,
    why: pool.why,
    detail: pool.detail,
    rests_ms: restUntil > now ? Math.round(restUntil - now) : null,
    accepted: goal.accepted,
    rejected: goal.rejected,
    unknown: goal.unknown,
  }));
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
  const hostSeats = rig.seats.filter((seat) => hostIndexOf(rig, seat) >= 0);
  const slots = rig.slots.map((slot) => slotStatus(rig, slot, now));
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
    board: around.board,
    board_error: rig.boardError,
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
      ...(rig.goals.length === 0 ? {} : { goals: goalStatus(rig.goals, now) }),
      ...(around.finder === undefined ? {} : { finder: around.finder }),
      connected: rig.seats.filter((seat) => CONNECTED.has(seat.state)).length,
      last_error: rig.seats.find((seat) => seat.error !== null)?.error ?? null,
    },
    ...(around.balance === undefined ? {} : { balance: around.balance }),
    ...(around.miners === undefined ? {} : { miners: around.miners }),
    slots,
    ...(around.work === undefined ? {} : { work: around.work }),
    ...(around.jobs === undefined ? {} : { jobs: around.jobs }),
    ...(around.inbox === undefined ? {} : { inbox: around.inbox }),
    ...(around.proxy === undefined ? {} : { proxy: around.proxy }),
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
