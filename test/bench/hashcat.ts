// The program hashcat, where it is installed with an OpenCL for the processor: its SHA-1 of salt and digits.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Contestant } from "./contestant.ts";

const run = promisify(execFile);
/** Of /proc/PID/stat, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Its first status lines are of the time in which it finds its pace. */
const SKIPPED_LINES = 2;
const COUNTED_LINES = 4;
/** To compile its kernel for a width it never ran at takes more than a minute. */
const LIMIT_MS = 300_000;
const WIDTHS = [4, 8, 16] as const;
const AVX2_WIDTHS = [4, 8] as const;

function arguments_(width: number): string[] {
  return [
    // Mode 120 is SHA-1 of salt and password; -O takes the kernel for short ones. No digits give this digest.
    ...["-m", "120", "-O", "-a", "3", "--backend-vector-width", `${width}`],
    ...["--potfile-disable", "--logfile-disable", "--restore-disable", "--self-test-disable"],
    ...["--status", "--status-json", "--status-timer", "1", "--session", `zerorig-${process.pid}`],
    "0000000000000000000000000000000000000001:c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "?d".repeat(12),
  ];
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // Behind the name, which may hold blanks: fields 3 and on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

interface Point {
  readonly hashes: number;
  readonly cpu: number;
}

/** What it says each second: how far it is, and what that cost. */
async function* points(child: ChildProcess): AsyncGenerator<Point> {
  if (child.stdout === null || child.pid === undefined) return;
  for await (const line of createInterface({ input: child.stdout })) {
    const json = /\{ "session".*\}/.exec(line)?.[0];
    if (json === undefined) continue;
    const { status, progress } = JSON.parse(json) as { status: number; progress: number[] };
    const RUNNING = 3;
    if (status === RUNNING) yield { hashes: progress[0] ?? 0, cpu: cpuSeconds(child.pid) };
  }
}

async function sample(width: number, env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn("hashcat", arguments_(width), { stdio: ["ignore", "pipe", "ignore"], env });
  const limit = setTimeout(() => child.kill(), LIMIT_MS);
  const seen: Point[] = [];
  for await (const point of points(child)) {
    seen.push(point);
    if (seen.length > SKIPPED_LINES + COUNTED_LINES) break;
  }
  clearTimeout(limit);
  child.kill();
  const first = seen[SKIPPED_LINES];
  const last = seen.at(-1);
  if (first === undefined || last === undefined || last.cpu <= first.cpu) return Number.NaN;
  return (last.hashes - first.hashes) / (last.cpu - first.cpu);
}

/** Whether hashcat is installed, and finds an OpenCL to run with. */
async function runs(env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    return (await run("hashcat", ["-I"], { env })).stdout.includes("Backend Device ID");
  } catch {
    return false;
  }
}

/** An environment in which a program takes this processor for one without AVX-512; null where that cannot be, or is so anyway. */
async function withoutAvx512(): Promise<NodeJS.ProcessEnv | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  if (!readFileSync("/proc/cpuinfo", "latin1").includes(" avx512f ")) return null;
  const dir = mkdtempSync(join(tmpdir(), "zerorig-bench-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  const library = join(dir, "without-avx512.so");
  const source = join(import.meta.dirname, "without-avx512.c");
  try {
    await run("g++", ["-x", "c", "-O1", "-shared", "-fPIC", "-o", library, source]);
  } catch {
    return null;
  }
  const env = { ...process.env, LD_PRELOAD: library };
  return (await runs(env)) ? env : null;
}

/** None where hashcat is not installed, or finds no OpenCL. With AVX-512 there, also as it would run on a processor with AVX2 alone. */
export async function hashcatContestants(): Promise<Contestant[]> {
  if (!(await runs(process.env))) return [];
  const avx2 = await withoutAvx512();
  const of = (width: number, env: NodeJS.ProcessEnv, key: string, what: string): Contestant => ({
    key: `hashcat_w${width}${key}`,
    label: `hashcat -m 120 -O, width ${width}${what}`,
    sample: () => sample(width, env),
  });
  const own = WIDTHS.map((width) => of(width, process.env, "", ""));
  if (avx2 === null) return own;
  return [...own, ...AVX2_WIDTHS.map((width) => of(width, avx2, "_avx2", ", AVX2 alone"))];
}
