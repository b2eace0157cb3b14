// The data flow of a search: what is computed from what, once for all back ends. Values are 32-bit words.
//
// A flow is a list of operations in the order of their dependencies; an operation's place in it is its name. Each has a
// level, which says how often it is worked out. It follows from the inputs: the highest level among the arguments. Those of
// a lower level come first.
//
//   JOB      once for a job and a length of nonce: in TypeScript, by `evaluate`.
//   HUNDRED  once for a hundred of nonces (all digits but the last two are the same): scalar code, per stream. Where nonces
//            are binary it is 256 of them, and what is said of two digits holds for the lowest byte: `span` has the number.
//   LANE     for each nonce: vector code, one nonce per lane.
//
// How a back end is written. It gets a `Flow` and emits one function run(first, end, table) -> index, over a memory of
// 32-bit words that ../layout.ts describes:
//   for each hundred h from floor(first / groups) on                (groups = span / lanes)
//     work out the operations of level HUNDRED; their `word` t is tails[4 h + t - firstTailWord], their arguments of level JOB are in
//     the uniform slots. Keep those of `uniforms(flow)`, which the lanes read: in the slots (one word per lane) or in registers.
//     for each group g of the hundred, up to index h * groups + g = end - 1:
//       work out the operations of level LANE; `table` n is the vector at table + g * (columns * lanes) + n * lanes.
//       if in any lane both values of `flow.equal` are the same: return h * groups + g
//   return -1
// What `rotl`, `shr`, `ch` and `maj` become is the back end's business: it knows what its machine does in one step.
// With two streams it does hundreds 2 h and 2 h + 1 side by side, sharing the loads of the table; h then counts pairs.

export const JOB = 0;
export const HUNDRED = 1;
export const LANE = 2;
type Level = typeof JOB | typeof HUNDRED | typeof LANE;

export type Kind =
  /** `imm` itself. */
  | "const"
  /** Word `imm` of the message, with the last two digits of the nonce as '0'. */
  | "word"
  /** Word `imm` of what a job gives beside the message: of the digest that is looked for, or of the state to begin with. */
  | "digest"
  /** Column `imm` of the table of digits: what the last two digits change in a word of the schedule. */
  | "table"
  | "add"
  | "sub"
  | "xor"
  | "and"
  /** To the left by `imm` bits. */
  | "rotl"
  /** To the right by `imm` bits, with zeros from the left. */
  | "shr"
  /** FIPS 180-4, section 4.1.1: Ch(x, y, z) and Maj(x, y, z). */
  | "ch"
  | "maj";

export interface Op {
  readonly kind: Kind;
  readonly level: Level;
  /** Places of the arguments in `ops`. */
  readonly args: readonly number[];
  readonly imm: number;
}

/** The message that a flow is for. */
export interface Form {
  /** Nonces of a hundred: 100 where they are decimal, 256 where they are binary. */
  readonly span: 100 | 256;
  /** The word of the message with which the tails begin: those of level HUNDRED. */
  readonly firstTailWord: number;
}

export interface Flow extends Form {
  readonly ops: readonly Op[];
  /** Both values are the same: this nonce is worth a full look. */
  readonly equal: readonly [number, number];
  /** The columns of the table of digits: which word of the schedule each belongs to. */
  readonly columns: readonly number[];
}

/** The operation at a place. */
export function at(flow: Flow, place: number): Op {
  const op = flow.ops[place];
  if (op === undefined) throw new RangeError(`no operation ${place}`);
  return op;
}

/** How often each value is used. */
export function uses(flow: Flow): number[] {
  const counts: number[] = new Array(flow.ops.length).fill(0);
  const count = (place: number): void => {
    counts[place] = (counts[place] as number) + 1;
  };
  for (const { args } of flow.ops) args.forEach(count);
  flow.equal.forEach(count);
  return counts;
}

/** The values that are worked out before the lanes and read by operations of a later level, in order: each needs a slot. */
export function uniforms(flow: Flow): number[] {
  const crossing = new Set<number>();
  for (const { args, level } of flow.ops) {
    for (const arg of args) {
      const { kind, level: from } = at(flow, arg);
      if (kind !== "const" && from < level) crossing.add(arg);
    }
  }
  for (const place of flow.equal) {
    const { kind, level } = at(flow, place);
    if (kind !== "const" && level < LANE) crossing.add(place);
  }
  return [...crossing].sort((a, b) => a - b);
}
