// The whole of what the core knows, and how it begins.

import type { SlotId } from "../../hat/slots.ts";
import type { Bucket } from "./bucket.ts";
import { type Goal, openGoals } from "./goal.ts";
import { holdOf, type Remembered, type RigMemory, rigOf } from "./memory.ts";
import { type Order, recalledOrder } from "./order.ts";
import type { Policy } from "./policy.ts";
import type { ScheduleReading } from "./schedule.ts";
import { type Host, type Part, type Seat, SPLIT_SEAT, seatIds } from "./seat.ts";
import type { Intent, Slot } from "./slot.ts";
import type { PoolWhy } from "./why.ts";

export type Storm =
  | { readonly state: "normal" }
  | { readonly state: "storm"; readonly since: number; readonly alerted: boolean }
  | { readonly state: "cooldown"; readonly until: number };

/** What a person, or something outside, asked for until a certain time. */
export interface Pause {
  readonly reason: string;
  readonly since: number;
  readonly until: number;
}

export interface Override extends Pause {
  readonly watts: number | null;
}

export interface ExternalCeiling {
  readonly watts: number;
  readonly source: string;
  readonly until: number;
}

/** The node that pool connections go to; "" before anyone said, null for none. */
export interface PoolTarget {
  readonly node: string | null;
  readonly why: PoolWhy;
  readonly since: number;
  readonly detail: string | null;
}

export interface RigState {
  readonly policy: Policy;
  /** Intents with a lower id were begun by other numbers, before the policy was changed. */
  readonly policyFrom: number;
  readonly startedAt: number;
  readonly lastTickAt: number;
  /** When the loop last came back from standing still: nobody is convicted for a liveness window after it. */
  readonly resumedAt: number;
  readonly slots: readonly Slot[];
  readonly seats: readonly Seat[];
  readonly hosts: readonly Host[];
  /** Of the job that is divided over the workers; empty where none is. */
  readonly parts: readonly Part[];
  /** What anybody submitted and is not over, the oldest first. */
  readonly orders: readonly Order[];
  readonly pool: PoolTarget;
  /** Empty where all is for one pool. The first goal's pool is `pool`. */
  readonly goals: readonly Goal[];
  /** When hashes were last counted for one of them. */
  readonly servedAt: number;
  readonly storm: Storm;
  /** Whether USB ports can be read. `lost` = they could be, and now the hub itself is gone: our side, not the Zeros'. */
  readonly hub: "unseen" | "seen" | "lost";
  /** When under-voltage was last seen; -Infinity if never. */
  readonly underVoltageAt: number;
  /** How many Zeros the failing supply is trusted with, and when that number last changed; null when it is well. */
  readonly brownOut: { readonly zeros: number; readonly changedAt: number } | null;
  readonly schedule: ScheduleReading | null;
  readonly external: ExternalCeiling | null;
  readonly override: Override | null;
  /** Automation switches no power, but for heat and a failing supply; the mining goes on. */
  readonly pause: Pause | null;
  /** The power actions that automation may do now. */
  readonly switches: Bucket;
  readonly boardError: string | null;
  /** Slots whose line and whose link are not the same Zero's: who falls silent there is not who would be cut. */
  readonly wrongCards: readonly SlotId[];
  /** When the board was last read; -Infinity if never. */
  readonly readAt: number;
  readonly linkServerProvedAt: number;
  /** When the link server answered again after it had not; -Infinity if it always did. */
  readonly linkServerBackAt: number;
  /** When the last `on` was begun, and when the last pool connection was. */
  readonly lastOnAt: number;
  readonly lastConnectAt: number;
  /** Why automation stopped itself; mining goes on. */
  readonly halted: string | null;
  readonly quiescing: boolean;
  /** When the slots were last all written down. */
  readonly savedAt: number;
  readonly nextId: number;
}

/** What was begun and not ended. On a full disk an end may not have been written, and the intent stands open for ever. */
function openIntentOf({ slots, intents }: Remembered, id: SlotId): Omit<Intent, "durable"> | null {
  const intent = intents.get(id);
  const memory = slots.get(id);
  if (intent === undefined) return null;
  const saved = memory !== undefined && intent.id < (memory.idsUpTo ?? 0);
  return saved && intent.id !== memory.openIntent ? null : intent;
}

/** A person's `off` that was begun is still that person's. */
function offAskedOf(intent: Omit<Intent, "durable"> | null): Slot["offAsked"] {
  if (intent?.kind !== "off" || intent.by !== "operator") return null;
  return { reason: intent.reason, hard: false };
}

