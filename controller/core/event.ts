// Everything that the core is told. Each event carries `now`, monotonic ms; the core has no other clock.

import type { BoardReading, SlotReading } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { Beat, Hello } from "../../zero-agent/protocol/messages.ts";
import type { OrderSpec } from "./order.ts";
import type { Policy } from "./policy.ts";
import type { ScheduleReading } from "./schedule.ts";
import type { PoolWhy } from "./why.ts";

export type OperatorVerb =
  | "on"
  | "off"
  | "cycle"
  | "cordon"
  | "uncordon"
  | "drain"
  | "maintenance"
  | "release";

type Timed<E> = E & { readonly now: number };

export type Event = Timed<
  | { readonly type: "tick" }
  // the board lane
  | { readonly type: "board-read"; readonly reading: BoardReading }
  | { readonly type: "board-failed"; readonly code: HatErrorCode; readonly detail: string }
  /** The slots whose power line feeds a Zero that goes by another slot's name, and the slots that those Zeros name. */
  | { readonly type: "wrong-cards"; readonly slots: readonly SlotId[] }
  | { readonly type: "intent-durable"; readonly slot: SlotId; readonly intent: number }
  | { readonly type: "power-done"; readonly action: number; readonly reading: SlotReading }
  | {
      readonly type: "power-failed";
      readonly slot: SlotId;
      readonly action: number;
      readonly code: HatErrorCode;
      readonly detail: string;
      /** Whose lines a foreign hand was found to have changed; without it, this slot's. */
      readonly changed?: readonly SlotId[];
    }
  // the links
  | {
      readonly type: "link-up";
      readonly slot: SlotId;
      readonly link: number;
      readonly hello: Hello;
    }
  | {
      readonly type: "link-down";
      readonly slot: SlotId;
      readonly link: number;
      readonly detail: string;
    }
  /** Its agent is about to be started anew, at our word: it may be silent for so long while its kernel answers. */
  | { readonly type: "agent-restart"; readonly slot: SlotId; readonly forMs: number }
  | { readonly type: "heard"; readonly slot: SlotId; readonly link: number }
  | { readonly type: "beat"; readonly slot: SlotId; readonly link: number; readonly beat: Beat }
  /** The link server answered itself: silence is not our own doing. */
  | { readonly type: "link-server-proved" }
  // the workers; `link` is null for a host worker
  | {
      readonly type: "result";
      readonly worker: string;
      readonly link: number | null;
      readonly jobId: string;
      readonly epoch: number;
      readonly nonce: number | null;
      readonly hashes: number;
      readonly elapsedMs: number;
    }
  | {
      readonly type: "nack";
      readonly worker: string;
      readonly link: number | null;
      readonly jobId: string;
      readonly epoch: number;
    }
  // the pool
  /** Where pool connections go from now on; null: none is known, so nobody connects. */
  | {
      readonly type: "pool-node";
      readonly node: string | null;
      readonly why: PoolWhy;
      readonly detail: string | null;
      /** Which goal's, where the hashing is split; the first if absent. */
      readonly goal?: number;
    }
  | { readonly type: "pool-up"; readonly seat: string }
  | {
      readonly type: "pool-down";
      readonly seat: string;
      readonly code: string;
      readonly detail: string;
      /** How long the seat stays away at least, where the pool's reason tells. */
      readonly retryMs?: number;
      /** What its back-off is multiplied with, drawn at random: who lost a pool together does not come back together. */
      readonly stretch?: number;
    }
  | {
      readonly type: "pool-job";
      readonly seat: string;
      readonly prefix: string;
      readonly target: string;
      readonly difficulty: number;
      readonly to: number;
      /** Without it, DUCO-S1. */
      readonly algorithm?: Algorithm;
      /** What the pool takes, where the worker is to look for something easier. */
      readonly poolTarget?: string;
      /** What the session knows it by, where the seat's own name does not tell. */
      readonly ref?: string;
    }
  /** The job that the seat has is worth nothing any more; its session goes on. */
  | { readonly type: "pool-void"; readonly seat: string }
  | {
      readonly type: "pool-verdict";
      readonly seat: string;
      readonly verdict: "accepted" | "rejected";
      readonly block: boolean;
      readonly reason: string | null;
      readonly pingMs: number;
      /** How long the seat asks for no job, because the pool wants a pause. */
      readonly restMs?: number;
    }
  // the store: the share was verified and, if right, written down
  | {
      readonly type: "share-secured";
      readonly seat: string;
      readonly share: number;
      readonly valid: boolean;
      /** It is right, and not good enough for the pool: proof of work, and no more. */
      readonly isLocal?: boolean;
    }
  // whoever submits work, and the store that keeps its fate
  | { readonly type: "order-placed"; readonly order: OrderSpec; readonly forMs: number }
  | { readonly type: "order-cancelled"; readonly order: string; readonly reason: string }
  /** A nonce that a worker named was hashed once more here. */
  | {
      readonly type: "find-checked";
      readonly order: string;
      readonly nonce: number;
      readonly right: boolean;
    }
  /** Its end is written down. */
  | { readonly type: "order-ended"; readonly order: string }
  /** Whether the kernel of a silent Zero answers on the network. */
  | { readonly type: "probed"; readonly slot: SlotId; readonly answers: boolean }
  // what the outside says of power: the schedules for now, a number from elsewhere, a meter, someone who wants a Zero up
  | { readonly type: "schedule"; readonly reading: ScheduleReading }
  | {
      readonly type: "external-ceiling";
      readonly watts: number;
      readonly source: string;
      readonly forMs: number;
    }
  | {
      readonly type: "metered";
      readonly slot: SlotId;
      readonly watts: number;
      readonly forMs: number;
    }
  | {
      readonly type: "demand";
      readonly slots: readonly SlotId[];
      readonly forMs: number;
      /** Who asks, in words; nobody says it of a person's `wake`. */
      readonly by?: string;
    }
  // people
  | {
      readonly type: "operator";
      readonly verb: OperatorVerb;
      readonly slots: readonly SlotId[];
      readonly reason: string;
      readonly hard: boolean;
      /** How long it holds, for what ends by itself; without it there is no end. */
      readonly forMs?: number | null;
    }
  | { readonly type: "pause"; readonly reason: string; readonly forMs: number | null }
  | { readonly type: "resume"; readonly reason: string }
  /** In place of the schedules and the number from outside; null watts lifts both. */
  | {
      readonly type: "override";
      readonly watts: number | null;
      readonly reason: string;
      readonly forMs: number | null;
    }
  | { readonly type: "end-override"; readonly reason: string }
  | { readonly type: "quiesce" }
  /** Other numbers to decide with from now on; those that shape the rig stay as they were at the start. */
  | { readonly type: "policy"; readonly policy: Policy }
>;

export type EventOf<T extends Event["type"]> = Extract<Event, { readonly type: T }>;
