// What is told of the slots' link keys: never a key, but to whoever asked for a new one.

import type { SlotId } from "../../hat/slots.ts";

export interface KeyStatus {
  readonly slot: SlotId;
  /** Whether there is a key that is let in. */
  readonly enrolled: boolean;
  /** Whether it was sent another one and has not proved that yet; and why the last try failed. */
  readonly rotating: boolean;
  readonly failed: string | null;
  readonly linked: boolean;
}

export interface KeysStatus {
  readonly slots: readonly KeyStatus[];
  /** Who dialled in without a right key, the last one last. */
  readonly refused: readonly {
    readonly peer: string;
    readonly slot: string;
    readonly times: number;
    readonly age_ms: number;
  }[];
}

export interface Enrolment {
  readonly slot: SlotId;
  /** To be typed on the Zero, and for how long it counts; or the key itself. */
  readonly code: string | null;
  readonly for_ms: number | null;
  readonly key: string | null;
}
