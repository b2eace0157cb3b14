// What a Stratum server needs of whoever has work for its miners.

import type { Notice } from "../stratum/header.ts";
import type { HeaderAlgorithm } from "../stratum/target.ts";

/** Work as all miners are sent it, each with an extranonce1 of its own. */
export interface ServedWork {
  /** Its coinb1 ends where a miner's extranonce1 begins. */
  readonly notice: Notice;
  /** What is left to each miner behind its extranonce1. */
  readonly extranonce2Bytes: number;
  /** The version bits that miners may roll. */
  readonly mask: number;
  /** From where on the source wants a share: no miner searches for harder ones. null: it wants none, all are counted here. */
  readonly wanted: { readonly difficulty: number; readonly target: bigint } | null;
}

/** A share of a miner that was verified here, once. */
export interface FoundShare {
  readonly work: ServedWork;
  readonly user: string;
  /** The miner's extranonce1 and its extranonce2. */
  readonly extranonce: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly nonce: number;
  /** The version bits that were rolled; null where the miner rolls none. */
  readonly versionBits: number | null;
  /** The header's 76 bytes that it was found in. */
  readonly header: string;
}

/** What became of a share. `lost`: nobody knows. */
export type ShareVerdict =
  | "accepted"
  | "stale"
  | "duplicate"
  | "low difficulty"
  | "invalid"
  | "refused"
  | "lost";

export interface WorkListener {
  /** New work. `clean`: what was given out before is worth nothing any more. */
  work(work: ServedWork, clean: boolean): void;
  /** There is no work until there is some again; what was given out is worth nothing. */
  gone(): void;
}

/** Where the work of a Stratum server comes from. */
export interface WorkSource {
  readonly algorithm: HeaderAlgorithm;
  /** Once, and before anything else. */
  start(listener: WorkListener): void;
  /** A share that the source wants, of work that holds; `done` is called once, now or later, with its words where it has some. */
  submit(share: FoundShare, done: (verdict: ShareVerdict, reason?: string) => void): void;
  close(): void;
}
