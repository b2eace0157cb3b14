// Emits the operations of one level of a flow as WebAssembly, value by value.

import { at, type Flow, type Kind } from "./flow.ts";
import { type Layout, slotAt, TAIL_WORDS } from "./layout.ts";
import { type Variables, variablesOf } from "./variables.ts";
import { signed, unsigned } from "./wasm-bytes.ts";
import { type Dialect, OP } from "./wasm-dialect.ts";

const READS_TWICE: readonly Kind[] = ["rotl", "ch", "maj"];
export const WORD_BYTES = 4;

/** Locals: the parameters, what the loops count, then the variables of the hundreds, then those of the lanes. */
export const LOCAL = {
  index: 0,
  end: 1,
  table: 2,
  block: 3,
  tail: 4,
  stop: 5,
  variables: 6,
} as const;

export const get = (local: number): number[] => [OP.localGet, ...unsigned(local)];
export const set = (local: number): number[] => [OP.localSet, ...unsigned(local)];
export const i32 = (word: number): number[] => [OP.i32Const, ...signed(word)];

/** Emits the operations of one level. */
export class LevelEmitter {
  readonly out: number[];
  readonly #flow: Flow;
  readonly #layout: Layout;
  readonly #level: number;
  readonly #dialect: Dialect;
  readonly variables: Variables;
  readonly #firstLocal: number;
  readonly #loaded = new Set<number>();
  /** Address of four packed slots -> their local. */
  readonly #packs = new Map<number, number>();

  constructor(
    out: number[],
    flow: Flow,
    layout: Layout,
    level: number,
    dialect: Dialect,
    firstLocal: number,
  ) {
    this.out = out;
    this.#flow = flow;
    this.#layout = layout;
    this.#level = level;
    this.#dialect = dialect;
    this.#firstLocal = firstLocal;
    this.variables = variablesOf(
      flow,
      level,
      (kind) => READS_TWICE.includes(kind),
      // Two streams read the same row of the table.
      (place) =>
        layout.slots.has(place) || (layout.streams > 1 && at(flow, place).kind === "table"),
    );
  }

  /** So many locals are in use, when all is emitted. */
  get locals(): number {
    return this.variables.count * this.#layout.streams + this.#packs.size;
  }

  #local(place: number, stream: number): number | null {
    const variable = this.variables.of.get(place);
    if (variable === undefined) return null;
    const own = at(this.#flow, place).kind === "table" ? 0 : stream;
    return this.#firstLocal + variable * this.#layout.streams + own;
  }

  /** Works out a value that is kept in a local. */
  keep(place: number, stream: number): void {
    // Loaded where it is first read, lest all rows wait in registers.
    if (at(this.#flow, place).kind === "table") return;
    this.#compute(place, stream);
    this.out.push(...set(this.#local(place, stream) ?? 0));
  }

  /** Pushes a value. */
  push(place: number, stream: number): void {
    const { kind, level, imm } = at(this.#flow, place);
    const local = this.#local(place, stream);
    if (local !== null && kind === "table" && !this.#loaded.has(place)) {
      this.#loaded.add(place);
      this.#compute(place, stream);
      this.out.push(OP.localTee, ...unsigned(local));
    } else if (local !== null) this.out.push(...get(local));
    else if (kind === "const") this.out.push(...this.#dialect.constant(imm));
    else if (level < this.#level) this.#loadSlot(place, stream);
    else this.#compute(place, stream);
  }

  #loadSlot(place: number, stream: number): void {
    // With the address on the stack, not in the instruction: where V8 checks bounds, it then need not.
    const address = WORD_BYTES * slotAt(this.#layout, place, stream);
    const { spread, lanes, load } = this.#dialect;
    if (spread === null) {
      this.out.push(...i32(address), ...load(0));
      return;
    }
    const pack = address - (address % (WORD_BYTES * lanes));
    const known = this.#packs.get(pack);
    const local = known ?? this.#firstLocal + this.locals;
    if (known === undefined) {
      this.#packs.set(pack, local);
      this.out.push(...i32(pack), ...load(0), OP.localTee, ...unsigned(local));
    } else this.out.push(...get(local));
    // The shuffle takes two vectors.
    this.out.push(...get(local), ...spread((address - pack) / WORD_BYTES));
  }

  #compute(place: number, stream: number): void {
    const { kind, args, imm } = at(this.#flow, place);
    const { out } = this;
    const dialect = this.#dialect;
    const operands = args.map((arg) => () => this.push(arg, stream));
    const [a, b, c] = operands as [() => void, () => void, () => void];
    switch (kind) {
      case "word": {
        const offset = imm - this.#flow.firstTailWord + TAIL_WORDS * stream;
        out.push(...get(LOCAL.tail), ...dialect.load(WORD_BYTES * offset));
        break;
      }
      case "table":
        out.push(...get(LOCAL.table), ...dialect.load(WORD_BYTES * imm * dialect.lanes));
        break;
      case "add":
        this.#add(args as [number, number], stream);
        break;
      case "sub":
      case "xor":
      case "and":
        a();
        b();
        out.push(...dialect[kind]);
        break;
      case "rotl":
        dialect.rotl(out, a, imm);
        break;
      case "shr":
        a();
        out.push(...i32(imm), ...dialect.shr);
        break;
      case "ch":
      case "maj":
        dialect[kind](out, a, b, c);
        break;
      default:
        throw new Error(`${kind} is worked out before the search`);
    }
  }

  /** What is rotated or is a majority, and read nowhere else, is added in parts. */
  #add([first, second]: readonly [number, number], stream: number): void {
    const sum = (): void => this.push(first, stream);
    const { kind, args, imm, level } = at(this.#flow, second);
    const isInline = level === this.#level && this.#local(second, stream) === null;
    const operands = args.map((arg) => () => this.push(arg, stream));
    const [a, b, c] = operands as [() => void, () => void, () => void];
    if (isInline && kind === "rotl") this.#dialect.rotl(this.out, a, imm, sum);
    else if (isInline && kind === "maj") this.#dialect.maj(this.out, a, b, c, sum);
    else {
      sum();
      this.push(second, stream);
      this.out.push(...this.#dialect.add);
    }
  }
}
