// What the agent tells on stderr: one line each, with time and level, as the other fence agents do.

export interface Log {
  error(text: string): void;
  warning(text: string): void;
  /** Only where someone asked for it. */
  info(text: string): void;
}

export type Loudness = "quiet" | "normal" | "verbose";

/** Lines such as `2025-11-21 12:00:00,123 ERROR: Failed: ...`, in local time. */
export function createLog(loudness: Loudness, now: () => Date, write: (line: string) => void): Log {
  const tell = (level: string) => (text: string) => {
    write(`${stamp(now())} ${level}: ${text.trim().replaceAll(/\s*\n\s*/g, " ")}\n`);
  };
  const silent = () => {};
  return {
    error: loudness === "quiet" ? silent : tell("ERROR"),
    warning: loudness === "quiet" ? silent : tell("WARNING"),
    info: loudness === "verbose" ? tell("INFO") : silent,
  };
}

function stamp(at: Date): string {
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return `${day} ${time},${pad(at.getMilliseconds(), 3)}`;
}
