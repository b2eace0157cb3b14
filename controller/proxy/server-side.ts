// What the proxy needs of the controller.

import type { RigState } from "../core/state.ts";
import type { Clock } from "../shell/clock.ts";
import type { UsageParts } from "./usage.ts";

export interface ProxySide {
  readonly clock: Clock;
  rig(): RigState;
  /** Tells the core of a demand. */
  readonly post: UsageParts["post"];
  warn(ev: string, detail: Readonly<Record<string, string>>): void;
}
