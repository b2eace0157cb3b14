// What miners say and are told: one JSON object a line, never a throw.

import { type Id, maskOf } from "../stratum/codec.ts";
import { isHex } from "../stratum/hex.ts";

export interface Request {
  readonly id: Id | null;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a miner found, as it says so. */
export interface Found {
  readonly user: unknown;
  readonly jobId: string;
  /** Hexadecimal in small letters, of whatever length. */
  readonly extranonce2: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly nonce: number;
  /** The version bits that it rolled; null where it says none. */
  readonly versionBits: number | null;
}

const NAME_CHARS_MAX = 128;
const EXTRANONCE_BYTES_MAX = 32;
const DIFFICULTY_MAX = 1e15;
/** What a password may hold beside others, as "x,d=0.01". */
const DIFFICULTY_WORD = /(?:^|[\s,;&])(?:d|diff)=([0-9.eE+-]+)(?=$|[\s,;&])/;

/** null for what is no request. */
export function decodeRequest(line: string): Request | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [id, method, params] = [fields.get("id"), fields.get("method"), fields.get("params")];
  if (typeof method !== "string") return null;
  return {
    id:
      typeof id === "number" || (typeof id === "string" && id.length <= NAME_CHARS_MAX) ? id : null,
    method,
    params: Array.isArray(params) ? params : [],
  };
}

/** What the server says by itself, in one line. */
export function encodeNotification(method: string, params: readonly unknown[]): string {
  return `${JSON.stringify({ id: null, method, params })}\n`;
}

/** A worker's name, or what a miner calls itself: printable and short. null for anything else. */
export function nameOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > NAME_CHARS_MAX) return null;
  return /^[ -~]+$/.test(value) ? value : null;
}

/** A difficulty above 0 that makes sense; null for anything else. */
export function difficultyOf(value: unknown): number | null {
  const difficulty = typeof value === "string" ? Number(value) : value;
  if (typeof difficulty !== "number") return null;
  return difficulty > 0 && difficulty <= DIFFICULTY_MAX ? difficulty : null;
}

/** The difficulty that a password asks for, as "d=0.01" or "diff=0.01"; null where it asks for none. */
export function fixedDifficulty(password: unknown): number | null {
  if (typeof password !== "string" || password.length > NAME_CHARS_MAX) return null;
  return difficultyOf(DIFFICULTY_WORD.exec(password)?.[1]);
}

/** The parameters of `mining.submit`; null where one of them is not what it should be. */
export function foundOf(params: readonly unknown[]): Found | null {
  const [user, jobId, extranonce2, time, nonce, bits = null] = params;
  if (typeof jobId !== "string" || !isHex(extranonce2, 1, EXTRANONCE_BYTES_MAX)) return null;
  if (!isHex(time, 4) || !isHex(nonce, 4)) return null;
  const versionBits = bits === null ? null : maskOf(bits);
  if (bits !== null && versionBits === null) return null;
  return {
    user,
    jobId,
    extranonce2: extranonce2.toLowerCase(),
    time: Number.parseInt(time, 16),
    nonce: Number.parseInt(nonce, 16),
    versionBits,
  };
}
