// Work that no chain knows, for miners to practise on.

import { createHash } from "node:crypto";
import type { Notice } from "../stratum/header.ts";
import { hex32 } from "../stratum/hex.ts";
import type { HeaderAlgorithm } from "../stratum/target.ts";
import type { ServedWork, ShareVerdict, WorkListener, WorkSource } from "./work.ts";

export interface PracticeWorkOptions {
  readonly algorithm: HeaderAlgorithm;
  /** Its jobs' ids begin with it, so that one can see whose job a share is of. */
  readonly name: string;
  /** New work comes this often. */
  readonly everyMs: number;
  /** Each so-manieth is of a new block, so that all before is void. */
  readonly jobsPerBlock: number;
}

/** The network's target: difficulty 1, so that no share of a Zero is a block. */
const BITS = "1d00ffff";
const BRANCH_LENGTH = 2;
const EXTRANONCE2_BYTES = 4;
/** Those that BIP 320 leaves to miners. */
const VERSION_MASK = 0x1fffe000;

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export class PracticeSource implements WorkSource {
  readonly #options: PracticeWorkOptions;
  #listener: WorkListener | null = null;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #prevHash = "";

  constructor(options: PracticeWorkOptions) {
    this.#options = options;
  }

  get algorithm(): HeaderAlgorithm {
    return this.#options.algorithm;
  }

  start(listener: WorkListener): void {
    this.#listener = listener;
    this.sendWork();
    this.#timer = setInterval(() => this.sendWork(), this.#options.everyMs);
  }

  /** Sends new work now; of a new block if `clean`. */
  sendWork(clean = this.#count % this.#options.jobsPerBlock === 0): void {
    const jobId = `${this.#options.name}${(++this.#count).toString(16)}`;
    if (clean) this.#prevHash = hash(`block before ${jobId}`);
    const notice: Notice = {
      jobId,
      prevHash: this.#prevHash,
      coinb1: `01000000${"00".repeat(36)}${hash(jobId).slice(0, 16)}`,
      coinb2: "ffffffff0100f2052a0100000001510000000000",
      branch: Array.from({ length: BRANCH_LENGTH }, (_, level) => hash(`${jobId} ${level}`)),
      version: "20000000",
      bits: BITS,
      time: hex32(Math.floor(Date.now() / 1000)),
      clean,
    };
    const work: ServedWork = {
      notice,
      extranonce2Bytes: EXTRANONCE2_BYTES,
      mask: VERSION_MASK,
      wanted: null,
    };
    this.#listener?.work(work, clean);
  }

  /** It wants none: all count where they were verified. */
  submit(_: unknown, done: (verdict: ShareVerdict) => void): void {
    done("accepted");
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#listener = null;
  }
}
