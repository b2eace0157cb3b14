// A board under the contract: the means to open drivers on one piece of hardware, and to see and change it behind their backs.

import type { Line, PowerBoard } from "../../hat/board.ts";

export interface Subject {
  /** Opens a driver. Several may be open on the same hardware. */
  open(options?: { readonly hold: boolean }): Promise<PowerBoard>;
  /** The true levels at the power lines. */
  pins(): Promise<readonly Line[]>;
  /** Switches a line as another program would, without any lock. */
  foreign(index: number, line: Line): Promise<void>;
  /** The board loses its supply and gets it back. */
  losePower(): Promise<void>;
  /** Holds a pin at a level. */
  stick(index: number, level: "high" | "low"): Promise<void>;
  dispose(): Promise<void>;
}

/** One whose transfers can be made to fail. */
export interface BusSubject extends Subject {
  /** Makes the next transfers fail. */
  failTransfers(count: number): void;
}
