// What the agent's machines ask the shell to do. Plain data: the shell has one executor for each.

import type { AgentMessage, ControllerMessage } from "../protocol/messages.ts";
import type { Chunk } from "./chunk.ts";

/** Why the agent ends; `exit-codes.ts` in the shell says with which code. */
export type ExitReason =
  | "stopped" // SIGTERM, or asked to by the controller to be started anew
  | "failed"
  | "key-refused"
  | "restart"
  | "poweroff"
  | "reboot";

/** About the agent's own program, or its key. */
export type UpdateMessage = Extract<
  ControllerMessage,
  { readonly type: "offer" | "chunk" | "switch" | "confirm" | "revert" | "rekey" }
>;

export type Effect =
  /** Open link number `link`. Events of older links no longer count. */
  | { readonly type: "dial"; readonly link: number }
  | { readonly type: "send"; readonly message: AgentMessage }
  /** Read the sensors and send a beat. */
  | {
      readonly type: "beat";
      readonly seq: number;
      readonly hashes: number;
      readonly jobId: string | null;
    }
  /** Say which program runs. */
  | { readonly type: "announce" }
  | { readonly type: "update"; readonly message: UpdateMessage }
  /** End the link politely, with a code and a reason. */
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  /** End the link at once: nobody is there to be polite to. */
  | { readonly type: "drop" }
  | { readonly type: "search"; readonly worker: number; readonly chunk: Chunk }
  | { readonly type: "abort"; readonly worker: number }
  | { readonly type: "restart-worker"; readonly worker: number }
  | {
      readonly type: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly ev: string;
      readonly why?: string;
    }
  | { readonly type: "exit"; readonly reason: ExitReason; readonly why: string };
