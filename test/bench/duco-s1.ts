// DUCO-S1: our engines, and what Node offers.

import * as crypto from "node:crypto";
import { kernelByName } from "../../zero-agent/kernels/all.ts";
import type { DucoS1Job } from "../../zero-agent/kernels/kernel.ts";
import { PORTABLE_NAMES } from "../../zero-agent/kernels/names.ts";
import { type Contestant, inProcess, type Work } from "./contestant.ts";

/** A job that nothing solves: the target is no SHA-1 of these messages. */
const JOB: DucoS1Job = {
  algorithm: "duco-s1",
  prefix: "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
  target: "0000000000000000000000000000000000000000",
};
/** Nonces of seven digits: nine of ten that a job of difficulty 100,000 has. */
const FIRST = 1_000_000;
const LAST = 9_999_999;

type Search = (job: DucoS1Job, from: number, to: number, budget: number) => { next: number };

/** Searches on and on through the nonces of seven digits. */
export function searching(search: Search): Work {
  let from = FIRST;
  return (count) => {
    for (let left = count; left > 0; ) {
      const { next } = search(JOB, from, LAST, left);
      left -= next - from;
      from = next > LAST ? FIRST : next;
    }
  };
}

type HashFunction = (algorithm: string, data: string) => string;

/** Node's fastest SHA-1 of a short text; there from 20.12 on. */
function cryptoHash(): Contestant[] {
  const { hash } = crypto as { hash?: HashFunction };
  if (hash === undefined) return [];
  let nonce = FIRST;
  const work: Work = (count) => {
    const end = nonce + count;
    for (; nonce < end; nonce++) {
      if (hash("sha1", `${JOB.prefix}${nonce}`) === JOB.target) throw new Error("impossible");
    }
  };
  return [inProcess("crypto_hash", "crypto.hash", work)];
}

export function ducoS1Contestants(): Contestant[] {
  const engines = PORTABLE_NAMES.flatMap((name) => {
    const kernel = kernelByName(name);
    if (kernel === undefined) return [];
    const work = searching(kernel.search.bind(kernel));
    return [inProcess(name.replaceAll("-", "_"), name, work)];
  });
  return [...engines, ...cryptoHash()];
}
