// What the rig looks like from outside: the shape that the CLI, the demo's table, the API and the page all read.

import type { SlotId } from "../../hat/slots.ts";
import type { Earnings } from "../pools/balance.ts";
import type { EvidenceClass } from "./evidence.ts";
import type { PoolWhy } from "./why.ts";

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
  /** What the signs say: heard, or who is dead: the Zero, its agent, its link, or our own side. */
  readonly class: EvidenceClass;
  /** The running timer, for people: "cut in 2.1 s unless heard"; null if none. */
  readonly next: string | null;
  readonly wanted: "on" | "off";
  /** A person's hold on it, or a foreign hand's; no end where `left_ms` is null. */
  readonly hold: {
    readonly kind: "cordon" | "drain" | "maintenance" | "foreign";
    readonly reason: string;
    readonly left_ms: number | null;
  } | null;
  /** 0 is cool; 1 gets half the work, 2 none, 3 is switched off. */
  readonly heat: number;
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
  /** What it draws now, and where all its energy figures come from. */
  readonly watts: number;
  readonly energy: EnergyStatus;
}

/** Energy figures; each says whether a meter measured it, the model's table gave it, or some of both. */
export interface EnergyStatus {
  readonly source: "measured" | "modelled" | "both";
  readonly joules: number;
  /** null until there is something to divide by. */
  readonly joules_per_hash: number | null;
  readonly joules_per_share: number | null;
  /** By the tariff; null without one. */
  readonly cost: number | null;
}

/** What limits power now. */
export interface PowerStatus {
  readonly ceilings: readonly { readonly name: string; readonly watts: number }[];
  /** The least of them, and how many Zeros a failing supply is trusted with; null for no limit. */
  readonly watts: number | null;
  readonly zeros: number | null;
  readonly schedule: {
    readonly clock_set: boolean;
    readonly open: readonly string[];
    readonly next_edge_ms: number | null;
  } | null;
  readonly external: { readonly source: string; readonly left_ms: number } | null;
  readonly override: { readonly reason: string; readonly left_ms: number | null } | null;
}

/** The nodes that are known, and the picker that names them. */
export interface FinderStatus {
  readonly nodes: readonly {
    readonly address: string;
    readonly name: string;
    readonly from: "list" | "picker" | "cache" | "manual";
    /** Of the sessions with it: one went well, one failed or none was tried. Each with its age. */
    readonly good_ms: number | null;
    readonly failures: number;
    /** Not tried again before. */
    readonly rests_ms: number | null;
    /** A better one than the node in use, which has been answering for so long. */
    readonly well_ms: number | null;
  }[];
  /** null where a list is used. */
  readonly picker: {
    readonly state: "idle" | "asking" | "waiting";
    /** Failed tries in a row, and what the last one said. */
    readonly failures: number;
    readonly error: string | null;
    readonly next_ms: number | null;
  } | null;
}

/** The account's balance and what came of it; `null` figures are not known yet. */
export interface BalanceStatus extends Earnings {
  readonly duco: number | null;
  readonly age_ms: number | null;
  /** Why the last look failed; null if it did not. */
  readonly error: string | null;
}

export interface RigStatus {
  readonly version: string;
  readonly board: string;
  readonly uptime_ms: number;
  readonly storm: "normal" | "storm" | "cooldown";
  /** What stopped automation, if anything did; mining goes on. */
  readonly automation: string | null;
  /** A person's word that automation switches no power. */
  readonly pause: { readonly reason: string; readonly left_ms: number | null } | null;
  readonly watts: number;
  readonly ceiling_watts: number | null;
  readonly power: PowerStatus;
  readonly pool: {
    /** The node that connections go to; null for none yet. */
    readonly address: string | null;
    readonly why: PoolWhy;
    /** What led there, in words: how the one before failed, or why none is known. */
    readonly detail: string | null;
    /** How long it has been that node. */
    readonly for_ms: number;
    readonly finder?: FinderStatus;
    /** Sessions that are up, and why the last one went down, if one did. */
    readonly connected: number;
    readonly last_error: string | null;
  };
  /** Absent where it is not looked at. */
  readonly balance?: BalanceStatus;
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
    readonly energy: EnergyStatus;
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
