// A virtual Zero's software: one command as a child process in a process group of its own.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { startTimeOf } from "../process.ts";

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
  /** Names the running program, for a board that has to clean up after one that was killed. */
  readonly pidPath: string;
  /** Told when a file above cannot be written: the program runs all the same. */
  readonly onFault: (why: string) => void;
}

/**
 * Kills the process group that a pid file names (`<slot>.pid` in the board's directory), unless the pid is another process's
 * by now. For whoever outlives a board that had no chance to kill its Zeros. Never throws.
 */
export function killLeftover(pidPath: string): void {
  try {
    const left = JSON.parse(readFileSync(pidPath, "utf8")) as {
      pid: number;
      startTime: string | null;
    };
    if (left.startTime !== null && startTimeOf(left.pid) === left.startTime)
      process.kill(-left.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

function attempt<T>(options: CommandOptions, act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    options.onFault(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** A Launch that runs a command. */
export function commandLaunch(options: CommandOptions): Launch {
  return (onExit) => {
    const log = attempt(options, () => openSync(options.logPath, "a"));
    const child = spawn(options.command, [...options.args], {
      detached: true,
      stdio: ["ignore", log ?? "ignore", log ?? "ignore"],
      env: { ...process.env, ...options.env },
    });
    if (log !== null) closeSync(log);
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
    attempt(options, () =>
      writeFileSync(options.pidPath, JSON.stringify({ pid, startTime: startTimeOf(pid) })),
    );
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
