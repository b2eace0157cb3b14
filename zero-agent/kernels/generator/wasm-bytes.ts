// WebAssembly's binary format, as much of it as a search needs: one function, one memory.
// Numbers are from the specification, core 2.0, sections 5.4 (instructions) and 5.5 (modules).

export type Bytes = readonly number[];

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...bytes, rest & 127];
}

export const I32 = 0x7f;
export const V128 = 0x7b;
const FUNCTION_TYPE = 0x60;
const PAGE_BYTES = 65_536;
const HEADER: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function vector(items: readonly Bytes[]): Bytes {
  return unsigned(items.length).concat(...items);
}

function section(id: number, content: Bytes): Bytes {
  return [id].concat(unsigned(content.length), content);
}

function exported(name: string, kind: number): number[] {
  return [name.length, ...Buffer.from(name), kind, 0];
}

/** Locals of a function behind its parameters: so many of each type. */
export type Locals = readonly (readonly [count: number, type: number])[];

/** A module that exports its memory, of a fixed size, and `run`, from three i32 to one. */
export function wasmModule(
  code: Bytes,
  locals: Locals,
  memoryWords: number,
): Uint8Array<ArrayBuffer> {
  const pages = unsigned(Math.ceil((4 * memoryWords) / PAGE_BYTES));
  const types = vector(locals.map(([count, type]) => [...unsigned(count), type]));
  const body = types.concat(code, 0x0b);
  return new Uint8Array(
    HEADER.concat(
      section(1, vector([[FUNCTION_TYPE].concat(vector([[I32], [I32], [I32]]), vector([[I32]]))])),
      section(3, vector([[0]])),
      section(5, vector([[1, ...pages, ...pages]])),
      section(7, vector([exported("memory", 2), exported("run", 0)])),
      section(10, vector([unsigned(body.length).concat(body)])),
    ),
  );
}
