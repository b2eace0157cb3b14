// What the schedules say for now. The shell computes it from the wall clock, which the core never sees.

export interface ScheduleReading {
  /** Whether the wall clock can be trusted; if not, the ceilings are those that were last known. */
  readonly clockSet: boolean;
  /** The ceilings that hold now, by the name of their schedule. */
  readonly ceilings: readonly { readonly name: string; readonly watts: number }[];
  /** Time until the next window opens or closes; null without schedules. */
  readonly nextEdgeMs: number | null;
  /** The windows that are open now. */
  readonly open: readonly string[];
}
