// What the rig looks like from outside: the shape that the CLI, the demo's table, the API and the page all read.

import type { SlotId } from "../../hat/slots.ts";
import type { Earnings } from "../pools/balance.ts";
import type { MinersStatus } from "../pools/stratum-server/report.ts";
import type { EvidenceClass } from "./evidence.ts";
import type { JobCounts } from "./job-status.ts";
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
  /** The engine that its agent chose, such as "wasm-simd"; null while there is no link. */
  readonly kernel: string | null;
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
  /** Those of them that a meter saw. */
  readonly measured_joules: number;
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

/** One of the goals that the hashing is split among. */
export interface GoalStatus {
  readonly name: string;
  /** What it is meant to have of the hashing, and what it had of late (half of that is forgotten every 10 min). */
  readonly percent: number;
  readonly recent_percent: number | null;
  readonly hashes: number;
  readonly address: string | null;
  readonly why: PoolWhy;
  readonly detail: string | null;
  /** Its pool failed: no session is opened before. */
  readonly rests_ms: number | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
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

/** How the work of one worker goes, since the controller started; means and the busy share are of the last 5 to 10 minutes. */
export interface WorkFigures {
  /** Results, whatever became of them. */
  readonly jobs: number;
  /** As measured over its last 20 s of work; null before its first result, and of the connection of all. */
  readonly hashrate_hs: number | null;
  /** From the request for a job to the job, and from a share to its verdict; null before the first. */
  readonly job_wait_ms: number | null;
  readonly verdict_wait_ms: number | null;
  /** Of the last share, as the session measured it. */
  readonly ping_ms: number | null;
  /** The share of the time in which it was up that it held a job. */
  readonly busy: number | null;
  readonly difficulty: number | null;
  readonly accepted: number;
  readonly rejected: number;
  /** By the pool's own words. */
  readonly rejected_by: Readonly<Record<string, number>>;
  /** Accepted shares in a row: now, and at best. */
  readonly streak: number;
  readonly best_streak: number;
}

/** The proxy before services on the Zeros; counts are since the controller started. */
export interface ProxyStatus {
  readonly url: string;
  /** Requests that wait for a Zero now. */
  readonly waiting: number;
  readonly requests: {
    /** Answered by a service; of these, the ones that had to wait for a Zero. */
    readonly served: number;
    readonly waited: number;
    /** A service gave no answer, or none in time. */
    readonly failed: number;
    readonly websockets: number;
    /** By code. */
    readonly refused: Readonly<Record<string, number>>;
  };
  /** Requests and WebSockets that each Zero serves now. */
  readonly slots: readonly { readonly slot: SlotId; readonly active: number }[];
  readonly routes: readonly {
    readonly name: string;
    readonly slots: readonly SlotId[];
    readonly waiting: number;
    /** Whether a Zero would serve a request at once, and which one, or what there is to wait for. */
    readonly serves: boolean;
    readonly why: string;
  }[];
}

export interface RigStatus {
  readonly version: string;
  readonly board: string;
  /** Why the board cannot be read, if it cannot. */
  readonly board_error: string | null;
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
    /** Absent where the hashing is not split. The pool above is the first one's. */
    readonly goals?: readonly GoalStatus[];
    readonly finder?: FinderStatus;
    /** Sessions that are up, and why the last one went down, if one did. */
    readonly connected: number;
    readonly last_error: string | null;
  };
  /** Absent where it is not looked at. */
  readonly balance?: BalanceStatus;
  /** Ordinary miners beside the Zeros. Absent where none are served. */
  readonly miners?: MinersStatus;
  readonly slots: readonly SlotStatus[];
  /** By worker: the slots', and the host's as h1, h2, ... Absent where nobody looks. */
  readonly work?: Readonly<Record<string, WorkFigures>>;
  /** What was submitted, by its state. Absent where nobody looks. */
  readonly jobs?: JobCounts;
  /** Signs of life that were dropped since the start, for events came faster than they were taken in. Absent where nobody looks. */
  readonly inbox?: { readonly dropped: number };
  /** Absent where there is none. */
  readonly proxy?: ProxyStatus;
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
