// Verifies the shares of all miners, each once: the header is made anew, hashed by the plain reference, and remembered.

import { headerHash } from "../solves.ts";
import { headerOf } from "../stratum/header.ts";
import { hex32 } from "../stratum/hex.ts";
import { rolledVersion } from "../stratum/space.ts";
import { difficultyOf, type HeaderAlgorithm, targetOf } from "../stratum/target.ts";
import type { Claim } from "./session-state.ts";
import type { FoundShare, ServedWork } from "./work.ts";

/** Of one work: 500 miners with a share in ten seconds take ten minutes for it, and work comes each half minute. */
const SEEN_MAX = 30_000;
/** As many works of one block as miners keep: with SEEN_MAX of each some 50 MB, were all of them full. */
const WORKS_MAX = 16;

export type Judgement =
  | { readonly verdict: "duplicate" | "low difficulty" | "stale" }
  | {
      readonly verdict: "right";
      readonly share: FoundShare;
      readonly isWanted: boolean;
      /** That it would have met. */
      readonly difficulty: number;
    };

/** What was handed in is forgotten with the work that it was found in. */
export class ShareJudge {
  readonly #algorithm: HeaderAlgorithm;
  readonly #seen = new Map<ServedWork, Set<string>>();

  constructor(algorithm: HeaderAlgorithm) {
    this.#algorithm = algorithm;
  }

  /** Shares of this work hold from now on; of others no longer, if it is `clean`. */
  take(work: ServedWork, clean: boolean): void {
    if (clean) this.#seen.clear();
    this.#seen.set(work, new Set());
    for (const old of [...this.#seen.keys()].slice(0, -WORKS_MAX)) this.#seen.delete(old);
  }

  /** None hold until there is work again. */
  clear(): void {
    this.#seen.clear();
  }

  /** A share of work that no longer holds is stale; one that is right counts as handed in. */
  judge({ user, job, found, difficulty }: Claim, extranonce1: string): Judgement {
    const { work } = job;
    const seen = this.#seen.get(work);
    if (seen === undefined || seen.size >= SEEN_MAX) return { verdict: "stale" };
    const { time, nonce, versionBits } = found;
    const extranonce = extranonce1 + found.extranonce2;
    const key = `${extranonce} ${time} ${nonce} ${versionBits ?? 0}`;
    if (seen.has(key)) return { verdict: "duplicate" };
    const { notice, mask, wanted } = work;
    const version = rolledVersion(notice.version, mask, versionBits ?? 0);
    // A miner that rolls the version says all of its free bits.
    const header = headerOf(
      { ...notice, time: hex32(time) },
      "",
      extranonce,
      versionBits === null ? notice.version : version,
    );
    const algorithm = this.#algorithm;
    const hash = headerHash(algorithm, header, nonce);
    if (hash > targetOf(difficulty, algorithm)) return { verdict: "low difficulty" };
    seen.add(key);
    const share: FoundShare = { work, user, extranonce, time, nonce, versionBits, header };
    const isWanted = wanted !== null && hash <= wanted.target;
    return { verdict: "right", share, isWanted, difficulty: difficultyOf(hash, algorithm) };
  }
}
