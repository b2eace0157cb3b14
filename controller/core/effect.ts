// Everything that the core may ask for, as data. The shell's table of executors is typed by this union.

import type { Line } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { ControllerMessage, JobMessage } from "../../zero-agent/protocol/messages.ts";
import type { RigMemory, SlotMemory } from "./memory.ts";
import type { OrderEnd, OrderProgress, OrderSpec } from "./order.ts";
import type { Share } from "./seat.ts";
import type { By, IntentKind } from "./slot.ts";

export type ShareOutcome = "accepted" | "rejected" | "unknown";

export type Effect =
  /** Answered by `intent-durable` once it is synced to disk. */
  | {
      readonly type: "write-intent";
      readonly slot: SlotId;
      readonly intent: number;
      readonly kind: IntentKind;
      readonly by: By;
      readonly why: string;
      /** The code in words: what a person said, or what the rule went by. */
      readonly reason: string;
      /** What was known of the slot when it was decided, for the audit. */
      readonly evidence: string;
    }
  | { readonly type: "close-intent"; readonly intent: number; readonly outcome: string }
  | { readonly type: "save-slot"; readonly slot: SlotId; readonly memory: SlotMemory }
  | { readonly type: "save-rig"; readonly memory: RigMemory }
  /** Asks whether the Zero's kernel answers on the network. Answered by `probed`, or by nothing where that cannot be known. */
  | { readonly type: "probe"; readonly slot: SlotId }
  /** Answered by `power-done` or `power-failed` with the same action. */
  | {
      readonly type: "power";
      readonly slot: SlotId;
      readonly action: number;
      readonly to: Line;
      readonly by: By;
    }
  | {
      readonly type: "send";
      readonly slot: SlotId;
      readonly link: number;
      readonly message: ControllerMessage;
    }
  | {
      readonly type: "close-link";
      readonly link: number;
      readonly code: number;
      readonly why: string;
    }
  | { readonly type: "host-search"; readonly worker: string; readonly message: JobMessage }
  | { readonly type: "host-cancel"; readonly worker: string }
  | { readonly type: "connect-pool"; readonly seat: string; readonly goal?: number }
  | { readonly type: "drop-pool"; readonly seat: string; readonly why: string }
  | { readonly type: "request-job"; readonly seat: string }
  /** Verify, write down, answer by `share-secured`. */
  | { readonly type: "secure-share"; readonly share: Share }
  | { readonly type: "submit-share"; readonly share: Share }
  | {
      readonly type: "settle-share";
      readonly share: number;
      readonly outcome: ShareOutcome;
      readonly reason: string | null;
    }
  /** Hash this nonce once more; answered by `find-checked`. */
  | { readonly type: "check-find"; readonly order: OrderSpec; readonly nonce: number }
  | { readonly type: "save-order"; readonly order: string; readonly progress: OrderProgress }
  /** Answered by `order-ended` once it is synced to disk. */
  | {
      readonly type: "end-order";
      readonly order: string;
      readonly end: OrderEnd;
      readonly progress: OrderProgress;
    }
  | {
      readonly type: "report";
      readonly level: "info" | "warn" | "error";
      readonly ev: string;
      readonly slot: SlotId | null;
      readonly why: string | null;
      readonly detail: Readonly<Record<string, string | number | boolean | null>>;
    };

export type EffectOf<T extends Effect["type"]> = Extract<Effect, { readonly type: T }>;
