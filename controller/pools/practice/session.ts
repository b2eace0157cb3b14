// One miner's connection at the practice pool, as a machine. It takes each message for what the public node would:
// the first JOB opens, then results and requests alternate, whatever they say (the public node code has no line buffer).

import { decodeOpening, decodeResult, encodeBad, encodeJob, type Result } from "./codec.ts";
import { FALLBACK_TIER, fairDifficulty, meanHashes, mustAdapt, type Tier } from "./difficulty.ts";
import { draw } from "./seeded.ts";

export interface PoolRules {
  /** What a miner is greeted with: some nodes leave the newline out. */
  readonly banner: string;
  readonly motd: string;
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Where the tiers that adapt start; null = each as in `tiers`. */
  readonly startDifficulty: number | null;
  readonly minDifficulty: number;
  readonly expectedShareMs: number;
  /** One accepted share in so many is also a block. */
  readonly blockOdds: number;
  /** The odds, from 0 to 1, that a right share is rejected, and the reason that is given for it. */
  readonly wrong: number;
  readonly wrongReason: string;
  /** The connection ends so long after it began without a JOB, and so long after the last byte from then on. */
  readonly firstJobMs: number;
  readonly idleMs: number;
  /** Hex SHA-1 of an ASCII text. */
  readonly sha1: (text: string) => string;
}

interface OpenJob {
  readonly prefix: string;
  readonly target: string;
  readonly difficulty: number;
  readonly sentMs: number;
}

export interface MinerState {
  readonly phase: "greeted" | "working" | "answered" | "closed";
  /** The last message that counts against the time limits: until the first JOB, none does. */
  readonly activeMs: number;
  readonly seed: number;
  /** "" until the first JOB. */
  readonly user: string;
  readonly adapts: boolean;
  readonly difficulty: number;
  readonly job: OpenJob | null;
  readonly accepted: number;
  /** The rate that the difficulty was made for. */
  readonly rememberedHs: number | null;
}

const ODDS_OF = 1_000_000;

export interface PracticeShare {
  readonly user: string;
  readonly rig: string;
  readonly software: string;
  readonly verdict: "accepted" | "rejected";
  readonly block: boolean;
  /** As the miner hears it; null if it was accepted. */
  readonly reason: string | null;
  readonly difficulty: number;
  /** The work that such a share takes on average; 0 if it was rejected. */
  readonly hashes: number;
  /** As the miner reports it; null if it does not. */
  readonly hashrateHs: number | null;
  /** From the job's write to the result's arrival. */
  readonly shareMs: number;
  /** What the miner had to find: the next block's hash. */
  readonly target: string;
  /** By which the wallet shows the connections of one machine as one; null if the miner names none. */
  readonly group: number | null;
}

export type MinerInput = {
  readonly now: number;
} /** `head` is the last block's hash; `crowded` says that the account or address has too many workers. */ & (
  | {
      readonly type: "message";
      readonly text: string;
      readonly head: string;
      readonly crowded: boolean;
    }
  | { readonly type: "tick" }
);

export type MinerOutput =
  | { readonly type: "send"; readonly text: string }
  /** The first job request: from here the connection counts as one of the user's workers. */
  | { readonly type: "joined"; readonly user: string }
  | { readonly type: "share"; readonly share: PracticeShare }
  /** Close after what was sent. Last. */
  | { readonly type: "end" };

export interface MinerStep {
  readonly state: MinerState;
  readonly outputs: readonly MinerOutput[];
}

/** A miner has connected: it is greeted. `seed`: an integer, another for each connection. */
export function openMiner(
  { banner }: Pick<PoolRules, "banner">,
  seed: number,
  now: number,
): MinerStep {
  const state: MinerState = {
    phase: "greeted",
    activeMs: now,
    seed,
    user: "",
    adapts: false,
    difficulty: 0,
    job: null,
    accepted: 0,
    rememberedHs: null,
  };
  return { state, outputs: [{ type: "send", text: banner }] };
}

/** The next state and what to do, in order. Total: any input in any state, and it never throws. */
export function stepMiner(rules: PoolRules, state: MinerState, input: MinerInput): MinerStep {
  const { now } = input;
  if (state.phase === "closed") return { state, outputs: [] };
  if (input.type === "tick") {
    return now >= idleAt(rules, state) ? close(state, []) : { state, outputs: [] };
  }
  if (state.phase === "greeted") return open(rules, state, input.text, input.head, now);
  const active = { ...state, activeMs: now };
  if (active.job === null) return giveNextJob(rules, active, input.text, input.head, now);
  return judge(rules, active, active.job, decodeResult(input.text), input.crowded, now);
}

/** When the next `tick` is due; null for never. */
export function minerWakeAt(rules: PoolRules, state: MinerState): number | null {
  return state.phase === "closed" ? null : idleAt(rules, state);
}

