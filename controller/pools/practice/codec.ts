// Messages of the Duino-Coin pool protocol, seen from the pool. As lenient as the public node (duino-coin-pools@709a83f).

/** What the public node greets with. */
export const BANNER = "3.0\n";

/** More than any honest message; the longest of the official miners stays under 200. */
export const MAX_MESSAGE_CHARS = 1024;

interface WorkRequest {
  /** "" if the message names none. */
  readonly user: string;
  readonly tier: string;
}

/** The first messages of a connection, until one is a job request. */
export type Opening =
  | ({ readonly type: "job" } & WorkRequest)
  | { readonly type: "motd" }
  /** More than 6 fields, or too long. */
  | { readonly type: "malformed" }
  /** PING, JOBXX, BALA and whatever else: the node does not answer. */
  | { readonly type: "ignored" };

export interface Result {
  /** null: no number. */
  readonly nonce: number | null;
  /** null: not reported, to be estimated. */
  readonly hashrateHs: number | null;
  readonly software: string;
  readonly rig: string;
  readonly group: number | null;
}

const MAX_FIELDS = 6;
const MAX_NAME_CHARS = 64;

/** Reads a message of a connection that has not asked for work so far. Never throws. */
export function decodeOpening(text: string): Opening {
  const fields = text.trim().split(",");
  if (text.length > MAX_MESSAGE_CHARS || fields.length > MAX_FIELDS) return { type: "malformed" };
  if (fields[0] === "MOTD") return { type: "motd" };
  if (fields[0] !== "JOB") return { type: "ignored" };
  const [user, tier] = [fields.slice(1, 2).join(), fields.slice(2, 3).join()];
  return { type: "job", user: printable(user), tier };
}

/** `n,rate,software,rig,chip id,group`, of which only n must be there. Never throws. */
export function decodeResult(text: string): Result {
  const [nonce, rate, software, rig, , group] = text.trim().split(",");
  return {
    nonce: finite(Number.parseInt(`${nonce}`, 10)),
    hashrateHs: finite(Number.parseFloat(`${rate}`)),
    software: label(software),
    // A mining key may follow the ":" of old miners. It is not for showing.
    rig: label(rig?.split(":", 1).join()),
    group: finite(Number.parseInt(`${group}`, 10)),
  };
}

/** `prefix,target,difficulty`: find n in 1..100*difficulty with SHA-1(prefix n) = target. */
export function encodeJob(prefix: string, target: string, difficulty: number): string {
  return `${prefix},${target},${difficulty}\n`;
}

export function encodeBad(reason: string): string {
  return `BAD,${reason}\n`;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Names go to logs and terminals: a stranger must not steer those. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, "?").slice(0, MAX_NAME_CHARS);
}

/** What the node keeps of a name. */
function label(text: string | undefined): string {
  const words = `${text ?? ""}`.match(/[A-Za-z0-9 .()-]+/g);
  return words === null ? "None" : words.join(" ").slice(0, MAX_NAME_CHARS);
}
