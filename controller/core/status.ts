// What the rig looks like from outside: the shape that the CLI, the demo's table, the API and the page all read.

import type { SlotId } from "../../hat/slots.ts";

/** The word that is shown for a slot. Holds (cordon, drain, maintenance) show in place of Ready and Degraded. */
export type ShownState =
  | "Unknown"
  | "Off"
  | "PoweringOn"
  | "Booting"
  | "Ready"
  | "Degraded"
  | "Suspect"
  | "Remediating"
  | "PoweringOff"
  | "Cordoned"
  | "Draining"
  | "Maintenance"
  | "Quarantined"
  | "Fault";

export interface SlotStatus {
  readonly slot: SlotId;
  readonly state: ShownState;
  /** How long it has been in this state. */
  readonly for_ms: number;
  /** The reason code of the last transition. */
  readonly why: string;
  /** What we know and how old it is, for people: "heard 0.4 s ago, line on, USB present". */
  readonly evidence: string;
  /** The running timer, for people: "cut in 2.1 s unless heard"; null if none. */
  readonly next: string | null;
  readonly wanted: "on" | "off";
  readonly hashrate_hs: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly hashes: number;
  readonly temp_c: number | null;
  readonly throttled: number | null;
  readonly uptime_ms: number | null;
  readonly fences: number;
  readonly boots: number;
  /** Estimated from the model's table, not measured. */
  readonly watts: number;
}

export interface RigStatus {
  readonly version: string;
  readonly board: string;
  readonly uptime_ms: number;
  readonly storm: "normal" | "storm" | "cooldown";
  /** What stopped automation, if anything did; mining goes on. */
  readonly automation: string | null;
  readonly watts: number;
  readonly ceiling_watts: number | null;
  readonly pool: {
    readonly address: string;
    /** Sessions that are up, and why the last one went down, if one did. */
    readonly connected: number;
    readonly last_error: string | null;
  };
  readonly slots: readonly SlotStatus[];
  /** Workers in the controller itself. */
  readonly host: {
    readonly workers: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly unknown: number;
    readonly hashes: number;
  };
  readonly totals: {
    readonly accepted: number;
    readonly rejected: number;
    readonly unknown: number;
    readonly hashes: number;
    readonly fences: number;
  };
}

/** Something that happened, as the log, the event stream and the audit table have it. */
export interface RigEvent {
  /** Wall clock, ISO 8601. Added by the shell. */
  readonly at: string;
  /** Monotonic ms since the controller started. */
  readonly at_ms: number;
  readonly level: "info" | "warn" | "error";
  /** A stable name: "slot.state", "power.cut", "share.accepted", "storm.begin", ... */
  readonly ev: string;
  readonly slot: SlotId | null;
  readonly why: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}
