// What the practice pool counts: of each user, of each of their rigs, and in all.

import type { PracticeShare } from "./session.ts";

interface PracticeCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  readonly blocks: number;
  /** Mean work of the accepted shares: 50 x difficulty each. */
  readonly hashes: number;
  /** Ever made. A rig's connection counts from its first share, a user's from its first job request. */
  readonly connections: number;
}

interface UserStats extends PracticeCounts {
  readonly rigs: Readonly<Record<string, PracticeCounts>>;
}

export interface PracticeStats {
  readonly openConnections: number;
  readonly totals: PracticeCounts;
  readonly users: Readonly<Record<string, UserStats>>;
}

/** Strangers may send any name: users above this many are counted together. */
const MAX_USERS = 1000;
const OTHERS = "(others)";
/** Of all users together: rigs above this many stand in the figures of their user and in the totals alone. */
const MAX_RIGS = 2000;

interface Tally {
  accepted: number;
  rejected: number;
  readonly reasons: Map<string, number>;
  blocks: number;
  hashes: number;
  connections: number;
  readonly members: Map<string, Tally>;
}

/** Counts shares and connections. Totals are of all connections, also those that never asked for work. */
export class Ledger {
  readonly #all = emptyTally();
  #rigs = 0;

  connected(): void {
    this.#all.connections += 1;
  }

  joined(user: string): void {
    this.#user(user).connections += 1;
  }

  /** `first`: the first share of this connection under this rig name. */
  share(share: PracticeShare, first: boolean): void {
    const user = this.#user(share.user);
    const rig = this.#rig(user, share.rig);
    if (first && rig !== null) rig.connections += 1;
    for (const tally of [this.#all, user, rig]) if (tally !== null) add(tally, share);
  }

  /** Accepted shares in all: every 2nd one ends a block of the node's chain. */
  get accepted(): number {
    return this.#all.accepted;
  }

  stats(openConnections: number): PracticeStats {
    const users = [...this.#all.members].map(([name, user]) => {
      const rigs = [...user.members].map(([rig, tally]) => [rig, counts(tally)] as const);
      return [name, { ...counts(user), rigs: Object.fromEntries(rigs) }] as const;
    });
    return { openConnections, totals: counts(this.#all), users: Object.fromEntries(users) };
  }

  #user(name: string): Tally {
    const { members } = this.#all;
    const shown = members.has(name) || members.size < MAX_USERS ? name : OTHERS;
    return members.get(shown) ?? addMember(this.#all, shown);
  }

  /** null: there are too many to tell it from others. */
  #rig(user: Tally, name: string): Tally | null {
    const known = user.members.get(name);
    if (known !== undefined) return known;
    if (this.#rigs >= MAX_RIGS) return null;
    this.#rigs += 1;
    return addMember(user, name);
  }
}

function addMember(group: Tally, name: string): Tally {
  const made = emptyTally();
  group.members.set(name, made);
  return made;
}

function emptyTally(): Tally {
  return {
    accepted: 0,
    rejected: 0,
    reasons: new Map(),
    blocks: 0,
    hashes: 0,
    connections: 0,
    members: new Map(),
  };
}

function add(tally: Tally, share: PracticeShare): void {
  tally.hashes += share.hashes;
  if (share.block) tally.blocks += 1;
  if (share.reason === null) {
    tally.accepted += 1;
  } else {
    tally.rejected += 1;
    tally.reasons.set(share.reason, (tally.reasons.get(share.reason) ?? 0) + 1);
  }
}

function counts(tally: Tally): PracticeCounts {
  const { accepted, rejected, blocks, hashes, connections } = tally;
  const rejectedByReason = Object.fromEntries(tally.reasons);
  return { accepted, rejected, rejectedByReason, blocks, hashes, connections };
}
