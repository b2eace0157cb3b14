// What the controller is told before it starts: checked, complete, frozen; units last in every name.

import type { FanLimits } from "../../hat/fan.ts";
import type { Policy } from "../core/policy.ts";
import type { PoolNode } from "../pools/node.ts";
import type { Window } from "../shell/window.ts";

/** The Duino-Coin tiers that a Linux computer may ask for; the others belong to other devices. */
export type PoolTier = "auto" | "LOW" | "MEDIUM" | "NET" | "EXTREME";

/** The user that the example names. Nobody mines for it: `run` refuses it. */
export const PLACEHOLDER_USER = "your-name";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

export interface ControllerConfig {
  /** `auto`, a revision (`v1`, `v2.3`), or `virtual:/path/of/its/socket`. */
  readonly hat: {
    readonly board: string;
    /** The USB path of each HAT's hub; empty where their ids tell. */
    readonly hubPaths: readonly string[];
  };
  /** The fan of this computer; `bcm` is null where there is none. */
  readonly fan: { readonly bcm: number | null; readonly limits: FanLimits };
  readonly link: {
    readonly listen: string;
    /** 0 takes any free port. */
    readonly port: number;
    /** The networks that agents may dial in from, as CIDRs. */
    readonly allow: readonly string[];
    /** Holds `pN.key` for each slot: 64 hex digits. */
    readonly keysDir: string;
    readonly beatIntervalMs: number;
  };
  readonly pool: {
    /** The best first; empty: the picker is asked. */
    readonly nodes: readonly PoolNode[];
    readonly picker: string;
    readonly user: string;
    /** A file that holds the mining key; null where the account has none. */
    readonly keyFile: string | null;
    readonly tier: PoolTier;
    readonly rig: string;
    readonly showTemperature: boolean;
  };
  /** `url` is null where the balance is not looked at. */
  readonly balance: { readonly url: string | null; readonly pollMs: number };
  readonly hostWorkers: number;
  readonly policy: Policy;
  /** The windows of the power ceiling, in the order of the file. */
  readonly schedules: readonly Window[];
  readonly stateDir: string;
  readonly controlSocket: string;
  readonly logLevel: LogLevel;
  /** Whether the inputs of the decisions are recorded, and how much of the disk that may take. */
  readonly record: { readonly on: boolean; readonly maxMb: number };
  /** The file that it was read from. */
  readonly source: string;
}
