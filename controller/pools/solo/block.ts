// A whole block for `submitblock`, and what the node says of it.

import { varInt, withWitness } from "./coinbase.ts";
import type { Template } from "./template.ts";

/** `header`: all 80 bytes. `coinbase`: without its witness, as it was hashed. */
export function blockOf(template: Template, header: string, coinbase: string): string {
  const { transactions, commitment, mweb } = template;
  const first = commitment === null ? coinbase : withWitness(coinbase);
  const rest = transactions.map(({ data }) => data).join("");
  // Litecoin's extension block comes after all transactions, the last of which pays into it.
  const tail = mweb === null ? "" : `01${mweb}`;
  return header + varInt(1 + transactions.length) + first + rest + tail;
}

export type BlockFate =
  /** The chain has it. */
  | "accepted"
  /** Right, but not on the best chain: somebody was faster. */
  | "inconclusive"
  /** The node has it already, from another of ours or from an earlier try, and found it right. */
  | "duplicate"
  | "rejected";

export interface Fate {
  readonly fate: BlockFate;
  /** The node's own word; null where it took the block. */
  readonly reason: string | null;
}

/** What the result of `submitblock` means. bcoin writes "rejected: " before its reason. */
export function fateOf(result: unknown): Fate {
  if (result === null || result === undefined) return { fate: "accepted", reason: null };
  const reason = String(result)
    .replace(/^rejected: /, "")
    .replace(/[^ -~]/g, "?")
    .slice(0, 120);
  if (reason === "duplicate") return { fate: "duplicate", reason };
  // The latter: it has it, and it is not on the best chain. "duplicate-invalid" is a no.
  if (reason === "inconclusive" || reason === "duplicate-inconclusive") {
    return { fate: "inconclusive", reason };
  }
  return { fate: "rejected", reason };
}

const BEST_FIRST: readonly BlockFate[] = ["accepted", "duplicate", "inconclusive", "rejected"];

/** What several nodes' words come to: the best of them, for one that took it passes it on. null where none has said anything. */
export function fateAmong(fates: readonly Fate[]): Fate | null {
  for (const best of BEST_FIRST) {
    const found = fates.find(({ fate }) => fate === best);
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether no other node's word can make it better. */
export function isTaken(fate: Fate | null): boolean {
  return fate?.fate === "accepted" || fate?.fate === "duplicate";
}