function initialSlot(
  id: SlotId,
  index: number,
  remembered: Remembered,
  policy: Policy,
  now: number,
): Slot {
  const memory = remembered.slots.get(id);
  const intent = openIntentOf(remembered, id);
  const quarantined = memory?.quarantinedForMs ?? null;
  const ofNoUseForMs = memory?.ofNoUseForMs ?? null;
  return {
    id,
    index,
    phase: quarantined === null ? "Unknown" : "Quarantined",
    since: now - (quarantined ?? 0),
    why: quarantined === null ? "start" : "failed-cycles",
    until: quarantined === null ? now + policy.bootGraceMs : now + policy.probationMs - quarantined,
    stage: null,
    // A person's off is written down before it is begun: without any memory of the slot, the intent tells.
    wanted: memory?.wanted ?? (intent?.kind === "off" && intent.by === "operator" ? "off" : "on"),
    wantedKnown: false,
    hold: holdOf(memory?.hold ?? null, now),
    onAsked: null,
    cycleAsked: null,
    asking: null,
    wasWaiting: memory?.waiting ?? false,
    offAsked: offAskedOf(intent),
    intent: intent ? { ...intent, durable: true } : null,
    action: null,
    retryAt: now,
    written: null,
    refused: false,
    tries: 0,
    line: "unknown",
    usb: "unknown",
    lastUsb: "unknown",
    onAt: now,
    bootPending: false,
    offAt: Number.NEGATIVE_INFINITY,
    link: null,
    kernels: null,
    heardAt: Number.NEGATIVE_INFINITY,
    vitals: null,
    progressAt: now,
    // A share of an earlier run can never be taken for one of this run.
    epoch: (memory?.epoch ?? 0) + 1000,
    task: null,
    rateHs: 0,
    rateWeightMs: 0,
    slowResults: 0,
    unanswered: 0,
    bootId: null,
    adopted: false,
    bootMs: memory?.bootMs ?? [],
    cuts: (memory?.cutAgesMs ?? []).map((age) => now - age),
    strikes: memory?.strikes ?? 0,
    barren: memory?.barren ?? 0,
    remedies: memory?.remedies ?? 0,
    ofNoUseAt: ofNoUseForMs === null ? null : now - ofNoUseForMs,
    heat: 0,
    heatAt: Number.NEGATIVE_INFINITY,
    restUntil: Number.NEGATIVE_INFINITY,
    shed: memory?.shed ? { why: memory.shed, at: now } : null,
    movedAt: now - (memory?.movedForMs ?? Number.POSITIVE_INFINITY),
    busyAt: now,
    demandUntil: now + (memory?.demandLeftMs ?? Number.NEGATIVE_INFINITY),
    demandBy: memory?.demandBy ?? null,
    answers: null,
    probeAskedAt: Number.NEGATIVE_INFINITY,
    restartUntil: Number.NEGATIVE_INFINITY,
    meter: null,
    energy: { measuredJ: 0, modelledJ: 0, ...memory?.energy, at: now },
    hashes: memory?.hashes ?? 0,
    fences: memory?.fences ?? 0,
    boots: memory?.boots ?? 0,
  };
}

/** Which seat counts on what one counted that is no more: the first of its slot; between the two modes, the first of all. */
function heirOf(seat: string, ids: readonly string[]): string | undefined {
  if (ids.includes(seat)) return seat;
  if (seat === SPLIT_SEAT || ids[0] === SPLIT_SEAT) return ids[0];
  return ids.find((id) => seat.startsWith(`${id}.`));
}

/** What it counted, and what those counted that it takes the place of. */
function sharesOf(id: string, ids: readonly string[], { shares }: Remembered) {
  const sum = { accepted: 0, rejected: 0, unknown: 0 };
  for (const [seat, counts] of shares) {
    if (heirOf(seat, ids) !== id) continue;
    sum.accepted += counts.accepted;
    sum.rejected += counts.rejected;
    sum.unknown += counts.unknown;
  }
  return sum;
}

function initialSeat(
  id: string,
  index: number,
  ids: readonly string[],
  remembered: Remembered,
  now: number,
): Seat {
  return {
    id,
    index,
    state: "down",
    node: "",
    goal: 0,
    nextGoal: null,
    since: now,
    job: null,
    share: null,
    retryAt: now,
    failures: 0,
    error: null,
    ...sharesOf(id, ids, remembered),
  };
}

const NO_RIG_MEMORY: RigMemory = { pause: null, override: null, external: null };

export interface RigShape {
  readonly slots: readonly SlotId[];
  readonly hostWorkers: number;
}

/** The state of a controller that has just started: it knows what it remembers, and nothing of the lines yet. */
export function initialState(
  shape: RigShape,
  policy: Policy,
  remembered: Remembered,
  now: number,
): RigState {
  const hostIds = Array.from({ length: shape.hostWorkers }, (_, index) => `h${index + 1}`);
  const ids =
    policy.poolMode === "split"
      ? [SPLIT_SEAT]
      : seatIds(shape.slots, policy.connectionsPerZero, hostIds);
  const pool = { node: "", why: "start", since: now, detail: null } as const;
  return {
    policy,
    policyFrom: 0,
    startedAt: now,
    lastTickAt: now,
    resumedAt: now,
    slots: shape.slots.map((id, index) => initialSlot(id, index, remembered, policy, now)),
    seats: ids.map((id, index) => initialSeat(id, index, ids, remembered, now)),
    hosts: hostIds.map((id, index) => ({
      id,
      index,
      epoch: 1,
      task: null,
      rateHs: 0,
      rateWeightMs: 0,
      hashes: 0,
    })),
    parts: [],
    orders: remembered.orders.map((order) => recalledOrder(order, now)),
    pool,
    goals: openGoals(policy.goals, pool),
    servedAt: now,
    ...rigOf(remembered.rig ?? NO_RIG_MEMORY, policy, now),
    hub: "unseen",
    schedule: null,
    boardError: null,
    wrongCards: [],
    readAt: Number.NEGATIVE_INFINITY,
    linkServerProvedAt: Number.NEGATIVE_INFINITY,
    linkServerBackAt: Number.NEGATIVE_INFINITY,
    // What the last run may have switched on a moment ago, nobody wrote down.
    lastOnAt: now,
    lastConnectAt: Number.NEGATIVE_INFINITY,
    quiescing: false,
    savedAt: now,
    nextId: remembered.nextId,
  };
}
