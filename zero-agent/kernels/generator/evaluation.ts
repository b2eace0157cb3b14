// Works a flow out, value by value: for the values that are computed once a job, and to test the flow itself.

import { type Flow, type Kind, LANE, type Op } from "./flow.ts";

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** One operation on 32-bit words. */
export function evaluateOp(kind: Kind, a: number, b: number, c: number, imm: number): number {
  switch (kind) {
    case "add":
      return (a + b) | 0;
    case "sub":
      return (a - b) | 0;
    case "xor":
      return a ^ b;
    case "and":
      return a & b;
    case "rotl":
      return rotateLeft(a, imm);
    case "shr":
      return (a >>> imm) | 0;
    case "ch":
      return c ^ (a & (b ^ c));
    case "maj":
      return (a & b) ^ (c & (a ^ b));
    case "const":
      return imm;
    default:
      throw new Error(`${kind} is an input`);
  }
}

/** Where the inputs are read from. Each has as many words as the flow asks for. */
export interface Inputs {
  readonly words: Int32Array;
  readonly digest: Int32Array;
  /** A row of the table of digits; not needed below LANE. */
  readonly row?: Int32Array;
}

const INPUTS: readonly Kind[] = ["word", "digest", "table"];

/** The operations up to a level, side by side in arrays: to read them as objects takes longer than to work them out. */
export class Evaluation {
  /** By place. Those of a higher level stay 0. */
  readonly values: Int32Array;
  readonly #inputs: readonly { readonly place: number; readonly op: Op }[];
  readonly #kinds: readonly Kind[];
  /** Of each operation: its place, its three arguments, its number. */
  readonly #numbers: Int32Array;

  constructor(flow: Flow, level: number) {
    const all = flow.ops.flatMap((op, place) => (op.level <= level ? [{ place, op }] : []));
    this.values = new Int32Array(flow.ops.length);
    for (const { place, op } of all) if (op.kind === "const") this.values[place] = op.imm;
    this.#inputs = all.filter(({ op }) => INPUTS.includes(op.kind));
    const worked = all.filter(({ op: { kind } }) => kind !== "const" && !INPUTS.includes(kind));
    this.#kinds = worked.map(({ op }) => op.kind);
    this.#numbers = Int32Array.from(
      worked.flatMap(({ place, op: { args, imm } }) => {
        const [a = 0, b = 0, c = 0] = args;
        return [place, a, b, c, imm];
      }),
    );
  }

  run({ words, digest, row }: Inputs): void {
    const { values } = this;
    for (const { place, op } of this.#inputs) {
      const from = op.kind === "word" ? words : op.kind === "digest" ? digest : row;
      values[place] = from?.[op.imm] ?? 0;
    }
    const numbers = this.#numbers;
    for (let i = 0, at = 0; i < this.#kinds.length; i++, at += 5) {
      values[numbers[at] as number] = evaluateOp(
        this.#kinds[i] as Kind,
        values[numbers[at + 1] as number] as number,
        values[numbers[at + 2] as number] as number,
        values[numbers[at + 3] as number] as number,
        numbers[at + 4] as number,
      );
    }
  }
}

/** Whether the nonce passes the flow's compare. */
export function passes(flow: Flow, inputs: Inputs): boolean {
  const evaluation = new Evaluation(flow, LANE);
  evaluation.run(inputs);
  const { values } = evaluation;
  return values[flow.equal[0]] === values[flow.equal[1]];
}
