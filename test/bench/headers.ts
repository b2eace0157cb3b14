// The algorithms that hash block headers: our engines, and what Node offers.

import * as crypto from "node:crypto";
import { kernelByName } from "../../zero-agent/kernels/all.ts";
import type { HeaderJob, Kernel } from "../../zero-agent/kernels/kernel.ts";
import { PORTABLE_NAMES } from "../../zero-agent/kernels/names.ts";
import { type Contestant, inProcess, type Work } from "./contestant.ts";

const LAST = 2 ** 32 - 1;
const HEADER = "5a".repeat(76);
/** No digest is as low. */
const NO_DIGEST = Buffer.alloc(32);
/** So many hashes at first: scrypt is a thousand times slower. */
const FIRST_COUNTS = { sha256d: 1000, scrypt: 8 };

/** Searches on and on through all nonces. */
export function searchingHeaders(kernel: Kernel, algorithm: HeaderJob["algorithm"]): Work {
  const job: HeaderJob = { algorithm, header: HEADER, target: NO_DIGEST.toString("hex") };
  let from = 0;
  return (count) => {
    for (let left = count; left > 0; ) {
      const { next } = kernel.search(job, from, LAST, left);
      left -= next - from;
      from = next > LAST ? 0 : next;
    }
  };
}

type HashFunction = (algorithm: string, data: Buffer, encoding: "buffer") => Buffer;
type HeaderHash = (header: Buffer) => Buffer;

/** Node's fastest way; `crypto.hash` is there from 20.12 on. */
function hashOf(algorithm: HeaderJob["algorithm"]): { label: string; hash: HeaderHash } | null {
  if (algorithm === "scrypt") {
    const cost = { N: 1024, r: 1, p: 1 };
    return {
      label: "crypto.scryptSync",
      hash: (header) => crypto.scryptSync(header, header, 32, cost),
    };
  }
  const { hash } = crypto as { hash?: HashFunction };
  if (hash === undefined) return null;
  return {
    label: "crypto.hash, twice",
    hash: (header) => hash("sha256", hash("sha256", header, "buffer"), "buffer"),
  };
}

function nodeContestants(algorithm: HeaderJob["algorithm"]): Contestant[] {
  const found = hashOf(algorithm);
  if (found === null) return [];
  const { label, hash } = found;
  const header = Buffer.from(`${HEADER}00000000`, "hex");
  let nonce = 0;
  const work: Work = (count) => {
    for (let left = count; left > 0; left--) {
      header.writeUInt32LE(nonce, 76);
      if (hash(header).equals(NO_DIGEST)) throw new Error("impossible");
      nonce = (nonce + 1) >>> 0;
    }
  };
  return [inProcess("crypto_hash", label, work, FIRST_COUNTS[algorithm])];
}

export function headerContestants(algorithm: HeaderJob["algorithm"]): Contestant[] {
  const engines = PORTABLE_NAMES.flatMap((name) => {
    const kernel = kernelByName(name, algorithm);
    if (kernel === undefined) return [];
    const work = searchingHeaders(kernel, algorithm);
    return [inProcess(name.replaceAll("-", "_"), name, work, FIRST_COUNTS[algorithm])];
  });
  return [...engines, ...nodeContestants(algorithm)];
}
