// What became of found blocks, for whoever wants to be told: each once, in words that say what to do.

import type { RigEvent } from "../core/status.ts";
import type { Matter } from "./watch.ts";

type Told = Pick<RigEvent, "ev" | "detail">;

/** Nobody asks while no receiver is configured; who begins to gets no more than this. */
const KEPT_MAX = 100;

/** Blocks whose fate is known, until they are asked for: what the last run left is settled before anybody listens. */
export class BlockNews {
  #kept: Matter[] = [];

  hear(event: Told): void {
    const matter = matterOf(event);
    if (matter !== null) this.#kept = [...this.#kept, matter].slice(-KEPT_MAX);
  }

  /** What was heard since it was asked last. */
  take(): readonly Matter[] {
    const news = this.#kept;
    this.#kept = [];
    return news;
  }
}

/** Null for what does not say what became of a block. */
export function matterOf({ ev, detail }: Told): Matter | null {
  const { height, hash, file } = detail;
  const of = String(hash);
  const about = { kind: "block", slot: null, of } as const;
  const text = (words: string) => `block ${height} was found ${words}; its hash is ${of}`;
  switch (ev) {
    case "block.settled":
      return { ...about, ...settled(detail, text) };
    case "block.lost":
      return {
        ...about,
        level: "error",
        text: text(`and no full node heard of it: ${byHand(file)}`),
      };
    default:
      return null;
  }
}

function byHand(file: RigEvent["detail"][string] | undefined): string {
  return `hand it in by hand with \`bitcoin-cli -stdin submitblock < ${file}\``;
}

function settled(
  { fate, node, reason, file }: RigEvent["detail"],
  text: (words: string) => string,
): Pick<Matter, "level" | "text"> {
  const kept = file === undefined ? "" : `; another node was not heard: ${byHand(file)}`;
  switch (fate) {
    case "accepted":
    case "duplicate":
      return { level: "info", text: text(`and taken by ${node}`) };
    case "inconclusive":
      return { level: "warn", text: text(`and is right, but another was faster (${node})${kept}`) };
    default:
      return { level: "error", text: text(`and refused by ${node}: ${reason}${kept}`) };
  }
}
