// What the composition root hands to the controller.

import type { Logger } from "pino";
import type { PowerBoard } from "../../hat/board.ts";
import type { ControllerConfig } from "../config/config.ts";
import type { RigEvent } from "../core/status.ts";
import type { Surroundings } from "../core/view.ts";
import type { MinersReport } from "../pools/stratum-server/report.ts";
import type { AddressProbe } from "./address-probe.ts";
import type { BalanceSide } from "./balance-lane.ts";
import type { Clock } from "./clock.ts";
import type { ControlReply, PastRequest } from "./control-protocol.ts";
import type { FanParts } from "./fan-lane.ts";
import type { LogRing } from "./log-ring.ts";
import type { PoolSide } from "./pool-finder.ts";
import type { ReloadParts } from "./reload.ts";
import type { LaneParts, SeatLane } from "./seat-lane.ts";
import type { Store } from "./store.ts";

/** What the composition root hands in. */
export interface Parts {
  readonly config: ControllerConfig;
  /** Where that came from, to be asked again at a reload. */
  readonly source: Pick<ReloadParts, "settings" | "load">;
  readonly clock: Clock;
  /** Whether this time of the wall clock may be believed. */
  readonly isClockSet: (wall: Date) => boolean;
  readonly log: Logger;
  readonly ring: LogRing;
  readonly board: PowerBoard;
  readonly addressProbe: AddressProbe;
  /** Null where no fan is configured. */
  readonly fan: FanParts | null;
  readonly store: Store;
  readonly openLane: (parts: LaneParts) => SeatLane;
  readonly pools: PoolSide;
  /** Those of the other goals, where the hashing is split. */
  readonly otherPools: readonly PoolSide[];
  /** Null where the balance is not looked at. */
  readonly balance: BalanceSide | null;
  /** The ordinary miners beside the Zeros. */
  readonly miners: () => MinersReport;
  readonly hostWorkerScript: URL;
  /** The agents' program that came with this controller. */
  readonly agentProgram: string;
  readonly version: string;
  /** Answers what is asked of the past. */
  readonly past: (request: PastRequest) => ControlReply;
  /** What else is shown of the rig; absent where nothing is. */
  readonly beside?: () => Partial<Surroundings>;
  readonly onEvent: (event: RigEvent) => void;
  /** Told of each turn of the loop that judged. */
  readonly onTick: () => void;
}
