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

/** Of the time that one run takes: before the first Node alone is at work. */
const KILL_SHARES = [0.3, 0.5, 0.7, 0.85];
/** For each kill; in the others the program had ended before it. */
const KILL_TRIES = 6;

/**
 * hatctl with these arguments, and by turns `status`, killed with -9 at four different times of what such a run takes. A run
 * that ends before its kill says anew how long one takes, and the kill is tried again: an emulated processor on a busy
 * machine is not even. Returns how many runs were killed, and how many had ended. Throws where a run failed, or a kill was
 * never in time.
 */
export async function killedHatctls(board: string, ...args: string[]): Promise<string> {
  let takesMs = (await attempt(board, args)).tookMs;
  let latestMs = 0;
  let ended = 0;
  for (const [kill, share] of KILL_SHARES.entries()) {
    const command = kill % 2 === 0 ? ["status"] : args;
    for (let tries = 1; ; tries += 1) {
      const killAfterMs = takesMs * share;
      const { isKilled, tookMs } = await attempt(board, command, killAfterMs);
      latestMs = isKilled ? Math.max(latestMs, killAfterMs) : latestMs;
      if (isKilled) break;
      ended += 1;
      takesMs = tookMs;
      if (tries === KILL_TRIES) throw new Error(`ended ${tries} times before it was killed`);
    }
  }
  const late = ended === 0 ? "" : `; ${ended} had ended before their kill`;
  return `${KILL_SHARES.length} killed, up to ${(latestMs / 1000).toFixed(1)} s after their start${late}`;
}

interface Attempt {
  readonly isKilled: boolean;
  readonly tookMs: number;
}

/** One run of hatctl, which is killed or succeeds. Throws where it failed. */
async function attempt(
  board: string,
  args: readonly string[],
  killAfterMs?: number,
): Promise<Attempt> {
  const started = performance.now();
  const options = killAfterMs === undefined ? {} : { killAfterMs };
  const { code, stderr } = await run(HATCTL, [...addressed(board), ...args], options);
  const isKilled = code === null && killAfterMs !== undefined;
  if (code !== 0 && !isKilled) throw new Error(`hatctl ended with ${code}: ${stderr}`);
  return { isKilled, tookMs: performance.now() - started };
}

/** With patience for a processor that is emulated on a busy machine. */
export function hatctl(board: string, ...args: string[]): Promise<Ended> {
  return run(HATCTL, [...addressed(board), ...args]);
}

function addressed(board: string): readonly string[] {
  return ["--board", board, "--timeout", "60000"];
}

/** To open the board: 5 s were too short once, on an emulated processor that another had to share. */
const PATIENCE_S = "60";

/** The fence agent as Pacemaker calls it: parameters on stdin. */
export function fenceByStdin(parameters: Readonly<Record<string, string>>): Promise<Ended> {
  const stdin = Object.entries({ login_timeout: PATIENCE_S, ...parameters }).map(
    ([name, value]) => `${name}=${value}\n`,
  );
  return run(FENCE_AGENT, [], { stdin: stdin.join("") });
}

/** The fence agent as medik8s calls it: parameters as arguments. */
export function fenceByArguments(parameters: Readonly<Record<string, string>>): Promise<Ended> {
  const given = { "login-timeout": PATIENCE_S, ...parameters };
  const args = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
  return run(FENCE_AGENT, args);
}
