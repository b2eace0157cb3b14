// Back end: a flow as a function in C, over the lanes of a small header (native/zr-lanes-*.h), in one stream of vectors or two.

import { at, type Flow, HUNDRED, JOB, type Kind, LANE, uniforms } from "./flow.ts";
import { layoutOf, slotAt, TAIL_WORDS, type Width } from "./layout.ts";
import { variablesOf } from "./variables.ts";

/** How wide the code is. A vector may hold nonces of several hundreds side by side, each in `lanes` lanes of its own. */
export interface CWidth {
  readonly lanes: Width["lanes"];
  /** Hundreds in one vector. */
  readonly hundreds: 1 | 2 | 4;
  /** Vectors side by side. */
  readonly vectors: 1 | 2;
}

/** As the driver sees it: hundreds side by side are streams, however they share vectors. A job's values are spread here. */
export function widthOf({ lanes, hundreds, vectors }: CWidth): Width {
  return { lanes, streams: (hundreds * vectors) as Width["streams"], isPacked: true };
}

const READS_TWICE: readonly Kind[] = ["rotl", "ch", "maj"];

/** Writes values as expressions; what is kept has a name of its own. */
class Writer {
  readonly #flow: Flow;
  readonly #hundreds: number;
  readonly #named = new Set<number>();

  constructor(flow: Flow, hundreds: number) {
    this.#flow = flow;
    this.#hundreds = hundreds;
  }

  /** The statement that works a value out and keeps it. */
  keep(place: number, vector: number, expression: string): string {
    this.#named.add(place);
    return `const V ${this.#name(place, vector)} = ${expression};`;
  }

  /** What a job gives is the same in all vectors. */
  #name(place: number, vector: number): string {
    return `x${place}${at(this.#flow, place).level === JOB ? "" : `_${vector}`}`;
  }

  value(place: number, vector: number): string {
    return this.#named.has(place) ? this.#name(place, vector) : this.expression(place, vector);
  }

  expression(place: number, vector: number): string {
    const { kind, args, imm } = at(this.#flow, place);
    const operands = args.map((arg) => this.value(arg, vector));
    switch (kind) {
      case "const":
        return `SPLAT(0x${(imm >>> 0).toString(16)}u)`;
      case "word": {
        const first = TAIL_WORDS * this.#hundreds * vector;
        return `TAIL(tail + ${first}, ${imm - this.#flow.firstTailWord})`;
      }
      case "table":
        return `LOAD(row + LANES * ${imm})`;
      case "add":
        return this.#add(args as [number, number], vector);
      case "xor":
        return this.#xor(args as [number, number], vector);
      case "rotl":
      case "shr":
        return `${kind.toUpperCase()}(${operands[0]}, ${imm})`;
      case "sub":
      case "and":
      case "ch":
      case "maj":
        return `${kind.toUpperCase()}(${operands.join(", ")})`;
      default:
        throw new Error(`${kind} is worked out before the search`);
    }
  }

  /** What is rotated or is a majority, and read nowhere else, is added in parts. */
  #add([first, second]: readonly [number, number], vector: number): string {
    const sum = this.value(first, vector);
    const { kind, args, imm } = at(this.#flow, second);
    const isInline = !this.#named.has(second);
    const operands = args.map((arg) => this.value(arg, vector)).join(", ");
    if (isInline && kind === "rotl") return `ADD_ROTL(${sum}, ${operands}, ${imm})`;
    if (isInline && kind === "maj") return `ADD_MAJ(${sum}, ${operands})`;
    return `ADD(${sum}, ${this.value(second, vector)})`;
  }

  /** Three words are one step for some machines. */
  #xor([first, second]: readonly [number, number], vector: number): string {
    const { kind, args } = at(this.#flow, first);
    const third = this.value(second, vector);
    if (this.#named.has(first) || kind !== "xor")
      return `XOR(${this.value(first, vector)}, ${third})`;
    return `XOR3(${args.map((arg) => this.value(arg, vector)).join(", ")}, ${third})`;
  }
}

/** The function `name` of a flow, as generator/flow.ts has it. */
export function cOf(name: string, flow: Flow, width: CWidth): string {
  const layout = layoutOf(flow, widthOf(width));
  const writer = new Writer(flow, width.hundreds);
  const vectors = Array.from({ length: width.vectors }, (_, vector) => vector);
  const needsVariable = (kind: Kind): boolean => READS_TWICE.includes(kind);

  const job = uniforms(flow)
    .filter((place) => at(flow, place).level === JOB)
    .map((place) => writer.keep(place, 0, `SPLAT(memory[${slotAt(layout, place, 0)}])`));
  const level = (of: number): string[] => {
    const { kept } = variablesOf(flow, of, needsVariable, (place) => layout.slots.has(place));
    return kept.flatMap((place) =>
      vectors.map((vector) => writer.keep(place, vector, writer.expression(place, vector))),
    );
  };
  const hundred = level(HUNDRED);
  const lane = level(LANE);
  const equal = vectors.map((vector) => {
    const [left, right] = flow.equal.map((place) => writer.value(place, vector));
    return `EQUAL(${left}, ${right})`;
  });

  const { groups, tails, rowWords, streams } = layout;
  return `int32_t ${name}(const int32_t *memory, int32_t first, int32_t end, int32_t table) {
  ${job.join("\n  ")}
  int32_t index = first;
  while (index < end) {
    const int32_t block = index / ${groups};
    const int32_t *tail = memory + ${tails} + ${TAIL_WORDS * streams} * block;
    ${hundred.join("\n    ")}
    const int32_t stop = end < ${groups} * (block + 1) ? end : ${groups} * (block + 1);
    const int32_t *row = memory + table + ${rowWords} * (index - ${groups} * block);
    for (; index < stop; index++, row += ${rowWords}) {
      ${lane.join("\n      ")}
      if (${equal.join(" | ")}) return index;
    }
  }
  return -1;
}
`;
}
