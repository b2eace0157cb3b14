// Builds a flow: finds each operation's level, works out what is constant, and leaves out what nothing reads.

import { evaluateOp } from "./evaluation.ts";
import { type Flow, type Form, HUNDRED, JOB, type Kind, LANE, type Op } from "./flow.ts";

/** A value under construction: its place in the builder's list. */
export type Value = number;

export class FlowBuilder {
  readonly #ops: Op[] = [];
  readonly #constants = new Map<number, Value>();
  readonly #columns: number[] = [];

  constant(word: number): Value {
    const known = this.#constants.get(word | 0);
    if (known !== undefined) return known;
    const value = this.#push({ kind: "const", level: JOB, args: [], imm: word | 0 });
    this.#constants.set(word | 0, value);
    return value;
  }

  /** Word `t` of the message: the same for all nonces of a job, or for a hundred of them. */
  word(t: number, level: Op["level"]): Value {
    return this.#push({ kind: "word", level, args: [], imm: t });
  }

  digest(i: number): Value {
    return this.#push({ kind: "digest", level: JOB, args: [], imm: i });
  }

  /** What the last two digits change in word `t` of the schedule. */
  table(t: number): Value {
    this.#columns.push(t);
    return this.#push({ kind: "table", level: LANE, args: [], imm: this.#columns.length - 1 });
  }

  /** `from` less all terms; what is of a lower level is taken off first. */
  less(from: Value, terms: readonly Value[]): Value {
    return this.#sorted(terms).reduce((rest, term) => this.#apply("sub", [rest, term]), from);
  }

  rotl(a: Value, bits: number): Value {
    return this.#apply("rotl", [a], bits);
  }

  /** To the right, with zeros from the left. */
  shr(a: Value, bits: number): Value {
    return this.#apply("shr", [a], bits);
  }

  and(a: Value, b: Value): Value {
    return this.#apply("and", [a, b]);
  }

  ch(b: Value, c: Value, d: Value): Value {
    return this.#apply("ch", [b, c, d]);
  }

  maj(b: Value, c: Value, d: Value): Value {
    return this.#apply("maj", [b, c, d]);
  }

  /** The sum; what is of a lower level is added up first, else in the given order. */
  sum(terms: readonly Value[]): Value {
    return this.#fold("add", terms);
  }

  /** The exclusive or; what is of a lower level comes first, else in the given order. */
  xor(terms: readonly Value[]): Value {
    return this.#fold("xor", terms);
  }

  #level(value: Value): Op["level"] {
    return this.#ops[value]?.level ?? JOB;
  }

  #fold(kind: "add" | "xor", terms: readonly Value[]): Value {
    return this.#sorted(terms).reduce((sum, term) => this.#apply(kind, [sum, term]));
  }

  /** Stable: among equals the given order stands. */
  #sorted(terms: readonly Value[]): Value[] {
    return [...terms].sort((a, b) => this.#level(a) - this.#level(b));
  }

  #apply(kind: Kind, args: readonly Value[], imm = 0): Value {
    const ops = args.map((arg) => this.#ops[arg] as Op);
    if (ops.every((op) => op.kind === "const")) {
      const [a = 0, b = 0, c = 0] = ops.map((op) => op.imm);
      return this.constant(evaluateOp(kind, a, b, c, imm));
    }
    if (kind === "xor" || kind === "add") {
      const zero = ops.findIndex((op) => op.kind === "const" && op.imm === 0);
      if (zero >= 0) return args[1 - zero] as Value;
    }
    const levels = ops.map((op) => op.level);
    const level = levels.includes(LANE) ? LANE : levels.includes(HUNDRED) ? HUNDRED : JOB;
    return this.#push({ kind, level, args, imm });
  }

  #push(op: Op): Value {
    return this.#ops.push(op) - 1;
  }

  /** The flow that compares the two values. */
  finish(form: Form, equal: readonly [Value, Value]): Flow {
    const kept = new Set<number>();
    const visit = (value: Value): void => {
      if (kept.has(value)) return;
      kept.add(value);
      this.#ops[value]?.args.forEach(visit);
    };
    equal.forEach(visit);
    // An argument's level is never higher, so dependencies stay in order.
    const order = [...kept].sort((a, b) => this.#level(a) - this.#level(b) || a - b);
    const place = new Map(order.map((value, index) => [value, index]));
    const move = (value: Value): number => place.get(value) as number;

    const columns: number[] = [];
    const ops = order.map((value) => {
      const op = this.#ops[value] as Op;
      if (op.kind !== "table") return { ...op, args: op.args.map(move) };
      columns.push(this.#columns[op.imm] as number);
      return { ...op, imm: columns.length - 1 };
    });
    return { ...form, ops, equal: [move(equal[0]), move(equal[1])], columns };
  }
}
