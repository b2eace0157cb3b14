// Bytes of the Duino-Coin pool protocol <-> values. The client's side; the public node code is the source.

/** The longest run without a newline that is kept. Job replies take 90 characters; the rest is room for a MOTD. */
export const MAX_LINE_CHARS = 4096;

/** Beyond any pool's tier, and small enough that prefix and nonce always fit one SHA-1 block. */
const MAX_DIFFICULTY = 1_000_000_000;

/** Longer ones are shown as an error. */
const IOT_CHARS_MAX = 48;

export interface JobRequest {
  readonly user: string;
  readonly tier: string;
  /** Sent in clear: the protocol has no other way. null = none. */
  readonly miningKey: string | null;
  /** What the wallet shows beside this worker, as "Key:Value"; "" for nothing. */
  readonly iot: string;
}

export interface ShareResult {
  readonly nonce: number;
  readonly hashrateHs: number;
  readonly software: string;
  readonly rig: string;
  /** Groups the connections of one machine in the wallet. */
  readonly group: number;
}

export interface Job {
  readonly prefix: string;
  readonly target: string;
  readonly difficulty: number;
}

export type Reply =
  | { readonly type: "job"; readonly job: Job }
  | { readonly type: "good" }
  | { readonly type: "block" }
  | { readonly type: "bad"; readonly reason: string | null }
  | { readonly type: "other"; readonly text: string };

export interface Split {
  readonly lines: readonly string[];
  readonly tail: string;
  /** More than MAX_LINE_CHARS without a newline came after these lines, and was thrown away. */
  readonly flooded: boolean;
}

/** What a field may hold without becoming two fields or two messages. User names and keys are taken as they are. */
function field(text: string): string {
  return text.replace(/[^ -~]|,/g, "");
}

/** The pool shows only these characters of names. A ":" would start a mining key of old miners. */
function label(text: string): string {
  const clean = text.replace(/[^A-Za-z0-9 .()-]/g, "").trim();
  return clean === "" ? "None" : clean;
}

/** The name that we mine under: our own, never that of an official miner. */
export function softwareName(version: string): string {
  return label(`zerorig ${version}`);
}

/** A temperature as the official miners write it. */
export function temperatureIot(tempC: number): string {
  return `CPU temperature:${tempC.toFixed(1)}*C`;
}

/** One message, to be written in one piece: the pool takes each TCP segment for a message. */
export function encodeJobRequest(request: JobRequest): string {
  const key = request.miningKey === null ? "" : field(request.miningKey);
  const iot = request.iot.replace(/[^A-Za-z0-9 .():@*-]/g, "").slice(0, IOT_CHARS_MAX);
  const more = iot === "" ? "" : `,${iot}`;
  return `JOB,${field(request.user)},${field(request.tier)},${key === "" ? "None" : key}${more}\n`;
}

/**
 * One message, to be written in one piece. The fifth field is a chip id, for microcontrollers only.
 * A rate that is not above 0 would be refused as invalid data; an empty one is estimated by the pool.
 */
export function encodeResult(result: ShareResult): string {
  const rate = result.hashrateHs;
  const rateHs = Number.isFinite(rate) && rate >= 0.01 ? rate.toFixed(2) : "";
  return `${result.nonce},${rateHs},${label(result.software)},${label(result.rig)},,${result.group}\n`;
}

/** The server's version, or null if the text is no banner. Text glued to it is a MOTD without a newline before it. */
export function decodeBanner(text: string): string | null {
  return /^\s*(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)(?![\d.])/.exec(text)?.[1] ?? null;
}

/** Reads one reply. Never throws: what is not of the protocol is `other`. */
export function decodeReply(line: string): Reply {
  const text = line.trim();
  if (text === "GOOD") return { type: "good" };
  if (text === "BLOCK") return { type: "block" };
  if (text === "BAD") return { type: "bad", reason: null };
  if (text.startsWith("BAD,")) return { type: "bad", reason: readable(text.slice(4)) };
  const found = findJob(text);
  if (found?.at === 0) return { type: "job", job: found.job };
  return { type: "other", text: readable(text) };
}

/** The job at the end of a line that begins with something else: a MOTD that lacks its newline. */
export function decodeGluedJob(line: string): Job | null {
  return findJob(line.trim())?.job ?? null;
}

function findJob(text: string): { readonly at: number; readonly job: Job } | null {
  const at = text.search(/[0-9a-f]{40},[0-9a-f]{40},[1-9]\d{0,9}$/);
  if (at < 0) return null;
  const difficulty = Number(text.slice(at + 82));
  if (difficulty > MAX_DIFFICULTY) return null;
  return {
    at,
    job: { prefix: text.slice(at, at + 40), target: text.slice(at + 41, at + 81), difficulty },
  };
}

/** For people and logs: printable, and no longer than a line of a table bears. */
function readable(text: string): string {
  return text
    .replace(/[^ -~]/g, "?")
    .slice(0, 120)
    .trim();
}

/**
 * Adds what arrived to what was left over, and cuts it into lines (without their ends). Replies may be split or
 * coalesced at any byte.
 */
export function splitLines(tail: string, text: string): Split {
  const lines = (tail + text).split("\n");
  const flood = lines.findIndex((line) => line.length > MAX_LINE_CHARS);
  if (flood >= 0) return { lines: lines.slice(0, flood), tail: "", flooded: true };
  return { lines: lines.slice(0, -1), tail: lines.slice(-1).join(), flooded: false };
}
