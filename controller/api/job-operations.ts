// The operations on jobs that anyone submits, for the API's description.

import { JOB_STATES, JOB_WAIT_MAX_MS, JOBS_LISTED_MAX } from "../shell/control-limits.ts";
import { NEW_JOB } from "./job-schemas.ts";
import type { Operation } from "./openapi.ts";

const JOBS_QUERY = {
  state: `only those in this state: ${JOB_STATES.join(", ")}`,
  limit: `the newest so many, up to ${JOBS_LISTED_MAX}: 20 if not told`,
};
const JOB_QUERY = {
  wait_ms: `answer when it is over, or after so long, up to ${JOB_WAIT_MAX_MS}: at once if not told`,
};

export const JOBS: readonly Operation[] = [
  {
    method: "post",
    path: "/api/v1/jobs",
    summary: "Have a range searched; 200 and the job as it is by now where the key was used for it",
    takes: NEW_JOB,
    header: ["Idempotency-Key", "1 to 128 visible characters: the same key is the same job"],
    creating: "Taken, and written down",
    schema: "Job",
  },
  {
    method: "get",
    path: "/api/v1/jobs",
    summary: "The jobs that are open or ended lately, the newest first",
    query: JOBS_QUERY,
  },
  {
    method: "get",
    path: "/api/v1/jobs/{job}",
    summary: "What became of a job",
    query: JOB_QUERY,
    schema: "Job",
  },
  {
    method: "delete",
    path: "/api/v1/jobs/{job}",
    summary: "Cancel a job; one that is over stays as it ended",
    takes: {},
    schema: "Job",
  },
];

export const JOB_PARAMETER = {
  name: "job",
  in: "path",
  required: true,
  description: "the id of a job",
  schema: { type: "string", pattern: "^[a-z0-9]{1,64}$" },
};

export function headerParameter([name, description]: readonly [string, string]) {
  return { name, in: "header", required: true, description, schema: { type: "string" } };
}
