// What is remembered of a slot across restarts, in ages and never in clock times: a Pi has no clock that can be trusted
// at boot, so the time while the controller was down counts as no time at all.

import type { Line } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import { type Bucket, fullBucket, tokensAt } from "./bucket.ts";
import type { OrderMemory } from "./order.ts";
import type { Policy } from "./policy.ts";
import type { Energy, Hold, Intent, Slot } from "./slot.ts";
import type { RigState, Storm } from "./state.ts";
import type { ShedWhy } from "./why.ts";

export interface SlotMemory {
  readonly wanted: Line;
  readonly hold: {
    readonly kind: Hold["kind"];
    readonly reason: string;
    /** What was left of it; null for no end. */
    readonly leftMs: number | null;
  } | null;
  readonly shed: ShedWhy | null;
  /** The intent that was open, and the first id that was not given out yet: an older one whose end got lost is known by that. */
  readonly openIntent: number | null;
  readonly idsUpTo: number;
  /** Off and wanted on: its turn had not come. */
  readonly waiting: boolean;
  readonly quarantinedForMs: number | null;
  readonly cutAgesMs: readonly number[];
  readonly strikes: number;
  /** A memory of before these three were kept has none of them. */
  readonly barren?: number;
  readonly remedies?: number;
  readonly ofNoUseForMs?: number | null;
  /** For how long somebody wants it up yet; a memory of before this was kept has none. */
  readonly demandLeftMs?: number;
  /** Who it is; a memory of before this was kept does not say. */
  readonly demandBy?: string | null;
  /** How long ago the end of a ceiling brought it back; null if none did, and in a memory of before this was kept. */
  readonly movedForMs?: number | null;
  readonly bootMs: readonly number[];
  readonly epoch: number;
  readonly hashes: number;
  readonly fences: number;
  readonly boots: number;
  readonly energy: Omit<Energy, "at">;
}

/** A storm begins anew with a start, which gives everybody time to be heard; of a cool-down it is known what was left. */
interface StormMemory {
  /** Null in the storm itself. */
  readonly cooldownLeftMs: number | null;
}

/** What is remembered of the rig as a whole. */
export interface RigMemory {
  readonly pause: { readonly reason: string; readonly leftMs: number | null } | null;
  readonly override: {
    readonly watts: number | null;
    readonly reason: string;
    readonly leftMs: number | null;
  } | null;
  readonly external: {
    readonly watts: number;
    readonly source: string;
    readonly leftMs: number;
  } | null;
  /** A memory of before the following were kept has none of them. */
  readonly halted?: string | null;
  readonly brownOut?: { readonly zeros: number; readonly unchangedForMs: number } | null;
  /** How long the supply has held since it was last seen to sag; null if it never was. */
  readonly supplyQuietMs?: number | null;
  readonly storm?: StormMemory | null;
  /** The power actions that automation had left. */
  readonly switches?: number;
}

/** What an earlier run left behind, as the store read it. */
export interface Remembered {
  readonly rig: RigMemory | null;
  readonly slots: ReadonlyMap<SlotId, SlotMemory>;
  readonly intents: ReadonlyMap<SlotId, Omit<Intent, "durable">>;
  /** Settled shares by seat. */
  readonly shares: ReadonlyMap<
    string,
    { readonly accepted: number; readonly rejected: number; readonly unknown: number }
  >;
  /** Orders that are not over, the oldest first. */
  readonly orders: readonly OrderMemory[];
  /** Larger than any id of an intent, share or job that was ever given out. */
  readonly nextId: number;
}

export const NOTHING_REMEMBERED: Remembered = {
  rig: null,
  slots: new Map(),
  intents: new Map(),
  shares: new Map(),
  orders: [],
  nextId: 1,
};

/** Time that is left, as it is written down: JSON knows no Infinity. */
function leftMs(until: number, now: number): number | null {
  return Number.isFinite(until) ? Math.max(0, until - now) : null;
}

/** The end of what was remembered with so much time left. */
export function untilOf(left: number | null, now: number): number {
  return left === null ? Number.POSITIVE_INFINITY : now + left;
}

function stormMemory(storm: Storm, now: number): StormMemory | null {
  if (storm.state === "normal") return null;
  return { cooldownLeftMs: storm.state === "storm" ? null : Math.max(0, storm.until - now) };
}

