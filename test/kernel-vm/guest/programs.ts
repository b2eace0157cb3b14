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
/** Of the time that one run takes: before it Node alone is at work, and after it a faster run may have ended. */
const FIRST_KILL_SHARE = 0.3;
const LAST_KILL_SHARE = 0.9;

/**
 * hatctl with these arguments, and by turns `status`, killed 8 times with -9 at different times of what such a run takes.
 * Returns how many were killed: how even the processor is decides over the others.
 */
export async function killedHatctls(board: string, ...args: string[]): Promise<string> {
  const commands = [["status"], args];
  const takesMs: number[] = [];
  for (const command of commands) {
    const started = performance.now();
    const { code, stderr } = await hatctl(board, ...command);
    if (code !== 0) throw new Error(stderr);
    takesMs.push(performance.now() - started);
  }
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const share = FIRST_KILL_SHARE + ((LAST_KILL_SHARE - FIRST_KILL_SHARE) * kill) / (KILLS - 1);
    const which = kill % commands.length;
    const { code } = await run(HATCTL, ["--board", board, ...(commands[which] ?? [])], {
      killAfterMs: (takesMs[which] ?? 0) * share,
    });
    if (code === null) killed += 1;
  }
  if (killed === 0) throw new Error("all had ended before they were killed");
  const longestS = (Math.max(...takesMs) * LAST_KILL_SHARE) / 1000;
  return `${killed} of ${KILLS} killed, up to ${longestS.toFixed(1)} s after their start`;
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
