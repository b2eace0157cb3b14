// Hands out one-time codes, and lets a Zero in that knows one: a code counts for minutes, for one slot, for few tries, and once.

import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { SlotId } from "../../hat/slots.ts";
import {
  agreedKey,
  CODE_CHARS,
  type Code,
  codeOf,
  codeText,
  type Exchange,
  enrolBegin,
  enrolProof,
  isCodeProved,
  newKeyPair,
  proveCode,
} from "../../zero-agent/protocol/enrolment.ts";
import type { Clock } from "../shell/clock.ts";

export const CODE_LIFE_MS = 600_000;
const TRIES_MAX = 3;
/** Begun and not proved: a Zero that lost the answer begins again. */
const SESSIONS_MAX = 8;
/** Of all requests together, whoever sends them. */
const REQUESTS_MAX = 20;
const REQUESTS_WINDOW_MS = 10_000;

export interface EnrolDeskParts {
  readonly clock: Clock;
  /** Writes the key down; the code is used up then. */
  enrolled(slot: SlotId, key: Buffer, peer: string): void;
  note(ev: string, slot: SlotId, detail: Readonly<Record<string, string>>): void;
}

interface Open {
  readonly slot: SlotId;
  readonly code: Code;
  readonly until: number;
  triesLeft: number;
  readonly sessions: Map<string, { readonly exchange: Exchange; readonly key: Buffer }>;
}

export type Answer =
  | { readonly status: 200; readonly body: Readonly<Record<string, string>> }
  | { readonly status: 400 | 403 | 429; readonly error: string };

const REFUSED: Answer = { status: 403, error: "the code is wrong, used up or out of time" };

export class EnrolDesk {
  readonly #parts: EnrolDeskParts;
  readonly #open = new Map<SlotId, Open>();
  #windowAt = Number.NEGATIVE_INFINITY;
  #requests = 0;

  constructor(parts: EnrolDeskParts) {
    this.#parts = parts;
  }

  /** A new code for the slot; one that was open for it is void. */
  open(slot: SlotId): string {
    const code = codeOf(slot, randomBytes(CODE_CHARS));
    const until = this.#parts.clock.now() + CODE_LIFE_MS;
    this.#open.set(slot, { slot, code, until, triesLeft: TRIES_MAX, sessions: new Map() });
    return codeText(code);
  }

  /** The slot's code counts no more. */
  close(slot: SlotId): void {
    this.#open.delete(slot);
  }

  /** One request of a Zero, from this address. */
  take(message: unknown, peer: string): Answer {
    if (this.#floods()) return { status: 429, error: "too many tries; wait a little" };
    const begin = v.safeParse(enrolBegin, message);
    if (begin.success) return this.#begin(begin.output.slot, begin.output.publicKey);
    const proof = v.safeParse(enrolProof, message);
    if (proof.success) return this.#prove(proof.output.session, proof.output.mac, peer);
    return { status: 400, error: "this is no enrolment" };
  }

  #floods(): boolean {
    const now = this.#parts.clock.now();
    if (now - this.#windowAt >= REQUESTS_WINDOW_MS) {
      this.#windowAt = now;
      this.#requests = 0;
    }
    return ++this.#requests > REQUESTS_MAX;
  }

  #begin(slot: string, agent: string): Answer {
    const open = this.#open.get(slot as SlotId);
    if (open === undefined || this.#parts.clock.now() >= open.until) return REFUSED;
    const own = newKeyPair();
    const exchange = { agent, controller: own.publicKey };
    const key = agreedKey(own, agent, open.code, exchange);
    if (key === null) return { status: 400, error: "this is no public key" };
    const session = randomBytes(16).toString("hex");
    open.sessions.set(session, { exchange, key });
    const [oldest] = open.sessions.keys();
    if (open.sessions.size > SESSIONS_MAX && oldest !== undefined) open.sessions.delete(oldest);
    return { status: 200, body: { session, publicKey: own.publicKey } };
  }

  #prove(session: string, mac: string, peer: string): Answer {
    const open = [...this.#open.values()].find(({ sessions }) => sessions.has(session));
    const begun = open?.sessions.get(session);
    if (open === undefined || begun === undefined) return REFUSED;
    open.sessions.delete(session);
    const { slot, code } = open;
    if (this.#parts.clock.now() >= open.until) return REFUSED;
    if (!isCodeProved("agent", code, begun.exchange, mac)) {
      open.triesLeft -= 1;
      if (open.triesLeft === 0) this.#open.delete(slot);
      this.#parts.note("enroll.wrong-code", slot, { peer, tries_left: String(open.triesLeft) });
      return REFUSED;
    }
    this.#open.delete(slot);
    this.#parts.enrolled(slot, begun.key, peer);
    return { status: 200, body: { mac: proveCode("controller", code, begun.exchange) } };
  }
}
