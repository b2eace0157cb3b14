// One line of the controller's log, as those who read it from outside get it.

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

export interface LogLine {
  /** Counts the lines of this run of the controller, from 1. */
  readonly n: number;
  /** Wall clock, ISO 8601. */
  readonly at: string;
  readonly level: LogLevelName;
  /** The stable name of what happened: "slot.state", "share.accepted", ... */
  readonly ev: string | null;
  readonly slot: string | null;
  readonly why: string | null;
  /** For people; null where `ev` and the details say it all. */
  readonly msg: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Which lines somebody wants: of this level or worse, and about this slot. */
export interface LogFilter {
  readonly level: LogLevelName | null;
  readonly slot: string | null;
}

/** pino's numbers: 10, 20, ... 60. */
const LEVEL_STEP = 10;

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A line as the logger wrote it; null where it is none of its lines. */
export function parseLogLine(n: number, text: string): LogLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { level, time, ev, slot, why, msg, ...detail } = value as Record<string, unknown>;
  const name = LOG_LEVELS[Math.round(Number(level) / LEVEL_STEP) - 1];
  if (name === undefined) return null;
  return {
    n,
    at: textOf(time) ?? "",
    level: name,
    ev: textOf(ev),
    slot: textOf(slot),
    why: textOf(why),
    msg: textOf(msg),
    detail,
  };
}

export function isWanted(line: LogLine, { level, slot }: LogFilter): boolean {
  const isHighEnough =
    level === null || LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level);
  return isHighEnough && (slot === null || line.slot === slot);
}
