// What a submitted job must look like. What is wrong is said by field.

import * as v from "valibot";
import type { OrderSpec } from "../core/order.ts";

/** Kernels count in doubles. */
const NONCE_MAX = Number.MAX_SAFE_INTEGER;
const HEADER_NONCE_MAX = 2 ** 32 - 1;
/** Of DUCO-S1, where a solution lies between 0 and a hundred times the difficulty. */
const NONCES_PER_DIFFICULTY = 100;
const LIMIT_MIN_MS = 1000;

const hex = (digits: number, what: string) =>
  v.pipe(
    v.string(`expected ${what}`),
    v.regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `expected ${what}`),
    v.toLowerCase(),
  );
const whole = (most: number, least = 0) => {
  const message = `expected a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};
const limit = v.optional(v.nullable(whole(NONCE_MAX, LIMIT_MIN_MS)), null);

const ducoS1 = v.strictObject({
  algorithm: v.literal("duco-s1"),
  prefix: hex(40, "40 hex digits: the last block's hash"),
  target: hex(40, "40 hex digits: the SHA-1 to find"),
  from: v.optional(whole(NONCE_MAX), 0),
  to: v.optional(whole(NONCE_MAX)),
  difficulty: v.optional(whole(NONCE_MAX / NONCES_PER_DIFFICULTY, 1)),
  time_limit_ms: limit,
});
const header = v.strictObject({
  algorithm: v.picklist(["sha256d", "scrypt"]),
  header: hex(152, "152 hex digits: the 80 bytes of the header less the nonce at their end"),
  target: hex(64, "64 hex digits: the most that the hash may be, its highest digit first"),
  from: v.optional(whole(HEADER_NONCE_MAX), 0),
  to: v.optional(whole(HEADER_NONCE_MAX), HEADER_NONCE_MAX),
  time_limit_ms: limit,
});
const form = v.variant("algorithm", [ducoS1, header], "expected duco-s1, sha256d or scrypt");

export interface Asked {
  readonly spec: Omit<OrderSpec, "id">;
  /** Null where the submitter leaves it to the configuration. */
  readonly limitMs: number | null;
}

export type Parsed =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly error: string };

/** Targets are shown with their highest digit first, and compared as the digest is: lowest byte first. */
export function reversedBytes(hexText: string): string {
  return Buffer.from(hexText, "hex").reverse().toString("hex");
}

function wrong(error: string): Parsed {
  return { ok: false, error };
}

function ducoSpec(given: v.InferOutput<typeof ducoS1>): Parsed {
  const { prefix, target, from, difficulty, time_limit_ms: limitMs } = given;
  if ((given.to === undefined) === (difficulty === undefined)) {
    return wrong("to: expected the last nonce, or difficulty in place of it");
  }
  const to = given.to ?? NONCES_PER_DIFFICULTY * (difficulty ?? 0);
  if (to < from) return wrong(`to: ${to} is below from, ${from}`);
  return { ok: true, asked: { spec: { algorithm: "duco-s1", prefix, target, from, to }, limitMs } };
}

/** Checks the body of a request. */
export function parseOrder(body: unknown): Parsed {
  const parsed = v.safeParse(form, body);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue) ?? "body";
    const strange = issue.type === "strict_object" && issue.expected === "never";
    return wrong(`${path}: ${strange ? "no such field" : issue.message}`);
  }
  const given = parsed.output;
  if (given.algorithm === "duco-s1") return ducoSpec(given);
  const { algorithm, header: prefix, from, to, time_limit_ms: limitMs } = given;
  if (to < from) return wrong(`to: ${to} is below from, ${from}`);
  const target = reversedBytes(given.target);
  return { ok: true, asked: { spec: { algorithm, prefix, target, from, to }, limitMs } };
}
