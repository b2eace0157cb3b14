// Stratum's messages <-> values: one JSON object a line. Tolerant of what pools are known to vary; what is not understood is said
// to be so, and nothing that arrives makes it throw.

import type { Notice } from "./header.ts";
import { isHex } from "./hex.ts";

/** Ids of requests: numbers as a rule, some pools write texts. */
export type Id = number | string;

export interface Refusal {
  /** 20 other, 21 stale, 22 duplicate, 23 low difficulty, 24 unauthorized, 25 not subscribed; 0 where none was given. */
  readonly code: number;
  readonly text: string;
}

export interface Extranonce {
  readonly prefix: string;
  /** Bytes of extranonce2. */
  readonly size: number;
}

export type Message =
  | { readonly type: "notify"; readonly notice: Notice }
  | { readonly type: "difficulty"; readonly difficulty: number }
  | { readonly type: "extranonce"; readonly extranonce: Extranonce }
  | { readonly type: "version-mask"; readonly mask: number }
  | {
      readonly type: "reconnect";
      /** null: the one that we are at. */
      readonly host: string | null;
      readonly port: number | null;
      readonly waitMs: number;
    }
  | { readonly type: "show-message"; readonly text: string }
  /** Somebody asks: answer under this id. null for a notification that we do not know. */
  | { readonly type: "asked"; readonly method: string; readonly id: Id | null }
  | {
      readonly type: "reply";
      readonly id: Id;
      readonly result: unknown;
      /** null: it is a yes. A result of null or false is a no, with or without an error. */
      readonly refusal: Refusal | null;
    }
  | { readonly type: "nonsense" };

const NONSENSE: Message = { type: "nonsense" };
const JOB_ID_CHARS_MAX = 256;
const BRANCH_MAX = 32;
const COINBASE_BYTES_MAX = 30_000;
const EXTRANONCE_BYTES_MAX = 32;
const TEXT_CHARS_MAX = 200;
const WAIT_S_MAX = 600;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** For people and logs: printable and short. */
function readable(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(/[^ -~]/g, "?").slice(0, TEXT_CHARS_MAX);
}

function isId(value: unknown): value is Id {
  return typeof value === "number" || (typeof value === "string" && value.length <= TEXT_CHARS_MAX);
}

/** Pools write errors as [code, text, trace], as [code, text], as a bare text and as an object. */
function refusalOf(error: unknown): Refusal {
  if (Array.isArray(error)) {
    const [code, text] = error;
    return { code: Number.isInteger(code) ? code : 0, text: readable(text ?? "no reason given") };
  }
  if (isObject(error)) return refusalOf([error["code"], error["message"]]);
  return { code: 0, text: readable(error ?? "no reason given") };
}

function replyOf(id: Id, result: unknown, error: unknown): Message {
  const isNo = (error ?? null) !== null || (result ?? false) === false;
  return { type: "reply", id, result, refusal: isNo ? refusalOf(error) : null };
}

function noticeOf(params: readonly unknown[]): Notice | null {
  const [id, prevHash, coinb1, coinb2, branch, version, bits, time, clean] = params;
  const jobId = typeof id === "number" ? String(id) : id;
  if (typeof jobId !== "string" || jobId.length > JOB_ID_CHARS_MAX) return null;
  if (!isHex(prevHash, 32)) return null;
  if (!isHex(coinb1, 0, COINBASE_BYTES_MAX) || !isHex(coinb2, 0, COINBASE_BYTES_MAX)) return null;
  if (!Array.isArray(branch) || branch.length > BRANCH_MAX) return null;
  if (!branch.every((each) => isHex(each, 32))) return null;
  if (!isHex(version, 4) || !isHex(bits, 4) || !isHex(time, 4)) return null;
  const isClean = clean === true;
  return { jobId, prevHash, coinb1, coinb2, branch, version, bits, time, clean: isClean };
}

/** The two values that a subscription ends with, and `mining.set_extranonce` consists of; null where they are neither. */
export function extranonceOf(values: unknown): Extranonce | null {
  if (!Array.isArray(values)) return null;
  const [prefix, size] = values.slice(-2);
  if (!isHex(prefix, 0, EXTRANONCE_BYTES_MAX) || !Number.isInteger(size)) return null;
  return size >= 1 && size <= EXTRANONCE_BYTES_MAX ? { prefix, size } : null;
}

/** A mask of version bits in up to 8 digits; null where it is none. */
export function maskOf(value: unknown): number | null {
  if (typeof value !== "string" || !/^(?:0x)?[0-9a-fA-F]{1,8}$/.test(value)) return null;
  return Number.parseInt(value, 16);
}

function reconnectOf([host, port, wait]: readonly unknown[]): Message {
  const number = Number(port ?? Number.NaN);
  const seconds = Number(wait ?? 0);
  const name = typeof host === "string" && host !== "" && host.length <= 253 ? host : null;
  const isPort = Number.isInteger(number) && number > 0 && number < 65_536;
  const waitS = seconds > 0 ? Math.min(WAIT_S_MAX, seconds) : 0;
  return { type: "reconnect", host: name, port: isPort ? number : null, waitMs: 1000 * waitS };
}

function difficultyOf(value: unknown): Message {
  const difficulty = typeof value === "string" ? Number(value) : value;
  // A pool whose difficulty no number tells is as good as none; 1e30 is a billion times the network's.
  const isOne = typeof difficulty === "number" && difficulty >= 1e-15 && difficulty <= 1e30;
  return isOne ? { type: "difficulty", difficulty } : NONSENSE;
}

function calledOf(method: string, params: readonly unknown[], id: Id | null): Message {
  switch (method) {
    case "mining.notify": {
      const notice = noticeOf(params);
      return notice === null ? NONSENSE : { type: "notify", notice };
    }
    case "mining.set_difficulty":
      return difficultyOf(params[0]);
    case "mining.set_extranonce": {
      const extranonce = extranonceOf(params.slice(0, 2));
      return extranonce === null ? NONSENSE : { type: "extranonce", extranonce };
    }
    case "mining.set_version_mask": {
      const mask = maskOf(params[0]);
      return mask === null ? NONSENSE : { type: "version-mask", mask };
    }
    case "client.reconnect":
      return reconnectOf(params);
    case "client.show_message":
      return { type: "show-message", text: readable(params[0] ?? "") };
    default:
      return { type: "asked", method: readable(method), id };
  }
}

/** Reads one line. Never throws. */
export function decode(line: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return NONSENSE;
  }
  if (!isObject(value)) return NONSENSE;
  const { id, method, params, result, error } = value;
  const known = isId(id) ? id : null;
  if (typeof method === "string")
    return calledOf(method, Array.isArray(params) ? params : [], known);
  return known === null ? NONSENSE : replyOf(known, result, error);
}

/** A request in one line. */
export function encodeRequest(id: number, method: string, params: readonly unknown[]): string {
  return `${JSON.stringify({ id, method, params })}\n`;
}

/** The answer to what the other side asked. */
export function encodeAnswer(id: Id, result: unknown, error: readonly unknown[] | null): string {
  return `${JSON.stringify({ id, result, error })}\n`;
}
