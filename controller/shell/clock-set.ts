// Whether the wall clock may be believed. A Pi has no clock of its own: until the network has told it, the time is that of its
// last shutdown, or 1970. Node has no call for what the kernel knows of it (adjtimex), so files must do.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** This was written later: an earlier clock is wrong, whatever the files say. */
const EARLIEST_MS = Date.UTC(2026, 10, 1);

export interface ClockSigns {
  /** One of these is there when somebody vouches for the clock. */
  readonly files: readonly string[];
  /** Where the kernel lists its battery-backed clocks. */
  readonly rtcDir: string;
}

const SIGNS: ClockSigns = {
  // The first is touched by systemd-timesyncd; the second is for any other way to know (docs/schedules.md).
  files: ["/run/systemd/timesync/synchronized", "/run/zerorig-clock-set"],
  rtcDir: "/sys/class/rtc",
};

/** Whether somebody vouches for this time: a file says so, or the kernel took it from a battery-backed clock at boot. */
export function isClockSet(wall: Date, { files, rtcDir }: ClockSigns = SIGNS): boolean {
  if (wall.getTime() < EARLIEST_MS) return false;
  return files.some((file) => existsSync(file)) || tookFromRtc(rtcDir);
}

function tookFromRtc(dir: string): boolean {
  try {
    const flags = readdirSync(dir).map((name) => join(dir, name, "hctosys"));
    return flags.some((flag) => existsSync(flag) && readFileSync(flag, "utf8").trim() === "1");
  } catch {
    return false; // no such clock
  }
}
