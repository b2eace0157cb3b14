// Tells the service manager that we are up, and that our loop still turns. Node has no datagram sockets of the local kind,
// so systemd's own program carries the words.

import { spawn } from "node:child_process";

/** Two signs of life in a row may be lost. */
const SIGNS_PER_LIMIT = 3;
const USEC_PER_MS = 1000;
/** A carrier that takes longer is ended, where no interval says so. */
const CARRY_LIMIT_MS = 10_000;

/** Carries one notice. Calls back with null, or with why it did not get there. */
export type Carry = (notice: string, done: (fault: string | null) => void) => void;

export interface NoticeOptions {
  /** Null where nobody watches: then only readiness is told. */
  readonly intervalMs: number | null;
  readonly now: () => number;
  readonly carry: Carry;
  /** Told once why notices do not get there. */
  readonly onFault: (why: string) => void;
}

export class ServiceNotice {
  readonly #options: NoticeOptions;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isUnderWay = false;
  #hasFailed = false;

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  /** How long the loop may sleep so that no sign of life is late; null: as long as it likes. */
  get intervalMs(): number | null {
    return this.#options.intervalMs;
  }

  /** The start is over. */
  ready(): void {
    this.#toldAt = this.#options.now();
    this.#tell("READY=1");
  }

  /** To be called when the loop has turned and decided, and never by a timer of its own. */
  turned(): void {
    const { intervalMs, now } = this.#options;
    if (intervalMs === null || this.#isUnderWay || now() < this.#toldAt + intervalMs) return;
    this.#toldAt = now();
    this.#tell("WATCHDOG=1");
  }

  #tell(notice: string): void {
    this.#isUnderWay = true;
    this.#options.carry(notice, (fault) => {
      this.#isUnderWay = false;
      if (fault === null || this.#hasFailed) return;
      this.#hasFailed = true;
      this.#options.onFault(fault);
    });
  }
}

/**
 * The notice for the service manager that started us; null where none did, or where it wants to hear nothing. Takes its variables
 * out of `env`, for what we start is not to speak in our name.
 */
export function serviceNotice(
  env: NodeJS.ProcessEnv,
  onFault: (why: string) => void,
): ServiceNotice | null {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env;
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete env[name];
  if (socket === undefined) return null;
  const limitMs = pid === undefined || pid === String(process.pid) ? Number(usec) / USEC_PER_MS : 0;
  const intervalMs = limitMs > 0 ? limitMs / SIGNS_PER_LIMIT : null;
  return new ServiceNotice({
    intervalMs,
    now: () => performance.now(),
    carry: carrier(socket, intervalMs ?? CARRY_LIMIT_MS),
    onFault,
  });
}

function carrier(socket: string, limitMs: number): Carry {
  return (notice, done) => {
    const child = spawn("systemd-notify", [notice], {
      env: { PATH: process.env["PATH"], NOTIFY_SOCKET: socket },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: limitMs,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.once("error", (error) => done(`systemd-notify: ${error.message}`));
    child.once("close", (code, signal) => {
      if (code === 0) done(null);
      else done(`systemd-notify ended with ${code ?? signal}: ${said.trim()}`);
    });
  };
}
