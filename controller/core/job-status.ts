// What is told of a job that somebody submitted: the shape that the API, the CLI and the docs share.

import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { OrderEnd } from "./order.ts";
import type { OrderView } from "./order-view.ts";

export interface JobStatus extends Omit<OrderView, "state" | "left_ms"> {
  readonly id: string;
  readonly state: OrderView["state"] | OrderEnd["outcome"];
  /** Of its time limit; null once it is over. */
  readonly left_ms: number | null;
  /** The share of the range that was searched in vain, 0 to 1. */
  readonly progress: number;
  /** A solution, hashed once more by the controller, and the worker that found it. */
  readonly nonce: number | null;
  readonly found_by: string | null;
  /** Why it failed or was cancelled. */
  readonly why: string | null;
  readonly algorithm: Algorithm;
  /** Of DUCO-S1. */
  readonly prefix?: string;
  /** Of the others. */
  readonly header?: string;
  readonly target: string;
  readonly from: number;
  readonly to: number;
  /** Wall clock, ISO 8601. */
  readonly submitted_at: string;
  readonly ended_at: string | null;
}

/** How many jobs are in each state, of those that are kept. */
export type JobCounts = Readonly<Record<JobStatus["state"], number>>;
