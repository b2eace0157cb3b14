// Requests to the controller: reads, and changes with the token.

import { forgetToken, token } from "./token.ts";

/** A refusal, in the controller's words. */
export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly error: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | Refusal;

async function call<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(path, { cache: "no-store", redirect: "error", ...init });
    const body = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, value: body as T };
    const { code = "failed", error = response.statusText } = body as Partial<Refusal>;
    return { ok: false, status: response.status, code, error };
  } catch {
    return { ok: false, status: 0, code: "unreachable", error: "the controller does not answer" };
  }
}

function bearer(value: string | null): HeadersInit {
  return value === null ? {} : { authorization: `Bearer ${value}` };
}

export function read<T>(path: string): Promise<Answer<T>> {
  return call<T>(path, { method: "GET" });
}

/** Sends a change. A token that is refused is forgotten, so that the next change asks for one. */
export async function change<T>(
  method: "POST" | "PUT",
  path: string,
  body: unknown,
): Promise<Answer<T>> {
  const headers = { "content-type": "application/json", ...bearer(token.value) };
  const answer = await call<T>(path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok && answer.status === 401) forgetToken();
  return answer;
}

export interface Access {
  readonly changes: "token" | "none";
  readonly why: string | null;
}

/** Whether anything can be changed here; with a token, whether it is the right one. */
export function readAccess(tried: string | null): Promise<Answer<Access>> {
  return call<Access>("/api/v1/access", { method: "GET", headers: bearer(tried) });
}
