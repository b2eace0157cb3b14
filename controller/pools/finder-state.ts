// What the finder of pool nodes remembers, what it is told, and what it asks for.

import type { PoolWhy } from "../core/why.ts";
import type { FetchCode } from "./duino/codec-picker.ts";
import type { PoolNode } from "./node.ts";

export type NodeSource = "list" | "picker" | "cache" | "manual";

/** A node that may be used. The first of the candidates is the best. */
export interface Candidate {
  readonly node: PoolNode;
  readonly from: NodeSource;
  /** Sessions in a row that came to nothing there. */
  readonly failures: number;
  /** How often it was left for that, and until when it is left alone. */
  readonly rests: number;
  readonly restUntil: number;
  /** When a session with it last got a job or a verdict; -Infinity if never. */
  readonly goodAt: number;
  /** Since when each look at it found a pool that greets; null if the last did not, or there was none. */
  readonly wellSince: number | null;
}

export interface Picker {
  readonly state: "idle" | "asking" | "waiting";
  readonly failures: number;
  readonly error: string | null;
  /** When it is asked, where it is waited for. */
  readonly at: number;
}

/** How soon a better node is returned to. */
export interface FinderRules {
  /** How long it must have greeted at each look. */
  readonly returnAfterMs: number;
  readonly lookEveryMs: number;
  /** How long one that failed is left alone, at first. */
  readonly restMs: number;
}

export interface FinderState {
  readonly rules: FinderRules;
  readonly candidates: readonly Candidate[];
  /** The address in use; null for none. */
  readonly current: string | null;
  readonly why: PoolWhy;
  readonly since: number;
  /** null where a list is used. */
  readonly picker: Picker | null;
  /** When the better ones are looked at next. */
  readonly lookAt: number;
}

export type FinderInput = {
  readonly now: number;
  /** A random number from 0 to 1, for jitter. */
  readonly roll: number;
} & (
  | { readonly type: "tick" }
  /** A session with this node got a job or a verdict. */
  | { readonly type: "good"; readonly address: string }
  /** A session with this node came to nothing. */
  | {
      readonly type: "bad";
      readonly address: string;
      readonly detail: string;
      /** No further try will make it better: it is left at once. */
      readonly isFinal?: boolean;
    }
  | { readonly type: "picked"; readonly node: PoolNode }
  | { readonly type: "pick-failed"; readonly code: FetchCode; readonly detail: string }
  /** A look at a better node: whether a pool greeted there. */
  | { readonly type: "looked"; readonly address: string; readonly greets: boolean }
  /** A person's choice; null gives it back to us. */
  | { readonly type: "choose"; readonly node: PoolNode | null }
);

export type FinderOutput =
  /** New connections go there. */
  | {
      readonly type: "use";
      readonly node: PoolNode | null;
      readonly why: PoolWhy;
      readonly detail: string | null;
    }
  | { readonly type: "ask-picker" }
  | { readonly type: "look"; readonly node: PoolNode }
  /** What to remember over a restart: nodes that were good, the best first, and a person's choice. */
  | {
      readonly type: "remember";
      readonly good: readonly PoolNode[];
      readonly chosen: PoolNode | null;
    };

export interface FinderStep {
  readonly state: FinderState;
  readonly outputs: readonly FinderOutput[];
}
