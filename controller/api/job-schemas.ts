// Jobs that anyone submits, for the API's description.

import { JOB_STATES } from "../shell/control-limits.ts";

const nonce = { type: "integer", minimum: 0 };
const orNull = (schema: object) => ({ anyOf: [schema, { type: "null" }] });
const text = { type: "string" };
const number = { type: "number" };
const hex = (digits: number, description: string) => ({
  type: "string",
  pattern: `^[0-9a-fA-F]{${digits}}$`,
  description,
});
const limit = {
  ...orNull({ type: "integer", minimum: 1000 }),
  description:
    "it has failed after so long; of [jobs] time_limit_ms if not told, which is also the most",
};

const DUCO_S1_JOB = {
  type: "object",
  required: ["algorithm", "prefix", "target"],
  additionalProperties: false,
  properties: {
    algorithm: { const: "duco-s1" },
    prefix: hex(40, "what is hashed in front of the decimal nonce"),
    target: hex(40, "the SHA-1 to find"),
    from: { ...nonce, description: "0 if not told" },
    to: { ...nonce, description: "the last nonce to try; this or difficulty" },
    difficulty: { type: "integer", minimum: 1, description: "to is a hundred times it" },
    time_limit_ms: limit,
  },
};

const HEADER_JOB = {
  type: "object",
  required: ["algorithm", "header", "target"],
  additionalProperties: false,
  properties: {
    algorithm: { enum: ["sha256d", "scrypt"] },
    header: hex(152, "the 80 bytes that are hashed, less the nonce at their end"),
    target: hex(64, "the most that the hash may be, its highest digit first"),
    from: { ...nonce, description: "0 if not told" },
    to: {
      ...nonce,
      maximum: 2 ** 32 - 1,
      description: "the last nonce to try; 2^32 - 1 if not told",
    },
    time_limit_ms: limit,
  },
};

/** The body of POST /api/v1/jobs. */
export const NEW_JOB = { oneOf: [DUCO_S1_JOB, HEADER_JOB] };

export const JOB = {
  type: "object",
  required: ["id", "state", "algorithm", "target", "from", "to", "submitted_at"],
  properties: {
    id: text,
    state: { enum: JOB_STATES },
    waits_for: {
      enum: ["kernel", "worker", "turn", null],
      description:
        "why nobody searches it: no Zero has the kernel, none that has it may work, all have something else",
    },
    searched: { ...nonce, description: "nonces that were tried in vain" },
    progress: { ...number, description: "the same as a share of the range" },
    hashes: { ...nonce, description: "all that were done for it; some ranges more than once" },
    hashrate_hs: number,
    workers: { type: "array", items: text, description: "who searches it now" },
    left_ms: orNull(number),
    nonce: { ...orNull(nonce), description: "a solution, hashed once more by the controller" },
    found_by: orNull(text),
    why: { ...orNull(text), description: "why it failed or was cancelled" },
    algorithm: { enum: ["duco-s1", "sha256d", "scrypt"] },
    prefix: text,
    header: text,
    target: text,
    from: nonce,
    to: nonce,
    submitted_at: { type: "string", format: "date-time" },
    ended_at: orNull({ type: "string", format: "date-time" }),
  },
};
