// Why the practice pool could not start: one line for a person, one code for a program.

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

export class PracticeError extends Error {
  override readonly name = "PracticeError";
  readonly code: PracticeErrorCode;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = CODES[cause.code ?? ""] ?? "listen-failed";
    const system = cause.code ?? cause.message;
    super(`practice pool cannot listen on ${host}:${port}: ${WORDS[code]} (${system})`, { cause });
    this.code = code;
  }
}
