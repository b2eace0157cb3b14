// What a rig that mines alone remembers of one full node, what it is told and what it asks for.

import { type DeskConfig, type DeskInput, type DeskState, EMPTY_DESK } from "../stratum/desk.ts";
import type { Cause, WorkEvent } from "../stratum/work-client.ts";
import type { Fate } from "./block.ts";
import type { RpcAnswer } from "./codec.ts";
import type { MinedBlock, Payee, SoloJob } from "./job.ts";
import type { Network } from "./networks.ts";

export interface SoloLimits {
  /** For what a node knows at once, and for a template. */
  readonly answerMs: number;
  readonly templateMs: number;
  /** The longest that a question for news stays open. */
  readonly newsMs: number;
  /** How often the node is asked for its newest block, whatever else it tells. */
  readonly pollMs: number;
  /** How old a template may grow: its fees and its time are of then. */
  readonly refreshMs: number;
  /** Without a new template for so long the node is as good as gone. */
  readonly workAgeMs: number;
  /** A node that refuses is not asked again sooner. */
  readonly deniedMs: number;
}

export const DEFAULT_LIMITS: SoloLimits = {
  answerMs: 10_000,
  templateMs: 30_000,
  newsMs: 600_000,
  pollMs: 2000,
  refreshMs: 30_000,
  workAgeMs: 90_000,
  deniedMs: 15_000,
};

export interface SoloConfig extends DeskConfig {
  readonly networkName: string;
  readonly network: Network;
  readonly payee: Payee;
  /** Of PREFIX_BYTES, in hexadecimal: another for each connection, so that none searches what another did. */
  readonly prefix: string;
  readonly limits: SoloLimits;
}

/** What is asked, one of each at a time: the first block's hash, a template, the same once there is news, the newest block's hash. */
export type CallName = "genesis" | "template" | "news" | "tip";

/** closing: it has failed, but what was found is still being handed in. */
export type Phase = "checking" | "fetching" | "mining" | "closing" | "dropped";

interface Pending {
  readonly seat: string;
  /** The block that it stands on. */
  readonly previous: string;
  readonly atMs: number;
}

export interface SoloState extends DeskState {
  readonly phase: Phase;
  /** When a template last came. */
  readonly workAtMs: number;
  /** Since when each question that is open is. */
  readonly calls: ReadonlyMap<CallName, number>;
  /** Whether it tells its newest block; of one that does not, a whole template is fetched as often. */
  readonly tellsTip: boolean;
  /** When the next of each is due; Infinity for never. */
  readonly templateAt: number;
  readonly tipAt: number;
  readonly newsAt: number;
  /** Since the template that is being fetched was asked for, it may have grown old. */
  readonly isLate: boolean;
  readonly longPollId: string | null;
  /** Questions in a row, of each kind, that came to nothing. */
  readonly failures: number;
  readonly newsFailures: number;
  readonly jobs: ReadonlyMap<string, SoloJob>;
  readonly jobCount: number;
  /** Blocks that are being handed in, by number. */
  readonly pending: ReadonlyMap<number, Pending>;
  readonly blockCount: number;
  /** The block on which one of ours stands: a second one there is worth nothing, whatever the node says of it. */
  readonly takenOn: string | null;
  /** Why it is closing. */
  readonly cause: Cause | null;
}

export type SoloInput = { readonly now: number } & (
  | { readonly type: "open" }
  | { readonly type: "answer"; readonly call: CallName; readonly answer: RpcAnswer }
  | { readonly type: "tick" }
  /** Somebody says that there is a new block. */
  | { readonly type: "poke" }
  | DeskInput
  /** What became of a block; null: nobody knows. */
  | { readonly type: "judged"; readonly block: number; readonly fate: Fate | null }
);

export type SoloOutput =
  | {
      readonly type: "call";
      readonly call: CallName;
      readonly method: string;
      readonly params: readonly unknown[];
      readonly timeoutMs: number;
    }
  /** Hand it in everywhere, and say what became of it. */
  | { readonly type: "block"; readonly block: number; readonly mined: MinedBlock }
  | { readonly type: "event"; readonly event: WorkEvent }
  /** At most once, and last. */
  | ({ readonly type: "drop" } & Cause);

export interface SoloStep {
  readonly state: SoloState;
  readonly outputs: readonly SoloOutput[];
}

/** Of a node that nobody has asked yet. */
export function openSolo(now: number): SoloState {
  return {
    ...EMPTY_DESK,
    phase: "checking",
    workAtMs: now,
    calls: new Map(),
    tellsTip: true,
    templateAt: Number.POSITIVE_INFINITY,
    tipAt: Number.POSITIVE_INFINITY,
    newsAt: Number.POSITIVE_INFINITY,
    isLate: false,
    longPollId: null,
    failures: 0,
    newsFailures: 0,
    jobs: new Map(),
    jobCount: 0,
    pending: new Map(),
    blockCount: 0,
    takenOn: null,
    cause: null,
  };
}
