// Back end: a flow as a WebAssembly module, for the lanes of a dialect, in one stream or two.

import { type Flow, HUNDRED, LANE } from "./flow.ts";
import { type Layout, layoutOf, slotAt, TAIL_WORDS, type Width } from "./layout.ts";
import { I32, wasmModule } from "./wasm-bytes.ts";
import { type Dialect, OP, SCALAR } from "./wasm-dialect.ts";
import { get, i32, LevelEmitter, LOCAL, set, WORD_BYTES } from "./wasm-level.ts";

const PARAMETERS = 3;

/** Works the hundreds out, and stores what the lanes read. */
function emitHundreds(emitter: LevelEmitter, layout: Layout, dialect: Dialect): void {
  const { out, variables } = emitter;
  for (let stream = 0; stream < layout.streams; stream++) {
    for (const place of variables.kept) {
      emitter.keep(place, stream);
      if (!layout.slots.has(place)) continue;
      out.push(...i32(0));
      emitter.push(place, stream);
      out.push(...dialect.storeSlot(WORD_BYTES * slotAt(layout, place, stream)));
    }
  }
}

/** Works the lanes out, and returns the index if one passes. */
function emitLanes(emitter: LevelEmitter, flow: Flow, layout: Layout, dialect: Dialect): void {
  const { out, variables } = emitter;
  const streams = Array.from({ length: layout.streams }, (_, stream) => stream);
  for (const place of variables.kept) for (const stream of streams) emitter.keep(place, stream);
  // One branch: what only a second one reads V8 would work out behind the first, after all of the first stream.
  for (const stream of streams) {
    for (const place of flow.equal) emitter.push(place, stream);
    out.push(...dialect.anyEqual);
    if (stream > 0) out.push(OP.i32Or);
  }
  out.push(OP.if, OP.empty, ...get(LOCAL.index), OP.return, OP.end);
}

/** How wide a module is. */
export function widthOf({ lanes, spread }: Dialect, streams: 1 | 2): Width {
  return { lanes, streams, isPacked: spread !== null };
}

/** The module of a flow, with a memory of at least so many words. */
export function wasmOf(
  flow: Flow,
  dialect: Dialect,
  streams: 1 | 2,
  memoryWords: number,
): Uint8Array<ArrayBuffer> {
  const layout = layoutOf(flow, widthOf(dialect, streams));
  const out: number[] = [];
  const hundreds = new LevelEmitter(out, flow, layout, HUNDRED, SCALAR, LOCAL.variables);
  const firstLane = LOCAL.variables + hundreds.locals;
  const lanes = new LevelEmitter(out, flow, layout, LANE, dialect, firstLane);

  const { groups, tails, rowWords } = layout;
  const { index, end, table, block, tail, stop } = LOCAL;
  const tailBytes = i32(WORD_BYTES * TAIL_WORDS * streams);
  const rowBytes = i32(WORD_BYTES * rowWords);
  const tableBytes = i32(WORD_BYTES * rowWords * groups);

  // `table` counts bytes from here on, and is the row of the group that is looked at.
  out.push(...get(table), ...i32(WORD_BYTES), OP.i32Mul, ...set(table));
  out.push(OP.block, OP.empty, OP.loop, OP.empty);
  out.push(...get(index), ...get(end), OP.i32GreaterEqualU, OP.brIf, 1);
  out.push(...get(index), ...i32(groups), OP.i32DivU, ...set(block));
  out.push(...get(block), ...tailBytes, OP.i32Mul, ...i32(WORD_BYTES * tails), OP.i32Add);
  out.push(...set(tail));
  emitHundreds(hundreds, layout, dialect);
  out.push(...get(block), ...i32(1), OP.i32Add, ...i32(groups), OP.i32Mul, OP.localTee, stop);
  out.push(...get(end), ...get(stop), ...get(end), OP.i32LessU, OP.select, ...set(stop));
  out.push(...get(table), ...get(index), ...get(block), ...i32(groups), OP.i32Mul, OP.i32Sub);
  out.push(...rowBytes, OP.i32Mul, OP.i32Add, ...set(table));
  out.push(OP.loop, OP.empty);
  emitLanes(lanes, flow, layout, dialect);
  out.push(...get(table), ...rowBytes, OP.i32Add, ...set(table));
  out.push(...get(index), ...i32(1), OP.i32Add, OP.localTee, index);
  out.push(...get(stop), OP.i32LessU, OP.brIf, 0, OP.end);
  // The next hundred begins with the first row again.
  out.push(...get(table), ...tableBytes, OP.i32Sub, ...set(table));
  out.push(OP.br, 0, OP.end, OP.end, ...i32(-1));

  const counted = firstLane - PARAMETERS;
  return wasmModule(
    out,
    [
      [counted, I32],
      [lanes.locals, dialect.type],
    ],
    memoryWords,
  );
}
