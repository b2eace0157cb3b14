// What the server remembers of one miner, what it is told and what it asks for.

import type { Id } from "../stratum/codec.ts";
import type { Found, Request } from "./codec.ts";
import type { Window } from "./session-difficulty.ts";
import type { ServedWork, ShareVerdict } from "./work.ts";

export interface MinerLimits {
  /** From the connection to the authorization. */
  readonly handshakeMs: number;
  /** Without a word for so long a miner is gone. */
  readonly idleMs: number;
  readonly requestsPerSecond: number;
  /** So many may come at once. */
  readonly requestBurst: number;
  /** Miners hang up on a server that is silent for a minute or two: the same work is sent anew this often. */
  readonly renewMs: number;
}

export const DEFAULT_MINER_LIMITS: MinerLimits = {
  handshakeMs: 30_000,
  idleMs: 3_600_000,
  requestsPerSecond: 50,
  requestBurst: 500,
  renewMs: 30_000,
};

export interface MinerRules {
  /** Where a miner starts that nobody knows. */
  readonly startDifficulty: number;
  /** No difficulty is below this but one of a source that wants easier shares. */
  readonly minDifficulty: number;
  /** A share is wanted this often; null where the difficulty stays as it is. */
  readonly shareEveryMs: number | null;
  readonly limits: MinerLimits;
}

/** What holds for all miners now. */
export interface Scene {
  readonly rules: MinerRules;
  /** null while there is none. */
  readonly work: ServedWork | null;
  /** Of the last work that there was. */
  readonly extranonce2Bytes: number;
  /** Where a worker of this name left off; null where it is not known. */
  readonly lastDifficulty: (user: string) => number | null;
}

/** Work as this miner was sent it. */
export interface SentJob {
  readonly id: string;
  readonly work: ServedWork;
  /** Seconds since 1970. */
  readonly time: number;
  readonly difficulty: number;
}

export interface MinerState {
  /** Its extranonce1: no other miner has the same. */
  readonly extranonce1: string;
  readonly openedMs: number;
  readonly heardMs: number;
  /** Requests that it may make at once, and since when. */
  readonly tokens: number;
  readonly tokensAtMs: number;
  /** What it calls itself. */
  readonly agent: string | null;
  readonly isSubscribed: boolean;
  /** The bytes of extranonce2 that it was told. */
  readonly extranonce2Bytes: number;
  readonly takesExtranonce: boolean;
  /** The workers that it may hand in shares of, the first first. */
  readonly users: readonly string[];
  /** The version bits that it wants; null where it rolls none. */
  readonly wantedMask: number | null;
  readonly toldMask: number;
  /** By its password; null where it may vary. */
  readonly fixed: number | null;
  /** By its own word; 0 for none. */
  readonly floor: number;
  readonly difficulty: number;
  readonly toldDifficulty: number | null;
  readonly window: Window;
  /** What it was sent and still holds, the newest last. */
  readonly jobs: readonly SentJob[];
  readonly jobCount: number;
  readonly jobAtMs: number;
}

/** A share that is to be verified: of a job that holds, and well-formed. */
export interface Claim {
  readonly id: Id | null;
  readonly user: string;
  readonly job: SentJob;
  readonly found: Found;
  /** The difficulty that it must meet. */
  readonly difficulty: number;
}

/** A share whose fate is known. */
export interface JudgedShare {
  readonly user: string;
  /** As the source calls it. */
  readonly jobId: string;
  readonly verdict: ShareVerdict;
  /** That it had to meet; 0 where nobody knows the job. */
  readonly difficulty: number;
}

export type MinerInput = { readonly now: number } & (
  | { readonly type: "line"; readonly line: string }
  | { readonly type: "flooded" }
  /** There is new work in the scene. */
  | { readonly type: "work"; readonly clean: boolean }
  /** There is none any more. */
  | { readonly type: "gone" }
  | {
      readonly type: "verdict";
      readonly claim: Claim;
      readonly verdict: ShareVerdict;
      readonly reason?: string | undefined;
    }
  | { readonly type: "tick" }
);

export type MinerOutput =
  | { readonly type: "send"; readonly text: string }
  /** Verify it, and tell the verdict. */
  | { readonly type: "claim"; readonly claim: Claim }
  | { readonly type: "judged"; readonly share: JudgedShare }
  | { readonly type: "authorized"; readonly user: string }
  /** Something that no honest miner does often. */
  | { readonly type: "offence"; readonly points: number }
  /** Hang up. At most once, and last. */
  | { readonly type: "drop"; readonly why: string };

export interface Step {
  readonly state: MinerState;
  readonly outputs: readonly MinerOutput[];
}

/** A request that is being answered. */
export interface Asked {
  readonly request: Request;
  readonly now: number;
}

/** How bad each is; an address that has 100 at once is banned. */
export const OFFENCE = { share: 2, silence: 5, malformed: 10, flood: 25, overlong: 50 } as const;

/** A miner that connected just now. */
export function openMiner({ rules }: Scene, extranonce1: string, now: number): MinerState {
  return {
    extranonce1,
    openedMs: now,
    heardMs: now,
    tokens: rules.limits.requestBurst,
    tokensAtMs: now,
    agent: null,
    isSubscribed: false,
    extranonce2Bytes: 0,
    takesExtranonce: false,
    users: [],
    wantedMask: null,
    toldMask: 0,
    fixed: null,
    floor: 0,
    difficulty: rules.startDifficulty,
    toldDifficulty: null,
    window: { sinceMs: now, shares: 0, work: 0 },
    jobs: [],
    jobCount: 0,
    jobAtMs: now,
  };
}
