// The data flow of the DUCO-S1 search: SHA-1 of 40 hex digits and a decimal nonce, as few operations per nonce as we know.
//
// What makes it short (docs/kernels.md has the gain of each):
// - The message is one block. What does not depend on the last two digits of the nonce is of a lower level by itself:
//   the first rounds, the inputs of the next few, K added to words that the digits do not reach.
// - The schedule is linear in GF(2): word t = (word t with digits 00) xor (what the two digits change in word t). The first
//   is done per hundred; the second depends on no job and is a table of 100 rows.
// - The target is run back through the last rounds as far as that is cheaper than running forward, and compared there.

import { type Flow, type Form, HUNDRED, JOB } from "./flow.ts";
import { FlowBuilder, type Value } from "./flow-builder.ts";

// FIPS 180-4, sections 5.3.1 and 4.2.1.
const IV = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as const;
const K = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const;
const ROUNDS = 80;
/** The prefix ends here and the nonce begins. */
const FIRST_TAIL_WORD = 10;
/** At most 15 digits: they end in word 13, and word 14 is always 0. */
const LAST_TAIL_WORD = 13;
const FORM: Form = { span: 100, firstTailWord: FIRST_TAIL_WORD };

/** Which steps of the optimisation are taken. What is best depends on the back end, and was measured: docs/kernels.md. */
export interface Steps {
  /** The schedule as constant part and table of digits; else it is worked out word by word. */
  readonly isLinear: boolean;
  /** The round whose `a` is compared: 75 (with the target's last word), less (with the target run back to there), or 79. */
  readonly comparedRound: 71 | 72 | 73 | 74 | 75 | 79;
}

/** The fewest operations. */
export const ALL_STEPS: Steps = { isLinear: true, comparedRound: 71 };
/** For JavaScript: V8 checks the bounds of each read, so a table costs more than it saves. */
export const PLAIN_STEPS: Steps = { isLinear: false, comparedRound: 75 };

/** Words of the message that hold the last two digits of the nonce, for all lengths that the flow is for. */
export type Digits = readonly number[];

/** Which words of the expanded schedule depend on the given words of the message. */
function reached(digits: Digits): boolean[] {
  const isReached = Array.from({ length: ROUNDS }, (_, t) => digits.includes(t));
  for (let t = 16; t < ROUNDS; t++) {
    isReached[t] = [3, 8, 14, 16].some((back) => isReached[t - back]);
  }
  return isReached;
}

/** The words of the schedule, each as terms of a sum. */
function schedule(flow: FlowBuilder, digits: Digits, steps: Steps): Value[][] {
  const words = Array.from({ length: 16 }, (_, t) => {
    if (t === 14) return flow.constant(0);
    return flow.word(t, t >= FIRST_TAIL_WORD && t <= LAST_TAIL_WORD ? HUNDRED : JOB);
  });
  const word = (t: number): Value => words[t] as Value;
  if (!steps.isLinear) for (const t of digits) words[t] = flow.xor([word(t), flow.table(t)]);
  for (let t = 16; t < ROUNDS; t++) {
    words[t] = flow.rotl(flow.xor([word(t - 3), word(t - 8), word(t - 14), word(t - 16)]), 1);
  }
  const isReached = reached(digits);
  return words.map((value, t) => {
    if (!isReached[t] || !steps.isLinear) return [value];
    // In the message itself the digits are '0', 0x30: a sum has no carry there, and is one step less.
    return t < 16 ? [value, flow.table(t)] : [flow.xor([value, flow.table(t)])];
  });
}

function mixed(flow: FlowBuilder, t: number, b: Value, c: Value, d: Value): Value {
  if (t < 20) return flow.ch(b, c, d);
  return t >= 40 && t < 60 ? flow.maj(b, c, d) : flow.xor([b, c, d]);
}

function roundConstant(flow: FlowBuilder, t: number): Value {
  return flow.constant(K[Math.floor(t / 20)] as number);
}

type State = readonly [a: Value, b: Value, c: Value, d: Value, e: Value];
type Schedule = readonly (readonly Value[])[];

/** The `a` after the rounds 0..last. */
function forward(flow: FlowBuilder, words: Schedule, last: number): Value {
  let state = IV.map((word) => flow.constant(word)) as unknown as State;
  for (const [t, word] of words.slice(0, last + 1).entries()) {
    const [a, b, c, d, e] = state;
    // `a` is the newest value: all else can be summed while it is on its way.
    const terms = [roundConstant(flow, t), e, ...word, mixed(flow, t, b, c, d), flow.rotl(a, 5)];
    state = [flow.sum(terms), a, flow.rotl(b, 30), c, d];
  }
  return state[0];
}

/** What `a` has to be after the round `last`, found by undoing the rounds 79..last + 5 on the digest. */
function backward(flow: FlowBuilder, words: Schedule, last: number): Value {
  const digest = IV.map((word, i) => flow.less(flow.digest(i), [flow.constant(word)]));
  if (last === 79) return digest[0] as Value;
  let [a, b, c, d, e] = digest as unknown as State;
  for (let t = ROUNDS - 1; t > last + 4; t--) {
    const oldB = flow.rotl(c, 2);
    const known = [flow.rotl(b, 5), mixed(flow, t, oldB, d, e), roundConstant(flow, t)];
    const oldE = flow.less(a, [...known, ...(words[t] as readonly Value[])]);
    [a, b, c, d, e] = [b, oldB, d, e, oldE];
  }
  // That `e` is the `a` of four rounds before, rotated by 30.
  return flow.rotl(e, 2);
}

/** The search for nonces whose last two digits lie in the words `digits` of the message. */
export function ducoS1Flow(digits: Digits, steps: Steps = ALL_STEPS): Flow {
  const flow = new FlowBuilder();
  const words = schedule(flow, digits, steps);
  const { comparedRound } = steps;
  const found = forward(flow, words, comparedRound);
  return flow.finish(FORM, [found, backward(flow, words, comparedRound)]);
}
