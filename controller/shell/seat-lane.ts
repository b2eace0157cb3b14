// What the loop needs of whoever holds the pool's sessions: one for each seat, or one for all.

import type { Share } from "../core/seat.ts";
import type { PoolNode } from "../pools/node.ts";
import type { Untimed } from "./loop.ts";

/** What of a seat's worker its pool may be told, or its work be cut to. */
export interface Asker {
  /** What the wallet shows beside this seat's rig name; "" for nothing. */
  readonly iot: string;
  /** 0 where it is not known yet. */
  readonly rateHs: number;
}

/** Effects in; events of the pool out, by way of the loop's inbox. */
export interface SeatLane {
  /** To a pool of this goal, where the hashing is split; of the first if none is said. */
  connect(seat: string, goal?: number): void;
  requestJob(seat: string, asker: Asker): void;
  submit(share: Share): void;
  /** Ends its session; `why` is for people. */
  drop(seat: string, why: string): void;
  close(): void;
}

/** Where connections go, and who wants to know how they fare. */
export interface NodeSource {
  readonly node: PoolNode | null;
  good(node: PoolNode): void;
  /** `isFinal`: no further try will make it better. */
  bad(node: PoolNode, code: string, detail: string, isFinal?: boolean): void;
}

/** Tells people something; a warning, unless it is said to be more or less. */
export type Note = (
  ev: string,
  detail: Readonly<Record<string, string>>,
  level?: "info" | "warn" | "error",
) => void;

/** What a lane is made with. */
export interface LaneParts {
  readonly nodes: NodeSource;
  /** Those of the other goals, where the hashing is split. */
  readonly otherNodes: readonly NodeSource[];
  /** All that may be used, the best first. */
  readonly allNodes: () => readonly PoolNode[];
  readonly post: (event: Untimed) => void;
  readonly note: Note;
}