/** A hold goes on for the time that it had left. */
export function holdOf(memory: SlotMemory["hold"], now: number): Hold | null {
  if (memory === null) return null;
  const { kind, reason, leftMs: left } = memory;
  return { kind, reason, since: now, until: untilOf(left ?? null, now) };
}

export function rigMemoryOf(
  rig: Omit<RigState, "slots" | "seats" | "hosts">,
  now: number,
): RigMemory {
  const { pause, override, external, halted, brownOut, storm, underVoltageAt, policy } = rig;
  const { switchBurst, switchesPerMinute } = policy;
  return {
    halted,
    brownOut: brownOut && { zeros: brownOut.zeros, unchangedForMs: now - brownOut.changedAt },
    supplyQuietMs: Number.isFinite(underVoltageAt) ? now - underVoltageAt : null,
    storm: stormMemory(storm, now),
    switches: tokensAt(rig.switches, switchBurst, switchesPerMinute, now),
    pause: pause && { reason: pause.reason, leftMs: leftMs(pause.until, now) },
    override: override && {
      watts: override.watts,
      reason: override.reason,
      leftMs: leftMs(override.until, now),
    },
    external: external && {
      watts: external.watts,
      source: external.source,
      leftMs: Math.max(0, external.until - now),
    },
  };
}

function stormOf(memory: RigMemory["storm"], now: number): Storm {
  if (memory == null) return { state: "normal" };
  const { cooldownLeftMs } = memory;
  if (cooldownLeftMs === null) return { state: "storm", since: now, alerted: false };
  return { state: "cooldown", until: now + cooldownLeftMs };
}

function bucketOf(tokens: number | undefined, burst: number, now: number): Bucket {
  const full = fullBucket(burst, now);
  return tokens === undefined || tokens > burst ? full : { tokens, at: now };
}

/** What a controller that starts takes over of the rig as a whole. */
export function rigOf(memory: RigMemory, { switchBurst }: Policy, now: number) {
  const { pause, override, external, halted, brownOut, storm, supplyQuietMs, switches } = memory;
  return {
    halted: halted ?? null,
    brownOut: brownOut ? { zeros: brownOut.zeros, changedAt: now - brownOut.unchangedForMs } : null,
    underVoltageAt: now - (supplyQuietMs ?? Number.POSITIVE_INFINITY),
    storm: stormOf(storm, now),
    switches: bucketOf(switches, switchBurst, now),
    external: external && {
      watts: external.watts,
      source: external.source,
      until: now + external.leftMs,
    },
    override: override && {
      watts: override.watts,
      reason: override.reason,
      since: now,
      until: untilOf(override.leftMs, now),
    },
    pause: pause && { reason: pause.reason, since: now, until: untilOf(pause.leftMs, now) },
  } satisfies Partial<RigState>;
}

/** Whether it is still to be switched on: a controller that does not know yet what is wanted forgets nothing. */
function isWaiting({ wanted, wantedKnown, line, wasWaiting }: Slot): boolean {
  return wanted === "on" && (wantedKnown ? line !== "on" : wasWaiting);
}

export function memoryOf(slot: Slot, now: number, nextId: number): SlotMemory {
  return {
    wanted: slot.wanted,
    hold: slot.hold && {
      kind: slot.hold.kind,
      reason: slot.hold.reason,
      leftMs: leftMs(slot.hold.until, now),
    },
    shed: slot.shed?.why ?? null,
    openIntent: slot.intent?.id ?? null,
    idsUpTo: nextId,
    waiting: isWaiting(slot),
    quarantinedForMs: slot.phase === "Quarantined" ? now - slot.since : null,
    cutAgesMs: slot.cuts.map((at) => now - at),
    strikes: slot.strikes,
    barren: slot.barren,
    remedies: slot.remedies,
    ofNoUseForMs: slot.ofNoUseAt === null ? null : now - slot.ofNoUseAt,
    demandLeftMs: Math.max(0, slot.demandUntil - now),
    demandBy: slot.demandBy,
    movedForMs: Number.isFinite(slot.movedAt) ? now - slot.movedAt : null,
    bootMs: slot.bootMs,
    epoch: slot.epoch,
    hashes: slot.hashes,
    fences: slot.fences,
    boots: slot.boots,
    energy: { measuredJ: slot.energy.measuredJ, modelledJ: slot.energy.modelledJ },
  };
}