function idleAt(rules: PoolRules, state: MinerState): number {
  return state.activeMs + (state.phase === "greeted" ? rules.firstJobMs : rules.idleMs);
}

function close(state: MinerState, outputs: readonly MinerOutput[]): MinerStep {
  return {
    state: { ...state, phase: "closed", job: null },
    outputs: [...outputs, { type: "end" }],
  };
}

function refuse(state: MinerState, reason: string): MinerStep {
  return close(state, [{ type: "send", text: encodeBad(reason) }]);
}

function open(
  rules: PoolRules,
  state: MinerState,
  text: string,
  head: string,
  now: number,
): MinerStep {
  const opening = decodeOpening(text);
  switch (opening.type) {
    case "motd":
      return { state, outputs: [{ type: "send", text: rules.motd }] };
    case "ignored":
      return { state, outputs: [] };
    case "malformed":
      return refuse(state, "Incorrect data");
    case "job": {
      const { user } = opening;
      if (user === "") return refuse(state, "No username specified");
      const { adapts, difficulty } = rules.tiers.get(opening.tier) ?? FALLBACK_TIER;
      const start = adapts ? (rules.startDifficulty ?? difficulty) : difficulty;
      const joined = { ...state, activeMs: now, user, adapts, difficulty: start };
      const given = giveJob(rules, joined, head, now);
      return { state: given.state, outputs: [{ type: "joined", user }, ...given.outputs] };
    }
  }
}

/**
 * After a verdict any text is the next request, but not a JOB for another user: that ends the
 * connection without a word. POOL24 has this check where a later JOB does not reach it; to practise, strict is better.
 */
function giveNextJob(
  rules: PoolRules,
  state: MinerState,
  text: string,
  head: string,
  now: number,
): MinerStep {
  const request = decodeOpening(text);
  if (request.type === "job" && request.user !== state.user) return close(state, []);
  return giveJob(rules, state, head, now);
}

function giveJob(rules: PoolRules, state: MinerState, prefix: string, now: number): MinerStep {
  const { difficulty } = state;
  const { value, seed } = draw(state.seed, 100 * difficulty);
  const target = rules.sha1(`${prefix}${value + 1}`);
  return {
    state: { ...state, phase: "working", seed, job: { prefix, target, difficulty, sentMs: now } },
    outputs: [{ type: "send", text: encodeJob(prefix, target, difficulty) }],
  };
}

function judge(
  rules: PoolRules,
  state: MinerState,
  job: OpenJob,
  result: Result,
  crowded: boolean,
  now: number,
): MinerStep {
  const unjust = draw(state.seed, ODDS_OF);
  const seed = rules.wrong > 0 ? unjust.seed : state.seed;
  const wrong = unjust.value < rules.wrong * ODDS_OF;
  const reason = wrong ? rules.wrongReason : rejectReason(rules, job, result, crowded);
  const luck = draw(seed, rules.blockOdds);
  const block = reason === null && luck.value === 0;
  const { software, rig, hashrateHs, group } = result;
  const { difficulty, target } = job;
  const shareMs = now - job.sentMs;
  const share: PracticeShare = {
    user: state.user,
    rig,
    software,
    verdict: reason === null ? "accepted" : "rejected",
    block,
    reason,
    difficulty,
    hashes: reason === null ? meanHashes(difficulty) : 0,
    hashrateHs,
    shareMs,
    target,
    group,
  };
  const accepted = state.accepted + (reason === null ? 1 : 0);
  const answered = { ...state, phase: "answered", job: null, seed: luck.seed, accepted } as const;
  const text = reason !== null ? encodeBad(reason) : block ? "BLOCK\n" : "GOOD\n";
  return {
    state: reason === null ? adapt(rules, answered, hashrateHs) : answered,
    outputs: [
      { type: "share", share },
      { type: "send", text },
    ],
  };
}

function rejectReason(
  rules: PoolRules,
  job: OpenJob,
  result: Result,
  crowded: boolean,
): "Incorrect result" | "Invalid data" | "Too many workers" | null {
  if (crowded) return "Too many workers";
  if (result.hashrateHs !== null && result.hashrateHs <= 0) return "Invalid data";
  const solved = result.nonce !== null && rules.sha1(`${job.prefix}${result.nonce}`) === job.target;
  return solved ? null : "Incorrect result";
}

/** A miner that does not report its rate keeps the difficulty that it has: one share says too little about it. */
function adapt(rules: PoolRules, state: MinerState, rateHs: number | null): MinerState {
  if (!state.adapts || rateHs === null) return state;
  if (!mustAdapt(state.accepted, rateHs, state.rememberedHs)) return state;
  const difficulty = fairDifficulty(rateHs, rules.expectedShareMs, rules.minDifficulty);
  return { ...state, difficulty, rememberedHs: rateHs };
}
