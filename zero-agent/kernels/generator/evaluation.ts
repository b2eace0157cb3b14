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
    case "rotl":
      return rotateLeft(a, imm);
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

/** The values up to a level, by place. Those of a higher level are not touched. */
export function evaluate(
  flow: Flow,
  inputs: Inputs,
  level: number,
  values: Int32Array = new Int32Array(flow.ops.length),
): Int32Array {
  const { words, digest, row } = inputs;
  for (let place = 0; place < flow.ops.length; place++) {
    const { kind, level: own, args, imm } = flow.ops[place] as Op;
    if (own > level) break;
    // By index: taking an array apart costs several times as much.
    const a = args[0] ?? 0;
    const b = args[1] ?? 0;
    const c = args[2] ?? 0;
    if (kind === "word") values[place] = words[imm] as number;
    else if (kind === "digest") values[place] = digest[imm] as number;
    else if (kind === "table") values[place] = row?.[imm] ?? 0;
    else {
      const x = values[a] as number;
      values[place] = evaluateOp(kind, x, values[b] as number, values[c] as number, imm);
    }
  }
  return values;
}

/** Whether the nonce passes the flow's compare. */
export function passes(flow: Flow, inputs: Inputs): boolean {
  const values = evaluate(flow, inputs, LANE);
  return values[flow.equal[0]] === values[flow.equal[1]];
}
