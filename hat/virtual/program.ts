// A virtual Zero's software: one command as a child process in a process group of its own.

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface Program {
  readonly pid: number;
  /** To the whole group, so that what the program started is hit as well. */
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
}

/** Starts the software. `onExit` comes once: the exit code, or null if a signal ended it or it could not be started. */
export type Launch = (onExit: (code: number | null) => void) => Program | null;

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Gets what the program prints. */
  readonly logPath: string;
}

/** A Launch that runs a command. */
export function commandLaunch(options: CommandOptions): Launch {
  return (onExit) => {
    const log = openSync(options.logPath, "a");
    const child = spawn(options.command, [...options.args], {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...options.env },
    });
    closeSync(log);
    let ended = false;
    const end = (code: number | null) => {
      if (ended) return;
      ended = true;
      onExit(code);
    };
    child.once("exit", end);
    child.once("error", () => end(null));
    const pid = child.pid;
    if (pid === undefined) return null;
    return {
      pid,
      signal: (signal) => {
        try {
          process.kill(-pid, signal);
        } catch {
          // The group is gone already.
        }
      },
    };
  };
}
