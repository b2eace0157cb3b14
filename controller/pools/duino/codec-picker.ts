// What the pool picker answers (GET /getPool over HTTPS) -> a node, or why there is none. Nothing in it is trusted.

import { isHostName, isPort, type PoolNode } from "../node.ts";

/** What became of a request. Stable: shown to users and counted. */
export type FetchCode =
  /** It answered, and has nothing for us. */
  | "refused"
  /** A ban or a rate limit: HTTP 403 or 429. */
  | "blocked"
  /** Another HTTP status. */
  | "http"
  /** Not what is asked there. */
  | "nonsense"
  | "oversized"
  | "timeout"
  /** No connection, or no trust in who answers. */
  | "unreachable";

export interface FetchFault {
  readonly ok: false;
  readonly code: FetchCode;
  readonly detail: string;
}

export type Pick = { readonly ok: true; readonly node: PoolNode } | FetchFault;

const NAME_CHARS_MAX = 40;
const SAID_CHARS_MAX = 120;

export function fault(code: FetchCode, detail: string): FetchFault {
  return { ok: false, code, detail };
}

/** For people and logs: printable, and no longer than a line of a table bears. */
export function printable(text: string, charsMax = SAID_CHARS_MAX): string {
  return text
    .replace(/[^ -~]+/g, " ")
    .slice(0, charsMax)
    .trim();
}

/** The fields of a JSON answer, if its own `success` does not say otherwise. Shared by what else the coin's API answers. */
export function decodeAnswer(
  status: number,
  body: string,
): { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> } | FetchFault {
  if (status === 403 || status === 429) return fault("blocked", `HTTP ${status}`);
  const fields = fieldsOf(body);
  // The API says why in JSON, also under another status.
  if (fields?.["success"] === false) {
    return fault("refused", printable(String(fields["message"] ?? "no reason given")));
  }
  if (status !== 200) return fault("http", `HTTP ${status}`);
  if (fields === null) return fault("nonsense", `no JSON object: "${printable(body, 40)}"`);
  return { ok: true, fields };
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/** Reads an answer of the picker. `isLocal`: it is asked on this machine, and may name nodes that no one else can reach. */
export function decodePick(status: number, body: string, isLocal: boolean): Pick {
  const answer = decodeAnswer(status, body);
  if (!answer.ok) return answer;
  const { ip, port, name } = answer.fields;
  const givenPort = typeof port === "string" && /^\d{1,5}$/.test(port) ? Number(port) : port;
  if (typeof ip !== "string" || !isHostName(ip)) {
    return fault("nonsense", `no address: ${printable(JSON.stringify(ip) ?? "nothing", 40)}`);
  }
  if (!isPort(givenPort)) {
    return fault("nonsense", `no port: ${printable(JSON.stringify(port) ?? "nothing", 40)}`);
  }
  // The user's name and mining key go there in clear: never to a machine of the house because a stranger said so.
  if (!isLocal && isPrivate(ip)) return fault("nonsense", `${ip} is no public address`);
  const shown = typeof name === "string" ? printable(name, NAME_CHARS_MAX) : "";
  return { ok: true, node: { host: ip, port: givenPort, name: shown } };
}

/** This machine, its networks, and what is nobody's. Names are not looked up: only "localhost" and its like are known. */
function isPrivate(host: string): boolean {
  const lower = host.toLowerCase().replace(/\.$/, "");
  if (lower.includes(":")) return /^(::|fe[89ab]|f[cd]|ff)/.test(lower);
  if (/(^|\.)(localhost|local|internal|lan|home\.arpa)$/.test(lower)) return true;
  return /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|22[4-9]|2[3-5]\d)\./.test(
    lower,
  );
}
