// Everything that the core is told. Each event carries `now`, monotonic ms; the core has no other clock.

import type { BoardReading, SlotReading } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Beat, Hello } from "../../zero-agent/protocol/messages.ts";
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
    }
  | { readonly type: "pool-up"; readonly seat: string }
  | {
      readonly type: "pool-down";
      readonly seat: string;
      readonly code: string;
      readonly detail: string;
      /** How long the seat stays away at least, where the pool's reason tells. */
      readonly retryMs?: number;
    }
  | {
      readonly type: "pool-job";
      readonly seat: string;
      readonly prefix: string;
      readonly target: string;
      readonly difficulty: number;
      readonly to: number;
    }
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
    }
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
  | { readonly type: "demand"; readonly slots: readonly SlotId[]; readonly forMs: number }
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
>;

export type EventOf<T extends Event["type"]> = Extract<Event, { readonly type: T }>;
