// Who mines at the practice pool now, which of its user's workers each is, and what it earns: the node's Kolka rules.

import type { PracticeShare } from "./session.ts";

/** What is kept for each worker beyond the first, of the reward (duino-coin-pools@709a83f: 0.8 for the tiers of PCs). */
const KEPT_PER_WORKER = 0.8;
/** The node pays every second accepted share of a connection, and none of its first ten. */
const UNPAID_SHARES = 10;
/** The real divisor is not public; by this one a Zero at 240 kH/s earns 0.0025 worthless coins for a paid share. */
const REWARD_DIVISOR = 10_000;
/** Strangers may send any name: users above this many earn nothing. */
const MAX_USERS = 1000;

/** A connection that asks for work, as the REST look-alike shows it. */
export interface Worker {
  readonly id: number;
  readonly user: string;
  /** The how manieth worker of its user or its address it was when it came, whichever is more. From 1. */
  readonly ordinal: number;
  accepted: number;
  rejected: number;
  /** Of its last share; null before. */
  last: PracticeShare | null;
}

/** The share of the full reward that the k-th worker gets. */
export function efficiency(ordinal: number): number {
  return KEPT_PER_WORKER ** (ordinal - 1);
}

/** What an accepted share earns; `accepted` counts it. 0 for one that is not paid. */
export function rewardOf(accepted: number, hashrateHs: number | null, ordinal: number): number {
  if (accepted <= UNPAID_SHARES || accepted % 2 === 1) return 0;
  const rate = Math.max(1, hashrateHs ?? 1);
  return ((2 * Math.log(rate)) / REWARD_DIVISOR) * efficiency(ordinal);
}

export class Workers {
  readonly #workers = new Map<number, Worker>();
  readonly #balances = new Map<string, number>();
  #nextId = 1;

  joined(user: string, ordinal: number): number {
    const id = this.#nextId++;
    this.#workers.set(id, { id, user, ordinal, accepted: 0, rejected: 0, last: null });
    if (this.#balances.size < MAX_USERS) this.#balances.set(user, this.balanceOf(user) ?? 0);
    return id;
  }

  share(id: number, share: PracticeShare): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) return;
    worker.last = share;
    if (share.verdict === "rejected") {
      worker.rejected += 1;
      return;
    }
    worker.accepted += 1;
    const before = this.balanceOf(share.user);
    const reward = rewardOf(worker.accepted, share.hashrateHs, worker.ordinal);
    if (before !== null) this.#balances.set(share.user, before + reward);
  }

  left(id: number): void {
    this.#workers.delete(id);
  }

  /** null for a user that never asked for work. */
  balanceOf(user: string): number | null {
    return this.#balances.get(user) ?? null;
  }

  of(user: string): Worker[] {
    return [...this.#workers.values()].filter((worker) => worker.user === user);
  }

  get count(): number {
    return this.#workers.size;
  }
}
