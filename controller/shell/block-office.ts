// Hands found blocks in: written down first, then to every node at once, again where nobody heard, until it is known what became of them.

import { addressOf, type PoolNode } from "../pools/node.ts";
import { type Fate, fateAmong, fateOf, isTaken } from "../pools/solo/block.ts";
import type { RpcAnswer } from "../pools/solo/codec.ts";
import type { MinedBlock } from "../pools/solo/job.ts";
import type { BlockFolder } from "./block-folder.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { Note } from "./seat-lane.ts";

/** A second try after 1 s, then twice as long each time. */
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 30_000;
/** A node that was started anew takes minutes. Later than that the chain is past the block. */
const GIVE_UP_MS = 15 * 60_000;
/** One that another node took is safe: who does not answer is asked a few times more, for it may hear of it from there. */
const TRIES_WHEN_TAKEN = 3;
/** How long a word that is no good one waits for a better one from another node. */
const SECOND_OPINION_MS = 3000;
/** How long the one who found it waits for any word. */
const PATIENCE_MS = 40_000;

/** A block that every node refused was worth a reward, had it been right. */
const LEVEL = {
  accepted: "info",
  duplicate: "info",
  inconclusive: "warn",
  rejected: "error",
} as const;

/** Of Bitcoin's RPC: what it was sent is no block to it. */
const DECODE_FAILED = -22;

export interface OfficeParts {
  readonly clock: Clock;
  readonly folder: BlockFolder;
  /** All full nodes that are known, as they are now. */
  readonly nodes: () => readonly PoolNode[];
  /** `submitblock`. Never rejects. */
  readonly submit: (node: PoolNode, hex: string) => Promise<RpcAnswer>;
  readonly note: Note;
}

interface Offer {
  readonly block: MinedBlock;
  readonly fates: Map<string, Fate>;
  /** Nodes of which nothing more is to be expected. */
  readonly done: Set<string>;
  readonly all: ReadonlySet<string>;
  readonly untilMs: number;
  readonly settle: (fate: Fate | null) => void;
  /** It was said what became of it. */
  isTold: boolean;
}

export class BlockOffice {
  readonly #parts: OfficeParts;
  readonly #timers = new Set<() => void>();
  #isClosed = false;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
  }

  /** Hands in what the last run left, however old: a node knows best what a block is worth still, and a Pi's clock may be wrong. */
  resume(): void {
    const { folder, note } = this.#parts;
    for (const block of folder.kept()) {
      note("block.again", { height: String(block.height), hash: block.hash });
      void this.#offer(block);
    }
  }

  /** What became of it, as soon as that is known; null where no node has said anything within the time that a session waits. */
  handIn(block: MinedBlock): Promise<Fate | null> {
    const { folder, note } = this.#parts;
    note("block.found", { height: String(block.height), hash: block.hash }, "info");
    // A disk that does not take it is no reason to keep it back.
    this.#attempt(() => folder.keep(block));
    return this.#offer(block);
  }

  /** What is not known by now is left to the next run. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
  }

  #after(ms: number, callback: () => void): void {
    const cancel = this.#parts.clock.after(ms, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.note("block.not-kept", { error: messageOf(error) });
    }
  }

  #offer(block: MinedBlock): Promise<Fate | null> {
    const { clock, nodes } = this.#parts;
    const known = nodes();
    return new Promise((resolve) => {
      const offer: Offer = {
        block,
        fates: new Map(),
        done: new Set(),
        all: new Set(known.map(addressOf)),
        untilMs: clock.now() + GIVE_UP_MS,
        settle: resolve,
        isTold: false,
      };
      this.#after(PATIENCE_MS, () => resolve(fateAmong([...offer.fates.values()])));
      for (const node of known) void this.#tell(offer, node, 1);
      this.#look(offer);
    });
  }

  async #tell(offer: Offer, node: PoolNode, tries: number): Promise<void> {
    const { clock, submit, note } = this.#parts;
    const answer = await submit(node, offer.block.hex);
    if (this.#isClosed) return;
    const address = addressOf(node);
    const { height, hash } = offer.block;
    const words = { node: address, height: String(height), hash };
    if (answer.ok || answer.fault.rpcCode === DECODE_FAILED) {
      const fate = answer.ok ? fateOf(answer.result) : fateOf(answer.fault.detail);
      offer.fates.set(address, fate);
      offer.done.add(address);
      const level = fate.fate === "rejected" ? "warn" : "info";
      note(`block.${fate.fate}`, { ...words, reason: fate.reason ?? "" }, level);
      this.#look(offer);
      return;
    }
    const { detail } = answer.fault;
    const isTakenElsewhere = isTaken(fateAmong([...offer.fates.values()]));
    const isEnough = isTakenElsewhere && tries >= TRIES_WHEN_TAKEN;
    if (isEnough || clock.now() >= offer.untilMs) {
      note("block.not-heard", { ...words, error: detail, tries: String(tries) });
      offer.done.add(address);
      this.#look(offer);
      return;
    }
    if (tries === 1) note("block.retry", { ...words, error: detail });
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** tries);
    this.#after(waitMs, () => void this.#tell(offer, node, tries + 1));
  }

  /** Says what became of it once that is known, and lets go of the file once no node can lose it any more. */
  #look(offer: Offer): void {
    const { block, fates, done, all, settle } = offer;
    const { folder, note } = this.#parts;
    const fate = fateAmong([...fates.values()]);
    const isAll = done.size === all.size;
    if (isTaken(fate) || (isAll && all.size > 0)) settle(fate);
    else if (fate !== null)
      this.#after(SECOND_OPINION_MS, () => settle(fateAmong([...fates.values()])));
    if (fate !== null && (isTaken(fate) || isAll)) {
      // A node that nobody could reach may take in the next run what the others refused.
      const isKept = !isTaken(fate) && fates.size < all.size;
      if (!isKept) this.#attempt(() => folder.letGo(block));
      this.#settled(offer, fate, isKept ? { file: folder.pathOf(block) } : {});
    } else if (isAll) {
      const { height, hash } = block;
      const todo = "hand it in by hand: bitcoin-cli -stdin submitblock < FILE";
      note(
        "block.lost",
        { height: String(height), hash, file: folder.pathOf(block), todo },
        "error",
      );
    }
  }

  /** Once, when no other node's word can change it: each node's own was said when it came. */
  #settled(offer: Offer, fate: Fate, kept: { readonly file?: string }): void {
    if (offer.isTold) return;
    offer.isTold = true;
    const { height, hash } = offer.block;
    const [node = ""] = [...offer.fates].find(([, each]) => each === fate) ?? [];
    const reason = fate.reason ?? "";
    const words = { height: String(height), hash, fate: fate.fate, node, reason, ...kept };
    this.#parts.note("block.settled", words, LEVEL[fate.fate]);
  }
}
