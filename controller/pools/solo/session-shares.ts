// Blocks of a solo session: whole ones out of what seats find, and what became of them.

import { type Found, staleVerdict } from "../stratum/desk.ts";
import type { WorkEvent } from "../stratum/work-client.ts";
import { type Fate, isTaken } from "./block.ts";
import { minedOf } from "./job.ts";
import { also, drop, fetchTemplate, quiet, told } from "./session-parts.ts";
import type { SoloConfig, SoloInput, SoloState, SoloStep } from "./session-state.ts";

/** How nodes call a block on a chain that is not the longest any more. */
const STALE: ReadonlySet<string> = new Set(["prev-blk-not-found", "bad-prevblk", "stale-prevblk"]);

export function stale(state: SoloState, seat: string): SoloStep {
  return { state, outputs: [told(staleVerdict(seat))] };
}

/** A whole block of what was found; nothing of work that is not known any more. */
export function hand(before: SoloState, seat: string, found: Found, now: number): SoloStep {
  const job = before.jobs.get(found.jobId);
  const { work } = before;
  if (before.phase !== "mining" || job === undefined || work === null) return stale(before, seat);
  const block = before.blockCount + 1;
  const { previousBlockHash: previous } = job.template;
  const pending = new Map([...before.pending, [block, { seat, previous, atMs: now }]]);
  const mined = minedOf(job, work.extranonce, found);
  return {
    state: { ...before, blockCount: block, pending },
    outputs: [{ type: "block", block, mined }],
  };
}

export function onJudged(
  config: SoloConfig,
  before: SoloState,
  { block, fate }: Extract<SoloInput, { type: "judged" }>,
  now: number,
): SoloStep {
  const share = before.pending.get(block);
  // Its seat has left.
  if (share === undefined) return quiet(before);
  const pending = new Map(before.pending);
  pending.delete(block);
  const state = { ...before, pending };
  if (fate === null) {
    return drop(state, { code: "timeout", detail: "no node said what became of a block" });
  }
  const isSecond = share.previous === state.takenOn;
  const verdict = verdictOf(isSecond ? SECOND : fate, share.seat, now - share.atMs);
  const done: SoloStep = { state, outputs: [told(verdict)] };
  if (state.cause !== null) return also(done, ended);
  const next = isTaken(fate) ? also(done, (held) => taken(held, share.previous)) : done;
  return also(next, (held) => fetchTemplate(config, held, now));
}

const SECOND: Fate = { fate: "inconclusive", reason: null };

/** One of ours stands there now: what is left of that work is worth nothing, and no one goes on with it until there is other. */
function taken(before: SoloState, previous: string): SoloStep {
  const state = { ...before, takenOn: previous };
  const isOfNewest = [...state.jobs.values()].some(
    ({ template }) => template.previousBlockHash === previous,
  );
  if (!isOfNewest) return quiet(state);
  const outputs = [...state.given.keys()].map((seat) => told({ type: "void", seat }));
  return { state: { ...state, work: null, given: new Map(), jobs: new Map() }, outputs };
}

function verdictOf({ fate, reason }: Fate, seat: string, pingMs: number): WorkEvent {
  const common = { type: "verdict", seat, pingMs } as const;
  switch (fate) {
    case "accepted":
    case "duplicate":
      return { ...common, verdict: "accepted", reason: null, block: true };
    case "inconclusive": {
      const words = "inconclusive: another block was faster";
      return { ...common, verdict: "accepted", reason: words, block: false };
    }
    case "rejected": {
      const isStale = reason !== null && STALE.has(reason);
      const words = isStale ? "stale" : reason;
      return { ...common, verdict: "rejected", reason: words, block: false };
    }
  }
}

/** Of a session that closes: over when nothing is being handed in any more. */
function ended(state: SoloState): SoloStep {
  return state.cause === null ? quiet(state) : drop(state, state.cause);
}

/** Nobody waits for the verdict on what the seat handed in, and another share of it must not be taken for that. */
export function forget(before: SoloState, seat: string): SoloStep {
  const pending = new Map([...before.pending].filter(([, share]) => share.seat !== seat));
  return ended({ ...before, pending });
}
