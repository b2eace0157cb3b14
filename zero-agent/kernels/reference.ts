// The plain reference: Node's OpenSSL, one nonce after the other. Slow, obviously right; it verifies shares and judges the fast kernels.

import { createHash, hash as hashOnce, scryptSync } from "node:crypto";
import { headerBytes, isWithin, NONCE_AT, pieceEnd, targetBytes } from "./header.ts";
import type {
  Algorithm,
  DucoS1Job,
  HeaderJob,
  Kernel,
  ScryptJob,
  SearchJob,
  SearchProgress,
  Sha256dJob,
} from "./kernel.ts";

type Judge = (nonce: number) => boolean;

/** In one call it takes half the time; older Nodes than 20.12, which the agent runs on too, do not have it. */
export const sha1: (text: string) => string =
  typeof hashOnce === "function"
    ? (text) => hashOnce("sha1", text, "hex")
    : (text) => createHash("sha1").update(text).digest("hex");

const sha256: (bytes: Buffer) => Buffer =
  typeof hashOnce === "function"
    ? (bytes) => hashOnce("sha256", bytes, "buffer")
    : (bytes) => createHash("sha256").update(bytes).digest();

/** The digests of a header of 80 bytes. */
export const HEADER_HASHES = {
  sha256d: (header: Buffer): Buffer => sha256(sha256(header)),
  scrypt: (header: Buffer): Buffer => scryptSync(header, header, 32, { N: 1024, r: 1, p: 1 }),
} as const;

function judgeHeader(job: HeaderJob): Judge {
  const hash = HEADER_HASHES[job.algorithm];
  const header = headerBytes(job);
  const target = targetBytes(job);
  return (nonce) => {
    header.writeUInt32LE(nonce, NONCE_AT);
    return isWithin(hash(header), target);
  };
}

/** Says of a nonce whether it solves the job. */
export function judge(job: SearchJob): Judge {
  if (job.algorithm !== "duco-s1") return judgeHeader(job);
  const { prefix, target } = job;
  return (nonce) => sha1(`${prefix}${nonce}`) === target;
}

/** Whether the nonce solves the job. */
export function solves(job: SearchJob, nonce: number): boolean {
  return judge(job)(nonce);
}

function search(job: SearchJob, from: number, to: number, budget: number): SearchProgress {
  const isHeader = job.algorithm !== "duco-s1";
  const end = isHeader ? pieceEnd(from, to, budget) : Math.min(to, from + budget - 1);
  const isRight = judge(job);
  for (let nonce = from; nonce <= end; nonce++) {
    if (isRight(nonce)) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
  }
  return { nonce: null, next: end + 1, hashes: Math.max(0, end - from + 1) };
}

function referenceOf<Job extends SearchJob>(algorithm: Algorithm): Kernel<Job> {
  return { name: "reference", algorithm, search };
}

export const referenceKernel = referenceOf<DucoS1Job>("duco-s1");
export const sha256dReference = referenceOf<Sha256dJob>("sha256d");
export const scryptReference = referenceOf<ScryptJob>("scrypt");
