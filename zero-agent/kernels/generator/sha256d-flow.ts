// The data flow of the SHA-256d search: SHA-256 of SHA-256 of an 80-byte block header whose last word is the nonce.
//
// What makes it short (docs/kernels.md):
// - The first block of the header holds no nonce: what a job gives is the state behind it.
// - Of the second block only word 3 changes. Rounds 0 to 2, the words 16 and 17 of the schedule, and every sum of what does
//   not change are of level JOB by themselves; what a padding word adds is a constant.
// - The last word of the digest is the number's highest, and has to be 0 but for some bits. It is the `e` of round 60: three
//   rounds, and what only they read, need not be done.

import { IV, K } from "../sha256.ts";
import { type Flow, type Form, HUNDRED, JOB } from "./flow.ts";
import { FlowBuilder, type Value } from "./flow-builder.ts";

const NONCE_WORD = 3;
const FORM: Form = { span: 256, firstTailWord: NONCE_WORD };
const STATE_WORDS = 8;
/** What a job gives beside the message: the state behind the first block, then the bits that have to be 0. */
export const GIVEN = { state: 0, mask: STATE_WORDS } as const;
const LAST_ROUND = 63;
/** The round whose `e` is the last word of the digest, less the word to begin with. */
const COMPARED_ROUND = 60;

/** Which forms are taken. They take as many operations or fewer; what is best depends on the back end, and was measured: docs/kernels.md. */
export interface Sha256dSteps {
  /** `a ^ b` is kept for the next round, where it is `b ^ c`: three operations for a machine that has no majority of its own. */
  readonly sharesMajority: boolean;
  /** Of three rotations of a word each turns the result of the one before: less is in use at a time. Else all turn the word. */
  readonly nestsSigmas: boolean;
}

export const PLAIN_SHA256D_STEPS: Sha256dSteps = { sharesMajority: true, nestsSigmas: true };

type Word8 = readonly Value[];

function rotr(flow: FlowBuilder, a: Value, bits: number): Value {
  return flow.rotl(a, 32 - bits);
}

/** The exclusive or of a word turned right by each of the counts, which ascend. */
function turns(flow: FlowBuilder, a: Value, counts: readonly number[], isNested: boolean): Value {
  if (!isNested) return flow.xor(counts.map((count) => rotr(flow, a, count)));
  let nest = a;
  for (let i = counts.length - 1; i > 0; i--) {
    const by = (counts[i] as number) - (counts[i - 1] as number);
    nest = flow.xor([a, rotr(flow, nest, by)]);
  }
  return rotr(flow, nest, counts[0] as number);
}

/** Both small sigmas: two rotations and a shift. */
function smallSigma(
  flow: FlowBuilder,
  a: Value,
  { turned, shifted }: { readonly turned: readonly number[]; readonly shifted: number },
  { nestsSigmas }: Sha256dSteps,
): Value {
  return flow.xor([turns(flow, a, turned, nestsSigmas), flow.shr(a, shifted)]);
}

/** Adds word `t` to the schedule, if it is not of the message. */
function expand(flow: FlowBuilder, words: Value[], t: number, steps: Sha256dSteps): Value {
  const word = (back: number): Value => words[t - back] as Value;
  if (t >= 16) {
    const low = smallSigma(flow, word(15), { turned: [7, 18], shifted: 3 }, steps);
    const high = smallSigma(flow, word(2), { turned: [17, 19], shifted: 10 }, steps);
    words.push(flow.sum([word(16), low, word(7), high]));
  }
  return word(0);
}

class Majority {
  readonly #flow: FlowBuilder;
  readonly #isShared: boolean;
  #differs: Value | null = null;

  constructor(flow: FlowBuilder, isShared: boolean) {
    this.#flow = flow;
    this.#isShared = isShared;
  }

  /** Call it for each round in order. */
  of(a: Value, b: Value, c: Value): Value {
    const flow = this.#flow;
    if (!this.#isShared) return flow.maj(a, b, c);
    const before = this.#differs ?? flow.xor([b, c]);
    this.#differs = flow.xor([a, b]);
    return flow.xor([b, flow.and(this.#differs, before)]);
  }
}

/** The states after each round of a block. */
function* rounds(
  flow: FlowBuilder,
  start: Word8,
  block: readonly Value[],
  steps: Sha256dSteps,
): Generator<Word8> {
  const majority = new Majority(flow, steps.sharesMajority);
  const words = [...block];
  let state = start;
  for (let t = 0; t <= LAST_ROUND; t++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    const word = expand(flow, words, t, steps);
    const mixed = [turns(flow, e, [6, 11, 25], steps.nestsSigmas), flow.ch(e, f, g)];
    const first = flow.sum([flow.constant(K[t] as number), h, word, ...mixed]);
    const turned = turns(flow, a, [2, 13, 22], steps.nestsSigmas);
    const second = flow.sum([majority.of(a, b, c), turned]);
    state = [flow.sum([first, second]), a, b, c, flow.sum([d, first]), e, f, g];
    yield state;
  }
}

function after(states: Iterable<Word8>, round: number): Word8 {
  let t = 0;
  for (const state of states) if (t++ === round) return state;
  throw new RangeError(`no round ${round}`);
}

/** A block of `words` with the padding of a message of so many bytes. */
function padded(flow: FlowBuilder, words: readonly Value[], bytes: number): Value[] {
  const zeros = new Array(14 - words.length).fill(0).map(() => flow.constant(0));
  return [...words, flow.constant(0x80000000), ...zeros, flow.constant(8 * bytes)];
}

/** The search for nonces whose digest has zeros where the mask has ones. */
export function sha256dFlow(steps: Sha256dSteps): Flow {
  const flow = new FlowBuilder();
  const iv = IV.map((word) => flow.constant(word));
  const state = iv.map((_, i) => flow.digest(GIVEN.state + i));
  // The nonce is little-endian, and its lowest byte the word's highest.
  const nonce = flow.sum([flow.word(NONCE_WORD, HUNDRED), flow.table(NONCE_WORD)]);
  const tail = [0, 1, 2].map((t) => flow.word(t, JOB));
  const block = padded(flow, [...tail, nonce], 80);
  const added = after(rounds(flow, state, block, steps), LAST_ROUND);
  const digest = added.map((word, i) => flow.sum([word, state[i] as Value]));
  const last = after(rounds(flow, iv, padded(flow, digest, 32), steps), COMPARED_ROUND);
  const word = flow.sum([last[4] as Value, iv[7] as Value]);
  return flow.finish(FORM, [flow.and(word, flow.digest(GIVEN.mask)), flow.constant(0)]);
}
