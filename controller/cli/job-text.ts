// Submitted jobs in words.

import type { JobStatus } from "../core/job-status.ts";
import { formatDuration } from "./duration.ts";
import { columns } from "./text-table.ts";

const WAITS_FOR: Readonly<Record<NonNullable<JobStatus["waits_for"]>, string>> = {
  kernel: "no Zero has a kernel for it: name the algorithm in `algorithms` of an agent.toml",
  worker: "no Zero that could search it is up and free to work",
  turn: "its turn: all workers have something else",
};

/** Of one that was found it would say little: pieces count when they were searched to their end. */
function percent({ progress, state }: JobStatus): string | null {
  if (state === "found") return null;
  // Never 100 before all of it was searched.
  return `${Math.floor(1000 * progress) / 10} %`;
}

function answer({ nonce, why, state, workers }: JobStatus): string {
  if (nonce !== null) return `nonce ${nonce}`;
  return why ?? (state === "running" ? workers.join(" ") : "");
}

/** One job, a line for each thing that there is to say. */
export function jobText(job: JobStatus): string {
  const { id, state, algorithm, from, to, hashes, hashrate_hs, workers, left_ms } = job;
  const rows: (readonly [string, string])[] = [
    ["job", id],
    ["state", job.why === null ? state : `${state} (${job.why})`],
    ["search", `${algorithm}, nonces ${from} to ${to}`],
    ["searched", [percent(job), `${hashes} hashes`].filter((part) => part !== null).join(", ")],
  ];
  if (job.nonce !== null) rows.push(["nonce", String(job.nonce)]);
  if (job.found_by !== null) rows.push(["found by", job.found_by]);
  if (workers.length > 0) rows.push(["workers", `${workers.join(" ")}, ${hashrate_hs} H/s`]);
  if (job.waits_for !== null) rows.push(["waits for", WAITS_FOR[job.waits_for]]);
  if (left_ms !== null) rows.push(["fails in", formatDuration(left_ms)]);
  rows.push(["submitted", job.submitted_at]);
  if (job.ended_at !== null) rows.push(["ended", job.ended_at]);
  return `${columns(rows).join("\n")}\n`;
}

/** A table; nothing where there is none. */
export function jobsText(jobs: readonly JobStatus[]): string {
  if (jobs.length === 0) return "";
  const rows = jobs.map((job) => [
    job.id,
    job.state,
    job.algorithm,
    percent(job) ?? "-",
    job.submitted_at,
    answer(job),
  ]);
  return `${columns([["JOB", "STATE", "ALGORITHM", "SEARCHED", "SUBMITTED", ""], ...rows]).join("\n")}\n`;
}
