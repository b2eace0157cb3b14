// Our programs as processes of the guest.

import { type ChildProcess, spawn } from "node:child_process";

export const HATCTL = "/app/dist/hatctl.cjs";
const FENCE_AGENT = "/app/dist/fence_clusterhat.cjs";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** A user without rights: root where none is named. */
  readonly uid?: number;
  readonly stdin?: string;
  /** It is killed with -9 so long after its start. */
  readonly killAfterMs?: number;
  /** It is killed with -9 as soon as this is so. */
  readonly killWhen?: () => boolean;
}

/** `node <script> <args>` to its end. */
export function run(
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { uid, stdin, killAfterMs, killWhen } = options;
  const child: ChildProcess = spawn(process.execPath, [script, ...args], {
    stdio: "pipe",
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const watch = killWhen && setInterval(() => killWhen() && child.kill("SIGKILL"), 10);
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

const KILLS = 8;
/** Of the time that one run takes: before it Node alone is at work. */
const FIRST_KILL_SHARE = 0.3;

/**
 * hatctl with these arguments once to its end; then 8 times, by turns with `status`, killed with -9 at different times of that
 * run, the last when it ends. Returns how many were killed: how fast the processor is decides over the others.
 */
export async function killedHatctls(board: string, ...args: string[]): Promise<string> {
  const started = performance.now();
  const whole = await hatctl(board, ...args);
  if (whole.code !== 0) throw new Error(whole.stderr);
  const wholeMs = performance.now() - started;
  let killed = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const share = FIRST_KILL_SHARE + ((1 - FIRST_KILL_SHARE) * kill) / KILLS;
    const command = kill % 2 === 0 ? args : ["status"];
    const { code } = await run(HATCTL, ["--board", board, ...command], {
      killAfterMs: wholeMs * share,
    });
    if (code === null) killed += 1;
  }
  if (killed === 0) throw new Error("all had ended before they were killed");
  return `${killed} of ${KILLS} killed, up to ${(wholeMs / 1000).toFixed(1)} s after their start`;
}

/** With patience for a processor that is emulated on a busy machine. */
export function hatctl(board: string, ...args: string[]): Promise<Ended> {
  return run(HATCTL, ["--board", board, "--timeout", "60000", ...args]);
}

/** The fence agent as Pacemaker calls it: parameters on stdin. */
export function fenceByStdin(parameters: Readonly<Record<string, string>>): Promise<Ended> {
  const stdin = Object.entries(parameters).map(([name, value]) => `${name}=${value}\n`);
  return run(FENCE_AGENT, [], { stdin: stdin.join("") });
}

/** The fence agent as medik8s calls it: parameters as arguments. */
export function fenceByArguments(parameters: Readonly<Record<string, string>>): Promise<Ended> {
  const args = Object.entries(parameters).map(([name, value]) => `--${name}=${value}`);
  return run(FENCE_AGENT, args);
}
