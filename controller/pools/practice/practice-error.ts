// Why the practice pool could not start: one line for a person, one code for a program.

import { addressOf } from "../node.ts";

export type PracticeErrorCode = "port-in-use" | "bad-address" | "not-allowed" | "listen-failed";

const CODES: Readonly<Record<string, PracticeErrorCode>> = {
  EADDRINUSE: "port-in-use",
  EADDRNOTAVAIL: "bad-address",
  ENOTFOUND: "bad-address",
  EAI_AGAIN: "bad-address",
  EACCES: "not-allowed",
  EPERM: "not-allowed",
};

const WORDS: Readonly<Record<PracticeErrorCode, string>> = {
  "port-in-use": "the port is in use",
  "bad-address": "this machine has no such address",
  "not-allowed": "not allowed",
  "listen-failed": "it failed",
};

/** What listens, and how a person gives it another address. */
const PARTS = {
  pool: { name: "the practice pool", todo: "Choose another address with --host and --port." },
  rest: {
    name: "the practice pool's API",
    todo: "Choose another port with --rest, or another address with --host.",
  },
} as const;

export class PracticeError extends Error {
  override readonly name = "PracticeError";
  readonly code: PracticeErrorCode;
  readonly todo: string;

  constructor(
    part: keyof typeof PARTS,
    at: { readonly host: string; readonly port: number },
    cause: NodeJS.ErrnoException,
  ) {
    const code = CODES[cause.code ?? ""] ?? "listen-failed";
    const { name, todo } = PARTS[part];
    const system = cause.code ?? cause.message;
    super(`${name} cannot listen on ${addressOf(at)}: ${WORDS[code]} (${system})`, { cause });
    this.code = code;
    this.todo = todo;
  }
}
