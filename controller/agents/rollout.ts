// A roll-out: one Zero after the other gets another program for its agent, is watched, and the first that fails ends it. What is
// known of one, what it is told, and what it asks for; rollout-step.ts decides.

import type { SlotId } from "../../hat/slots.ts";
import type { AgentMessage, BundleMessage } from "../../zero-agent/protocol/messages.ts";

export type RolloutKind = "update" | "rollback";
export type Stage =
  | "waiting"
  | "sending"
  | "restarting"
  | "watching"
  | "confirming"
  | "done"
  | "skipped"
  | "failed";

export interface Limits {
  /** For a Zero to be fit for it: it boots, or another one is being fenced (ms). */
  readonly waitMs: number;
  /** Between two signs that the transfer gets on. */
  readonly sendMs: number;
  /** From the switch to the first word of the agent that was started anew. */
  readonly restartMs: number;
  readonly watchMs: number;
  /** Beyond that, for one that was given work and has finished none yet: no pool waits longer for a share. */
  readonly workMs: number;
  readonly confirmMs: number;
  /** For an agent to say what it runs, once it is linked. Those from before updates never do. */
  readonly sayMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  waitMs: 300_000,
  sendMs: 30_000,
  restartMs: 120_000,
  watchMs: 120_000,
  workMs: 90_000,
  confirmMs: 15_000,
  sayMs: 10_000,
};

/** What is seen of the Zero whose turn it is. */
export interface Seen {
  /** The number of its link; null while there is none. */
  readonly link: number | null;
  /** How long that has been up (ms). */
  readonly linkedMs: number;
  /** What its agent said of its programs on this link. */
  readonly bundle: BundleMessage | null;
  /** Why its program is not to be exchanged now; `lasts` where waiting would not help. */
  readonly hindrance: { readonly why: string; readonly lasts: boolean } | null;
  /** What is wrong with it; null for one that is heard, has passed its self-test and mines. */
  readonly ailment: string | null;
  /** Whether automation has given it up, or is at it with a remedy. */
  readonly isLost: boolean;
  /** Results since the controller started, whatever became of them. */
  readonly results: number;
  /** Whether it holds a job. */
  readonly works: boolean;
}

export interface RolloutSlot {
  readonly slot: SlotId;
  readonly stage: Stage;
  readonly why: string | null;
}

export interface Rollout {
  readonly kind: RolloutKind;
  readonly by: "operator" | "automation";
  readonly reason: string;
  /** The program that they get; null where each goes back to its own. */
  readonly sha256: string | null;
  readonly startedAt: number;
  readonly slots: readonly RolloutSlot[];
  /** Whose turn it is, and the end of its time for this stage. */
  readonly turn: number;
  readonly until: number;
  /** The last moment at which this Zero may still begin. */
  readonly waitUntil: number;
  /** The link over which it was told to switch, and what it ran then. */
  readonly toldOn: number | null;
  readonly ranBefore: string | null;
  readonly watched: { readonly results: number; readonly worked: boolean };
  readonly ended: "done" | "partly" | "failed" | null;
  readonly why: string | null;
}

export type RolloutEffect =
  | { readonly type: "offer"; readonly slot: SlotId }
  | { readonly type: "switch"; readonly slot: SlotId; readonly trialMs: number }
  | { readonly type: "confirm"; readonly slot: SlotId }
  | { readonly type: "revert"; readonly slot: SlotId; readonly why: string }
  /** Its agent has leave to be silent. */
  | { readonly type: "allow"; readonly slot: SlotId; readonly forMs: number }
  /** It is to run this program from now on; null: whatever it runs. */
  | { readonly type: "keep"; readonly slot: SlotId; readonly sha256: string | null }
  /** It is not to get this program again by itself. */
  | { readonly type: "drop"; readonly slot: SlotId; readonly sha256: string | null }
  | {
      readonly type: "note";
      readonly ev: string;
      readonly slot: SlotId | null;
      readonly why: string | null;
    };

export type Said = Extract<AgentMessage, { readonly type: "want" | "staged" | "unfit" }>;

export interface RolloutStep {
  readonly rollout: Rollout;
  readonly effects: readonly RolloutEffect[];
}

export function beginRollout(
  what: Pick<Rollout, "kind" | "by" | "reason" | "sha256">,
  slots: readonly SlotId[],
  now: number,
  limits: Limits,
): Rollout {
  return {
    ...what,
    startedAt: now,
    slots: slots.map((slot) => ({ slot, stage: "waiting", why: null })),
    ...turnAt(0, now, limits),
    ended: slots.length === 0 ? "done" : null,
    why: null,
  };
}

/** The state of a turn that begins. */
export function turnAt(turn: number, now: number, { waitMs }: Limits) {
  return {
    turn,
    until: now + waitMs,
    waitUntil: now + waitMs,
    toldOn: null,
    ranBefore: null,
    watched: { results: 0, worked: false },
  };
}

/** The Zero whose turn it is; null when it is over. */
export function slotInTurn({ slots, turn, ended }: Rollout): RolloutSlot | null {
  return ended === null ? (slots[turn] as RolloutSlot) : null;
}
