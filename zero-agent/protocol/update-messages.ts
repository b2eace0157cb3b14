// The messages by which a Zero's agent is brought up to date over the link, and given another key. A program goes by its SHA-256.

import * as v from "valibot";
import { count, hex, text } from "./fields.ts";

/** The largest program that is taken. */
export const BUNDLE_BYTES_MAX = 4_194_304;
/** Of the program in one message: in base64 it fits into a frame, with room to spare. */
export const CHUNK_BYTES_MAX = 32_768;
/** Between two chunks to one Zero: 20 a second, so that its questions for them stay far below what a link may carry. */
export const CHUNK_EVERY_MS = 50;

const sha256 = hex(64);
const why = text(256);
/** Four characters for each three bytes begun. */
const base64 = v.pipe(
  v.string(),
  v.maxLength(Math.ceil(CHUNK_BYTES_MAX / 3) * 4),
  v.regex(/^[A-Za-z0-9+/]+={0,2}$/),
);

/** A program, who signed it (an ed25519 key and its signature), and that the controller vouches for that key: signing.ts. */
export const offer = v.strictObject({
  type: v.literal("offer"),
  sha256,
  size: v.pipe(count, v.minValue(1), v.maxValue(BUNDLE_BYTES_MAX)),
  signer: hex(64),
  signature: hex(128),
  mac: hex(64),
});
/** A part of it, as it was asked for. */
export const chunk = v.strictObject({
  type: v.literal("chunk"),
  sha256,
  offset: count,
  data: base64,
});
/** Run it from now on, for so long at most until it is confirmed. */
export const switchTo = v.strictObject({
  type: v.literal("switch"),
  sha256,
  trialMs: v.pipe(count, v.minValue(1000), v.maxValue(3_600_000)),
});
export const confirm = v.strictObject({ type: v.literal("confirm"), sha256 });
/** Run what ran before. */
export const revert = v.strictObject({ type: v.literal("revert"), why });
/** Another link key, sealed with the one that holds: rekeying.ts. */
export const rekey = v.strictObject({ type: v.literal("rekey"), sealed: hex(120) });

/** What program runs: said on each new link, and when it changes. */
export const bundle = v.strictObject({
  type: v.literal("bundle"),
  running: sha256,
  /** Whether that came over a link, and was not installed. */
  isUpdate: v.boolean(),
  /** Whether it still waits to be confirmed. */
  isTrial: v.boolean(),
  /** What it could go back to. */
  previous: v.nullable(sha256),
  /** The last update that did not last, and why. */
  failed: v.nullable(v.strictObject({ sha256, why })),
  /** Why this Zero can take no update; null where it can. */
  refuses: v.nullable(why),
  /** Whether what it writes down outlives its power. */
  persists: v.boolean(),
});
/** The next part of the program, please. */
export const want = v.strictObject({ type: v.literal("want"), sha256, offset: count });
/** All of it is here and right. */
export const staged = v.strictObject({ type: v.literal("staged"), sha256 });
/** It is not taken. */
export const unfit = v.strictObject({ type: v.literal("unfit"), sha256, why });
/** The other key is written down, and held: proved by it. Null where it could not be, and why. */
export const rekeyed = v.strictObject({
  type: v.literal("rekeyed"),
  mac: v.nullable(hex(64)),
  why,
});
