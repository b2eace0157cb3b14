// What the controller is told before it starts: checked, complete, frozen; units last in every name.

import type { FanLimits } from "../../hat/fan.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { AlertKind } from "../alerts/alert-kind.ts";
import type { Policy } from "../core/policy.ts";
import type { PoolNode } from "../pools/node.ts";
import type { NetworkName } from "../pools/solo/networks.ts";
import type { Route } from "../proxy/route.ts";
import type { OrderLimits } from "../shell/order-desk.ts";
import type { Window } from "../shell/window.ts";
import type { Destination } from "../ship/destination.ts";
import type { SplitGoal } from "./split-list.ts";

/** The Duino-Coin tiers that a Linux computer may ask for; the others belong to other devices. */
export type PoolTier = "auto" | "LOW" | "MEDIUM" | "NET" | "EXTREME";

/** The user that the example names. Nobody mines for it: `run` refuses it. */
export const PLACEHOLDER_USER = "your-name";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** The proxy before services on the Zeros. */
export interface ProxyConfig {
  readonly listen: string | null;
  readonly port: number;
  readonly waitMs: number;
  readonly maxWaiting: number;
  readonly maxConnections: number;
  readonly responseMs: number;
  readonly maxBodyBytes: number;
  readonly trustsForwarded: boolean;
  readonly routes: readonly Route[];
}

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
  /** The agents' program to offer; null for the one that came with this controller. */
  readonly agents: {
    readonly program: string | null;
    readonly restartMs: number;
    readonly watchMs: number;
  };
  readonly pool: {
    /** Anything but DUCO-S1 is mined with Stratum. */
    readonly algorithm: Algorithm;
    /** The best first; empty: the picker is asked. */
    readonly nodes: readonly PoolNode[];
    readonly picker: string;
    readonly user: string;
    /** A file that holds the mining key; null where the account has none. */
    readonly keyFile: string | null;
    /** Where pool connections are recorded; null where they are not. */
    readonly traceFile: string | null;
    readonly tier: PoolTier;
    readonly rig: string;
    readonly showTemperature: boolean;
  };
  readonly stratum: {
    readonly password: string;
    readonly workAgeMs: number;
    readonly returnAfterMs: number;
    readonly rollsVersion: boolean;
    readonly suggestDifficulty: number | null;
    /** Null for the system's certificates. */
    readonly caFile: string | null;
    /** Who gets a part of the hashing beside [pool]. */
    readonly split: readonly SplitGoal[];
  };
  /** What holds where a node is a full one; `notifyPort` is null where nobody listens for its blocknotify. */
  readonly solo: {
    readonly address: string;
    readonly network: NetworkName;
    readonly cookieFile: string | null;
    readonly rpcUser: string | null;
    readonly rpcPasswordFile: string | null;
    readonly tag: string;
    readonly pollMs: number;
    readonly notifyPort: number | null;
    readonly notifyListen: string;
    readonly notifySecretFile: string | null;
  };
  /** `listen` is null where no ordinary miners are served. */
  readonly miners: {
    readonly listen: string | null;
    readonly port: number;
    readonly startDifficulty: number | null;
    readonly shareEveryMs: number;
    readonly maxMiners: number;
    readonly maxPerAddress: number;
    readonly banMs: number;
  };
  /** `url` is null where the balance is not looked at. */
  readonly balance: { readonly url: string | null; readonly pollMs: number };
  readonly hostWorkers: number;
  readonly policy: Policy;
  /** What may be submitted, and how long it is remembered. */
  readonly jobs: OrderLimits;
  /** The windows of the power ceiling, in the order of the file. */
  readonly schedules: readonly Window[];
  readonly stateDir: string;
  readonly controlSocket: string;
  /** `listen` is null where no HTTP is served; without a `tokenFile` nothing can be changed over it. */
  readonly http: {
    readonly listen: string | null;
    readonly port: number;
    readonly tokenFile: string | null;
    readonly readOnly: boolean;
    readonly hosts: readonly string[];
  };
  /** `listen` is null where no proxy is served. */
  readonly proxy: ProxyConfig;
  /** Who is told when something is wrong; null where nobody is named. */
  readonly alerts: {
    readonly webhookUrl: string | null;
    readonly webhookSecretFile: string | null;
    readonly ntfyUrl: string | null;
    readonly ntfyTokenFile: string | null;
    readonly kinds: readonly AlertKind[];
    readonly repeatMs: number;
    readonly noSharesMs: number;
  };
  /** `url` is null where MQTT is not spoken; `id` is null for this computer's name. */
  readonly mqtt: {
    readonly url: string | null;
    readonly user: string | null;
    readonly passwordFile: string | null;
    readonly caFile: string | null;
    readonly id: string | null;
    readonly topicPrefix: string;
    readonly discovery: boolean;
    readonly discoveryPrefix: string;
    readonly readOnly: boolean;
    readonly everyMs: number;
    readonly ceilingForMs: number;
  };
  /** `to` is null where no shares are shipped. */
  readonly ship: {
    readonly to: Destination | null;
    readonly passwordFile: string | null;
    readonly tls: boolean;
    readonly caFile: string | null;
    readonly everyMs: number;
  };
  readonly logLevel: LogLevel;
  /** Whether the inputs of the decisions are recorded, and how much of the disk that may take. */
  readonly record: { readonly on: boolean; readonly maxMb: number };
  /** The file that it was read from. */
  readonly source: string;
}
