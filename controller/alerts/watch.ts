// What is wrong with the rig now, and what has happened since the last look. A function of what is seen: no clock, no I/O.

import type { SlotId } from "../../hat/slots.ts";
import type { RigStatus, SlotStatus } from "../core/status.ts";
import type { AlertKind, AlertLevel } from "./alert-kind.ts";

/** One thing to tell; the same kind of the same slot, and of the same thing where it names one, is the same alert. */
export interface Matter {
  readonly kind: AlertKind;
  readonly slot: SlotId | null;
  /** Of which block it is, where each is told of by itself. */
  readonly of?: string;
  /** @default "warn" */
  readonly level?: AlertLevel;
  readonly text: string;
}

export interface Look {
  readonly status: RigStatus;
  /** Of the disk that holds the state; null while nobody knows. */
  readonly diskFreeBytes: number | null;
}

/** What is remembered from look to look. */
export interface Watched {
  readonly fences: ReadonlyMap<SlotId, number>;
  /** Fenced, and not at work since. */
  readonly fenced: ReadonlyMap<SlotId, string>;
  readonly pool: string | null;
  readonly accepted: number;
  /** Since when nothing was accepted although Zeros were up; monotonic ms. */
  readonly barrenSince: number;
}

export interface Seen {
  readonly watched: Watched;
  /** What is wrong, for as long as it is. */
  readonly lasting: readonly Matter[];
  /** What happened, and is over. */
  readonly happened: readonly Matter[];
}

export interface WatchOptions {
  readonly noSharesMs: number;
  readonly diskFreeMinBytes: number;
}

function isAtWork({ state }: SlotStatus): boolean {
  return state === "Ready" || state === "Degraded";
}

/** Nothing is told of what was before the first look. */
export function firstLook({ status }: Look, now: number): Watched {
  return {
    fences: new Map(status.slots.map(({ slot, fences }) => [slot, fences])),
    fenced: new Map(),
    pool: status.pool.address,
    accepted: status.totals.accepted,
    barrenSince: now,
  };
}

export function lookAgain(before: Watched, look: Look, now: number, options: WatchOptions): Seen {
  const { status } = look;
  const { slots, totals, pool } = status;
  const fenced = fencedNow(before, slots);
  const works = slots.some(isAtWork) && totals.accepted === before.accepted;
  const barrenSince = works ? before.barrenSince : now;
  const watched: Watched = {
    fences: new Map(slots.map(({ slot, fences }) => [slot, fences])),
    fenced,
    pool: pool.address ?? before.pool,
    accepted: totals.accepted,
    barrenSince,
  };
  const lasting = [
    ...[...fenced].map(([slot, text]): Matter => ({ kind: "fenced", slot, text })),
    ...slots.flatMap(troubleOf),
    ...rigTrouble(look, options),
  ];
  const barrenMs = now - barrenSince;
  if (barrenMs >= options.noSharesMs) {
    const text = `no share was accepted for ${Math.round(barrenMs / 60_000)} min, although Zeros are up`;
    lasting.push({ kind: "no-shares", slot: null, text });
  }
  return { watched, lasting, happened: poolChange(before, status) };
}

function fencedNow(before: Watched, slots: readonly SlotStatus[]): Map<SlotId, string> {
  const fenced = new Map<SlotId, string>();
  for (const slot of slots) {
    const rose = slot.fences > (before.fences.get(slot.slot) ?? slot.fences);
    const text = rose ? `${slot.slot} was fenced: ${slot.evidence}` : before.fenced.get(slot.slot);
    if (text !== undefined && (rose || !isAtWork(slot))) fenced.set(slot.slot, text);
  }
  return fenced;
}

function troubleOf({ slot, state, why, evidence }: SlotStatus): readonly Matter[] {
  const text = `${slot} is in ${state} (${why}): ${evidence}`;
  if (state === "Fault") return [{ kind: "fault", slot, text }];
  return state === "Quarantined" ? [{ kind: "quarantined", slot, text }] : [];
}

function rigTrouble(
  { status, diskFreeBytes }: Look,
  { diskFreeMinBytes }: WatchOptions,
): readonly Matter[] {
  const found: Matter[] = [];
  const add = (kind: AlertKind, text: string) => found.push({ kind, slot: null, text });
  const { storm, power, automation, board_error } = status;
  if (storm === "storm") add("storm", "many Zeros fell silent at once; nobody is cut meanwhile");
  if (power.zeros !== null) {
    add("brown-out", `the supply sags: it is trusted with ${power.zeros} Zeros`);
  }
  if (automation !== null) add("invariant", `automation stopped itself: ${automation}`);
  if (board_error !== null) add("board", `the HAT cannot be read: ${board_error}`);
  if (diskFreeBytes !== null && diskFreeBytes < diskFreeMinBytes) {
    const megabytes = Math.floor(diskFreeBytes / 1_000_000);
    add("disk", `${megabytes} MB are left on the disk: without room nothing is switched or sent`);
  }
  return found;
}

function poolChange(before: Watched, { pool }: RigStatus): readonly Matter[] {
  const { address, why, detail } = pool;
  if (before.pool === null || address === null || address === before.pool) return [];
  const because = detail === null ? why : `${why}: ${detail}`;
  const text = `the pool connections go to ${address}, not to ${before.pool} any more (${because})`;
  return [{ kind: "pool", slot: null, text }];
}
