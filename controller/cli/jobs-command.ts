// `zerorig submit`, `jobs` and `job`: work that anyone has searched.

import { randomUUID } from "node:crypto";
import type { JobStatus } from "../core/job-status.ts";
import { parseOrder } from "../shell/order-form.ts";
import { ask } from "./control-client.ts";
import { formatDuration } from "./duration.ts";
import { CliError } from "./error.ts";
import { EXIT } from "./exit-codes.ts";
import { jobsText, jobText } from "./job-text.ts";
import { startProgress } from "./progress.ts";
import type { ControlOptions } from "./slot-commands.ts";

/** `--wait` without a time. */
const WAIT_MS = 24 * 3_600_000;
/** Between two looks: short, so that the bar moves. */
const LOOK_MS = 1000;

interface Waits {
  /** True without a time of its own. */
  readonly wait?: number | true;
}

export interface SubmitOptions extends ControlOptions, Waits {
  readonly prefix?: string;
  readonly header?: string;
  readonly target: string;
  readonly from?: number;
  readonly to?: number;
  readonly difficulty?: number;
  readonly limit?: number;
  readonly key?: string;
}

export interface JobOptions extends ControlOptions, Waits {
  readonly cancel: boolean;
}

export interface JobsOptions extends ControlOptions {
  readonly state?: JobStatus["state"];
  readonly limit: number;
}

/** Submits a job. Throws a CliError; what is wrong in the job is said by option before anybody is asked. */
export async function submitJob(algorithm: string, options: SubmitOptions): Promise<number> {
  const { socket, timeout, json, wait } = options;
  const { prefix, header, target, from, to, difficulty, limit, key = randomUUID() } = options;
  const given = { prefix, header, target, from, to, difficulty, time_limit_ms: limit };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  const job = { algorithm, ...Object.fromEntries(named) };
  const parsed = parseOrder(job);
  if (!parsed.ok) {
    const error = parsed.error.replace("time_limit_ms", "limit");
    throw new CliError("usage", `--${error}`, "`zerorig submit --help` names what each needs.");
  }
  const taken = await ask(socket, { verb: "submit", key, job }, timeout);
  if (!taken.is_new) process.stderr.write(`the key was used for this job: ${taken.job.id}\n`);
  if (wait === undefined) return print(taken.job, json);
  return printEnd(await waitFor(taken.job, options, wait), json);
}

export async function listJobs({ socket, timeout, json, state, limit }: JobsOptions) {
  const { jobs } = await ask(socket, { verb: "jobs", state: state ?? null, limit }, timeout);
  process.stdout.write(json ? `${JSON.stringify({ jobs })}\n` : jobsText(jobs));
  if (jobs.length === 0 && !json) process.stderr.write("no such jobs\n");
}

export async function showJob(id: string, options: JobOptions): Promise<number> {
  const { socket, timeout, json, cancel, wait } = options;
  const { job } = cancel
    ? await ask(socket, { verb: "cancel-job", id, reason: "" }, timeout)
    : await ask(socket, { verb: "job", id, waitMs: 0 }, timeout);
  if (wait === undefined) return print(job, json);
  return printEnd(await waitFor(job, options, wait), json);
}

function print(job: JobStatus, json: boolean): number {
  process.stdout.write(json ? `${JSON.stringify(job)}\n` : jobText(job));
  return EXIT.done;
}

/** A job that is over: whoever asks a program wants to know whether there is an answer. */
function printEnd(job: JobStatus, json: boolean): number {
  print(job, json);
  return job.state === "found" ? EXIT.done : EXIT.failed;
}

/** Asks until the job is over. Throws a CliError after that time. */
async function waitFor(
  first: JobStatus,
  { socket, timeout }: ControlOptions,
  wait: number | true,
): Promise<JobStatus> {
  const limitMs = wait === true ? WAIT_MS : wait;
  const startedAt = performance.now();
  const passedMs = () => performance.now() - startedAt;
  const progress = startProgress(
    () => `${formatDuration(passedMs())} of ${formatDuration(limitMs)}`,
    `The job goes on all the same; \`zerorig job ${first.id}\` says how far it is, with --cancel it ends.`,
  );
  try {
    for (let job = first; ; ) {
      if (job.ended_at !== null) return job;
      const leftMs = Math.round(limitMs - passedMs());
      if (leftMs <= 0) throw late(job, limitMs);
      const text = job.waits_for === null ? job.workers.join(" ") : `waits for a ${job.waits_for}`;
      progress.show({ done: Math.floor(100 * job.progress), of: 100, text });
      const waitMs = Math.min(LOOK_MS, leftMs);
      ({ job } = await ask(socket, { verb: "job", id: job.id, waitMs }, timeout + waitMs));
    }
  } finally {
    progress.end();
  }
}

function late({ id, state }: JobStatus, limitMs: number): CliError {
  const what = `${id} is ${state} after ${formatDuration(limitMs)}`;
  return new CliError("unreachable", what, `It goes on; \`zerorig job ${id} --wait\` waits on.`);
}
