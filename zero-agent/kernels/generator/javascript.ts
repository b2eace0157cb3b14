// Back end: a flow as the text of a JavaScript module. One lane; the values of a hundred are constants of its loop.

import { at, type Flow, HUNDRED, JOB, type Kind, LANE, uniforms } from "./flow.ts";
import { layoutOf, slotAt, TAIL_WORDS } from "./layout.ts";
import { type Variables, variablesOf } from "./variables.ts";

const READS_TWICE: readonly Kind[] = ["rotl", "ch", "maj"];
/** As long as the project's other lines. */
const LINE_MAX = 100;

/** Lines of statements, as many to a line as fit. */
function packed(statements: readonly string[], indent: string, lineMax: number): string {
  const lines: string[] = [];
  let line = indent;
  for (const statement of statements) {
    if (line !== indent && line.length + 1 + statement.length > lineMax) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? statement : ` ${statement}`;
  }
  return [...lines, line].join("\n");
}

class Writer {
  readonly #flow: Flow;
  readonly #names = new Map<number, string>();

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  name(place: number, name: string): string {
    this.#names.set(place, name);
    return name;
  }

  /** The value as an operand: a name, a number, or an expression in brackets. */
  value(place: number): string {
    return this.#names.get(place) ?? this.expression(place);
  }

  expression(place: number): string {
    const { kind, args, imm } = at(this.#flow, place);
    const [a = "", b = "", c = ""] = args.map((arg) => this.value(arg));
    switch (kind) {
      case "const":
        return imm < 0 ? `(${imm})` : `${imm}`;
      case "word":
        return `memory[tail + ${imm - this.#flow.firstTailWord}]`;
      case "table":
        return `memory[row + ${imm}]`;
      case "add":
        return `(${a} + ${b})`;
      case "sub":
        return `(${a} - ${b})`;
      case "xor":
        return `(${a} ^ ${b})`;
      case "and":
        return `(${a} & ${b})`;
      case "shr":
        return `(${a} >>> ${imm})`;
      case "rotl":
        return `((${a} << ${imm}) | (${a} >>> ${32 - imm}))`;
      case "ch":
        return `(${c} ^ (${a} & (${b} ^ ${c})))`;
      case "maj":
        return `((${a} & ${b}) + (${c} & (${a} ^ ${b})))`;
      default:
        throw new Error(`${kind} is worked out before the search`);
    }
  }

  /** Sums are exact below 2^53 and are cut to 32 bits when they are kept. */
  assignments(variables: Variables, prefix: string, declare: string): string[] {
    return variables.kept.map((place) => {
      const expression = this.expression(place).replace(/^\((.*)\)$/, "$1");
      const name = this.name(place, `${prefix}${variables.of.get(place)}`);
      const { kind } = at(this.#flow, place);
      const isSum = kind === "add" || kind === "sub";
      return `${declare}${name} = ${isSum ? `(${expression}) | 0` : expression};`;
    });
  }
}

/** The module's text; it exports `run`. Its lines are no longer than `lineMax`, where statements allow. */
export function javascriptOf(flow: Flow, lineMax = LINE_MAX): string {
  const layout = layoutOf(flow, { lanes: 1, streams: 1 });
  const writer = new Writer(flow);
  const readsTwice = (kind: Kind): boolean => READS_TWICE.includes(kind);
  const crossing = uniforms(flow);
  const isCrossing = (place: number): boolean => layout.slots.has(place);

  const job = crossing
    .filter((place) => at(flow, place).level === JOB)
    .map((place, i) => `const j${i} = memory[${slotAt(layout, place, 0)}];`);
  crossing
    .filter((place) => at(flow, place).level === JOB)
    .forEach((place, i) => {
      writer.name(place, `j${i}`);
    });
  // Each is a constant of its own: most are read by the lanes.
  const hundreds = variablesOf(flow, HUNDRED, readsTwice, isCrossing);
  const own = new Map(hundreds.kept.map((place, i) => [place, i]));
  const hundred = writer.assignments({ ...hundreds, of: own }, "h", "const ");
  const lanes = variablesOf(flow, LANE, readsTwice, () => false);
  const lane = writer.assignments(lanes, "v", "");
  const names = Array.from({ length: lanes.count }, (_, i) => `v${i} = 0`);
  const [left, right] = flow.equal.map((place) => writer.value(place));

  return `export function run(memory: Int32Array, first: number, end: number, table: number): number {
${packed(job, "  ", lineMax)}
  let ${names.join(", ")};
  let index = first;
  while (index < end) {
    const block = Math.floor(index / ${layout.groups});
    const tail = ${layout.tails} + ${TAIL_WORDS} * block;
${packed(hundred, "    ", lineMax)}
    const stop = Math.min(end, ${layout.groups} * (block + 1));
    for (let row = table + ${layout.rowWords} * (index - ${layout.groups} * block); index < stop; index++) {
${packed(lane, "      ", lineMax)}
      if (${left} === ${right}) return index;
      row += ${layout.rowWords};
    }
  }
  return -1;
}
`;
}
