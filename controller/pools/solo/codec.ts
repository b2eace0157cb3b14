// A full node's JSON-RPC: what is asked in, and what an answer means. Tells apart who does not hear us, who does not know us, and a
// node that says no; each fault says what to do.

import type { DownCode } from "../pool-event.ts";

export interface RpcFault {
  /** `transport`: nobody heard us. `door`: what answers does not let us in. `node`: the node itself says no. */
  readonly from: "transport" | "door" | "node";
  readonly code: DownCode;
  readonly detail: string;
  /** The node's own number; null where it did not come to that. */
  readonly rpcCode: number | null;
}

export type RpcAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly fault: RpcFault };

const TEXT_CHARS_MAX = 200;
const METHOD_NOT_FOUND = -32_601;

/** What to do about what nodes say; the numbers are Bitcoin's. */
const ADVICE: Readonly<Record<number, string>> = {
  [-9]: "it has no peers: let it connect to some (on regtest, start a second one)",
  [-10]: "it still loads the chain: wait until it is through, or name another node beside it",
  [-28]: "it is still starting: wait",
  [METHOD_NOT_FOUND]: "it is too old, or no full node that can be mined from",
};

/** A request's body. Nodes that know no named parameters are asked by position. */
export function encodeCall(method: string, params: readonly unknown[]): string {
  return JSON.stringify({ jsonrpc: "1.0", id: 1, method, params });
}

/** Nobody heard us, or the connection broke. */
export function transportFault(code: DownCode, detail: string): RpcFault {
  return { from: "transport", code, detail, rpcCode: null };
}

/** What an HTTP answer says. Never throws. */
export function decodeAnswer(method: string, status: number, body: string): RpcAnswer {
  if (status === 401) {
    return door(
      "denied",
      "it refuses our user name and password (HTTP 401): check [solo] cookie_file, or rpc_user and rpc_password_file",
    );
  }
  if (status === 403) {
    return door(
      "denied",
      `it does not let us in, or not ask for ${method} (HTTP 403): check its rpcallowip and rpcwhitelist`,
    );
  }
  // Bitcoin says so where too many ask at once.
  if (status === 503) {
    const detail = `it is busy (HTTP 503: ${readable(body)})`;
    return { ok: false, fault: transportFault("timeout", detail) };
  }
  const value = parsed(body);
  if (value === null || !("result" in value || "error" in value)) {
    return door("nonsense", `what answers is no full node (HTTP ${status})`);
  }
  const { result, error } = value;
  if ((error ?? null) === null) return { ok: true, result };
  return { ok: false, fault: refusalOf(method, error) };
}

function door(code: DownCode, detail: string): RpcAnswer {
  return { ok: false, fault: { from: "door", code, detail, rpcCode: null } };
}

function parsed(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusalOf(method: string, error: unknown): RpcFault {
  const { code, message } = isRecord(error) ? error : { code: null, message: error };
  const rpcCode = Number.isInteger(code) ? Number(code) : null;
  const said = readable(typeof message === "string" ? message : JSON.stringify(message ?? ""));
  const todo = rpcCode === null ? undefined : ADVICE[rpcCode];
  const number = rpcCode === null ? "" : ` (${rpcCode})`;
  const detail = `${method}: ${said}${number}${todo === undefined ? "" : `; ${todo}`}`;
  return { from: "node", code: "denied", detail, rpcCode };
}

/** For people and logs: printable and short. */
function readable(text: string): string {
  return text
    .trim()
    .replace(/[^ -~]/g, "?")
    .slice(0, TEXT_CHARS_MAX);
}
