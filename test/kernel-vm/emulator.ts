// One run of an emulated machine: from power on until it powers itself off, with all that its serial console showed.

import { type ChildProcess, spawn } from "node:child_process";
import { setPriority } from "node:os";

export interface Machine {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the program is started by another, the arguments that come first. */
  readonly command?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** It is ended then, and has failed. */
  readonly limitMs: number;
  /** All its processors by one thread, as counting instructions wants it. */
  readonly isSingle?: boolean;
  /** Ends it at once, as a loss of power would. */
  readonly stop?: AbortSignal;
  /** Leaves the processor to others where it is short: nothing in this machine depends on time. */
  readonly isPatient?: boolean;
  /** Told of each piece of console text as it comes. */
  readonly onText?: (text: string) => void;
}

export interface Run {
  readonly consoleText: string;
  /** 0 when the guest powered itself off. */
  readonly code: number | null;
  readonly wallMs: number;
  /** What the emulator itself had to say. */
  readonly complaint: string;
}

const PATIENT_NICENESS = 10;
const running = new Set<ChildProcess>();

/** Never leaves an emulator behind, however we end. */
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(1));
}

/** Always rejects hardware virtualisation: /dev/kvm may be there and not work, and a Pi's processor needs emulation anyway. */
export function runMachine(machine: Machine): Promise<Run> {
  const started = performance.now();
  const common = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"];
  const command = machine.command ?? [];
  const args = [
    ...command,
    ...common,
    "-accel",
    `tcg,thread=${machine.isSingle ? "single" : "multi"}`,
    "-serial",
    "stdio",
    ...machine.args,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(machine.program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...machine.env },
    });
    running.add(child);
    if (machine.isPatient && child.pid !== undefined) setPriority(child.pid, PATIENT_NICENESS);
    const timer = setTimeout(() => child.kill("SIGKILL"), machine.limitMs);
    machine.stop?.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
    let consoleText = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      consoleText += text;
      machine.onText?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ consoleText, code, wallMs: performance.now() - started, complaint });
    });
  });
}
