// Which process a pid stands for: pids are used again, so the start time belongs to the name.

import { existsSync, readFileSync } from "node:fs";

/** Field 22 of /proc/PID/stat. Null if there is no such process (or no /proc), or only its zombie. */
export function startTimeOf(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The command's name, field 2, may hold spaces and brackets: count from its last bracket. Field 3 is the state.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return fields[19] ?? null;
}

/** Whether a process is there that /proc keeps from us (hidepid, systemd's ProtectProc): another user's, which may not be signalled. */
export function isHidden(pid: number): boolean {
  if (existsSync(`/proc/${pid}`)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
