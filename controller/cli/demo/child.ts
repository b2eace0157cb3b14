// One program that the demo starts. Its stdin is a pipe: when this process dies, however it dies, that pipe closes.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Child {
  readonly name: string;
  readonly ended: Promise<Ending>;
  readonly #logPath: string;
  readonly #process: ChildProcess;

  /** Starts `node <args>`; what it prints goes to the file at `logPath`. */
  constructor(name: string, args: readonly string[], logPath: string) {
    this.name = name;
    this.#logPath = logPath;
    const log = openSync(logPath, "a", 0o600);
    this.#process = spawn(process.execPath, args, {
      stdio: ["pipe", log, log],
      // A group of its own, so that the terminal's Ctrl-C reaches us alone, and we stop it in order.
      detached: true,
      env: cleanEnvironment(process.env),
    });
    closeSync(log);
    this.#process.stdin?.on("error", () => {});
    this.ended = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => resolve({ code, signal }));
      this.#process.once("error", () => resolve({ code: null, signal: null }));
    });
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Asks it to stop; kills it when it takes longer than `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    if (this.running) this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** The last that it said to people, which is where a program tells why it stopped, and what to do about it; or "". */
  lastWords(): string {
    const lines = readFileSync(this.#logPath, "utf8").trim().split("\n");
    const at = lines.findLastIndex((line) => /^[a-z-]+: /.test(line));
    if (at === -1) return "";
    // The remedy is the line after the error; what else may follow is the log's JSON, or a stack trace.
    const [error = "", next = ""] = lines.slice(at);
    return /^[^\s{]/.test(next) ? `${error}; ${next}` : error;
  }
}

/** "exit code 2", "signal SIGKILL": for messages. */
export function endingText({ code, signal }: Ending): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? "it could not be started" : `exit code ${code}`;
}

/** The demo's rig is told everything by its files: the user's own overrides are for the user's own rig. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => name === "ZERORIG_DEBUG" || !/^(ZERORIG|ZERO_AGENT)_/.test(name),
  );
  return Object.fromEntries(kept);
}
