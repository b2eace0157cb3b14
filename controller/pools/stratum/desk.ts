// Work for the seats, whoever it came from: cut into pieces that no two ever share, and what is found is known by its piece.

import type { Extranonce } from "./codec.ts";
import { headerOf, type Notice } from "./header.ts";
import { hex32 } from "./hex.ts";
import { fitTo } from "./local-share.ts";
import { freeBits, ownBytesOf, pieceOf, piecesIn, rolledVersion } from "./space.ts";
import { type HeaderAlgorithm, targetHex } from "./target.ts";
import type { WorkEvent } from "./work-client.ts";

/** The newest work, with what held when it came. */
export interface Work {
  readonly notice: Notice;
  readonly extranonce: Extranonce;
  /** What the pool takes; of a full node, what makes a block. */
  readonly target: bigint;
  readonly difficulty: number;
  /** The version bits that may be rolled. */
  readonly mask: number;
}

/** What makes a header of a notice, and a share with it. */
export interface Found {
  readonly jobId: string;
  readonly extranonce2: string;
  /** Of the header: 8 hex digits, the highest byte first. */
  readonly time: string;
  readonly nonce: number;
  /** The version bits to be sent along; null where none were agreed on. */
  readonly versionBits: string | null;
}

/** A piece of work that a seat has: all that a share of it needs, but the nonce. */
export type Given = Omit<Found, "nonce"> & { readonly ref: string };

export interface Ask {
  readonly seat: string;
  /** The rate of the worker that it is for; 0 where it is not known. */
  readonly rateHs: number;
}

/** What the seats say to the desk. */
export type DeskInput =
  /** The seat wants work: what it had before is over. */
  | ({ readonly type: "ask" } & Ask)
  | {
      readonly type: "submit";
      readonly seat: string;
      readonly ref: string;
      readonly nonce: number;
    }
  /** Of the newest work, but of none of our pieces. */
  | { readonly type: "hand"; readonly seat: string; readonly found: Found }
  /** The seat is gone. */
  | { readonly type: "leave"; readonly seat: string };

export interface DeskState {
  readonly work: Work | null;
  /** How many pieces of this space were given out, and their number over all. */
  readonly spaceAt: number;
  readonly pieces: number;
  readonly given: ReadonlyMap<string, Given>;
  readonly asks: readonly Ask[];
}

export interface DeskConfig {
  readonly algorithm: HeaderAlgorithm;
  /** No two connections of this run have the same: a share is known by it as this connection's. */
  readonly name: string;
  /** Whether miners behind the rig search the same work, in a part of the space that is theirs. @default false */
  readonly isShared?: boolean;
}

export interface DeskStep<S> {
  readonly state: S;
  readonly events: readonly WorkEvent[];
}

export const EMPTY_DESK: DeskState = {
  work: null,
  spaceAt: 0,
  pieces: 0,
  given: new Map(),
  asks: [],
};

/** New work; `mask`: the version bits that the pool leaves to us. What was given out before is void if the pool says so, or if it is for another block. */
export function takeWork<S extends DeskState>(
  before: S,
  said: Work,
  isShared = false,
): DeskStep<S> {
  const { notice, extranonce } = said;
  const mask = freeBits(notice.version, said.mask);
  const work: Work = { ...said, mask };
  const old = before.work;
  const clean = old === null || notice.clean || notice.prevHash !== old.notice.prevHash;
  const isFull = before.spaceAt >= piecesIn(ownBytesOf(extranonce.size, isShared), mask);
  // Begun anew only where it is another header that the same pieces make.
  const isNewSpace = isFull && old !== null && differs(notice, old.notice);
  const taken = { ...before, work, spaceAt: isNewSpace ? 0 : before.spaceAt };
  const voids = clean ? [...before.given.keys()] : [];
  const state = clean ? { ...taken, given: new Map() } : taken;
  const events = voids.map((seat) => ({ type: "void", seat }) as const);
  return { state, events: [...events, { type: "work", clean, work }] };
}

/** Whether the same extranonce makes another header of it. */
function differs(a: Notice, b: Notice): boolean {
  const said = (notice: Notice) => JSON.stringify({ ...notice, jobId: "", clean: false });
  return said(a) !== said(b);
}

/** Work for each seat that waits for some, if there is any. */
export function giveWork<S extends DeskState>(config: DeskConfig, before: S): DeskStep<S> {
  const { work } = before;
  if (work === null) return { state: before, events: [] };
  let state = before;
  const events: WorkEvent[] = [];
  const waiting: Ask[] = [];
  for (const ask of before.asks) {
    const ownBytes = ownBytesOf(work.extranonce.size, config.isShared === true);
    const piece = pieceOf(state.spaceAt, ownBytes, work.mask);
    if (piece === null) {
      waiting.push(ask);
      continue;
    }
    const { seat, rateHs } = ask;
    const { notice, extranonce, mask, target, difficulty } = work;
    const { versionBits } = piece;
    const extranonce2 = piece.extranonce2.padStart(2 * extranonce.size, "0");
    const version = rolledVersion(notice.version, mask, versionBits);
    const header = headerOf(notice, extranonce.prefix, extranonce2, version);
    const fit = fitTo(config.algorithm, rateHs, target);
    const ref = `${config.name}.${state.pieces + 1}`;
    const bits = mask === 0 ? null : hex32(versionBits);
    const { jobId, time } = notice;
    const given: Given = { ref, jobId, extranonce2, time, versionBits: bits };
    state = {
      ...state,
      spaceAt: state.spaceAt + 1,
      pieces: state.pieces + 1,
      given: new Map([...state.given, [seat, given]]),
    };
    const targets = { target: targetHex(fit.target), poolTarget: targetHex(target) };
    events.push({ type: "job", seat, ref, header, ...targets, difficulty, to: fit.to });
  }
  return { state: { ...state, asks: waiting }, events };
}

/** The seat wants work: what it had before is over. */
export function asking<S extends DeskState>(before: S, ask: Ask): S {
  const rest = withoutSeat(before, ask.seat);
  return { ...rest, asks: [...rest.asks, ask] };
}

/** The seat neither has nor wants anything any more. */
export function withoutSeat<S extends DeskState>(state: S, seat: string): S {
  const given = new Map(state.given);
  given.delete(seat);
  return { ...state, given, asks: state.asks.filter((ask) => ask.seat !== seat) };
}

/**
 * What the seat found in the piece of that `ref`, once: null for a piece that was voided, given back or handed in already. What is
 * found in it is worth nothing and must not be sent.
 */
export function foundBy(
  { given }: DeskState,
  { seat, ref, nonce }: { readonly seat: string; readonly ref: string; readonly nonce: number },
): Found | null {
  const piece = given.get(seat);
  if (piece?.ref !== ref) return null;
  const { ref: _, ...found } = piece;
  return { ...found, nonce };
}

/** The verdict on what is not sent. */
export function staleVerdict(seat: string): WorkEvent {
  const reason = "stale: not sent";
  return { type: "verdict", seat, verdict: "rejected", reason, pingMs: 0 };
}
