// How an engine begins, in a process of its own: when it is warm, and what a small job costs with all its set-up.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { kernelByName } from "../../zero-agent/kernels/all.ts";
import type { Kernel } from "../../zero-agent/kernels/kernel.ts";
import { median } from "./contestant.ts";
import { searching } from "./duco-s1.ts";

/** What of the full rate counts as warm. */
const WARM_SHARE = 0.8;
const WINDOW_MS = 10;
const PIECE = 2000;
const MEASURED_MS = 1500;
/** All nonces of a job of difficulty 10. */
const SMALL_NONCES = 1001;
const SMALL_JOBS = 50;
const SMALL_BATCHES = 21;

export interface Start {
  readonly engine: string;
  /** CPU time of all threads, V8's compilers among them, from the first search until 8 tenths of the full rate are reached. */
  readonly warmMs: number;
  /** CPU time of a job of difficulty 10, each new and searched whole; and what so many hashes take at the full rate. */
  readonly smallJobMs: number;
  readonly hashingMs: number;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** In batches, for one is too short for the clock of CPU time. */
function smallJobMs({ search }: Kernel): number {
  const target = "0".repeat(40);
  const batches = Array.from({ length: 2 * SMALL_BATCHES }, () => {
    const prefixes = Array.from({ length: SMALL_JOBS }, () => randomBytes(20).toString("hex"));
    const begun = cpuMs();
    for (const prefix of prefixes) {
      search({ algorithm: "duco-s1", prefix, target }, 0, SMALL_NONCES - 1, SMALL_NONCES);
    }
    return (cpuMs() - begun) / SMALL_JOBS;
  });
  // By the second half V8 has compiled what sets a job up, too.
  return median(batches.slice(SMALL_BATCHES));
}

function measure(kernel: Kernel): Start {
  const work = searching(kernel.search.bind(kernel));
  const begun = cpuMs();
  const windows: { readonly endMs: number; readonly rate: number }[] = [];
  for (let from = begun; from - begun < MEASURED_MS; ) {
    let hashes = 0;
    let now = from;
    while (now - from < WINDOW_MS) {
      work(PIECE);
      hashes += PIECE;
      now = cpuMs();
    }
    windows.push({ endMs: now - begun, rate: hashes / (now - from) });
    from = now;
  }
  const full = median(windows.slice(windows.length / 2).map(({ rate }) => rate));
  const warm = windows.find(({ rate }) => rate >= WARM_SHARE * full);
  return {
    engine: kernel.name,
    warmMs: warm?.endMs ?? Number.NaN,
    smallJobMs: smallJobMs(kernel),
    hashingMs: SMALL_NONCES / full,
  };
}

/** Measures one engine in a fresh process. */
export async function startOf(engine: string): Promise<Start> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), engine];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Start;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kernel = kernelByName(process.argv[2] ?? "");
  if (kernel === undefined) throw new Error(`no engine ${process.argv[2]} here`);
  process.stdout.write(JSON.stringify(measure(kernel)));
}
