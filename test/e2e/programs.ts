// The project's real programs as child processes, and what they print.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll } from "vitest";

export const DIST = join(import.meta.dirname, "../../dist");

export const ZERORIG = join(DIST, "zerorig.mjs");
export const HATCTL = join(DIST, "hatctl.cjs");
export const FENCE_CLUSTERHAT = join(DIST, "fence_clusterhat.cjs");
export const ZERO_AGENT = join(DIST, "zero-agent.cjs");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  out(): string;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<Program>();

afterAll(async () => {
  const left = [...running];
  for (const program of left) program.kill("SIGKILL");
  await Promise.all(left.map(({ ended }) => ended));
});

/** Starts `node <script> <args>`. What still runs at the end of its file is killed: tests of one file may run side by side. */
export function start(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Program {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      running.delete(program);
      resolve({ code, signal, stdout, stderr });
    });
  });
  const program: Program = {
    process: child,
    pid: child.pid ?? -1,
    ended,
    out: () => stdout,
    kill: (signal) => child.kill(signal),
  };
  running.add(program);
  return program;
}

/** Runs a program to its end. */
export function run(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return start(script, args, env).ended;
}

/** Polls until the condition holds; the limit is for a machine that is busy, not a measure of speed. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  limitMs = 60_000,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
