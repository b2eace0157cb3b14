// Where things lie in the memory that a search and its driver share. Addresses count 32-bit words.
//
//   uniform slots   per stream, one for each of `uniforms(flow)`: as many words as there are lanes, all the same; or, packed, one word
//                   each, those of all streams side by side
//   tails           four words of the message for each hundred of a batch: its tail
//   tables          per length of nonce: span / lanes rows; a row has, for each column of the flow, one word per lane

import { type Flow, uniforms } from "./flow.ts";

/** Hundreds that one call of a search covers at most: 9600 decimal nonces, 0.05 ms to 10 ms. All numbers of streams divide it. */
export const BATCH_HUNDREDS = 96;
export const TAIL_WORDS = 4;

/** How wide a back end is. */
export interface Width {
  /** Nonces in one vector. Divides the flow's span. */
  readonly lanes: 1 | 2 | 4;
  /** Hundreds side by side. */
  readonly streams: 1 | 2 | 4;
  /** A back end that spreads words over its lanes itself reads several slots at a time. */
  readonly isPacked?: boolean;
}

export interface Layout extends Width {
  /** Place in the flow -> slot. */
  readonly slots: ReadonlyMap<number, number>;
  readonly slotWords: number;
  readonly tails: number;
  readonly tables: number;
  readonly rowWords: number;
  /** Rows of a table: groups of nonces in a hundred. */
  readonly groups: number;
}

export function layoutOf(flow: Flow, { lanes, streams, isPacked = false }: Width): Layout {
  const slots = new Map(uniforms(flow).map((place, slot) => [place, slot]));
  const slotWords = isPacked ? 1 : lanes;
  // Vectors are aligned to 16 bytes.
  const tails = 4 * Math.ceil((slots.size * streams * slotWords) / 4);
  const tables = tails + BATCH_HUNDREDS * TAIL_WORDS;
  const rowWords = flow.columns.length * lanes;
  const groups = flow.span / lanes;
  return { lanes, streams, isPacked, slots, slotWords, tails, tables, rowWords, groups };
}

/** The first word of a slot. */
export function slotAt(layout: Layout, place: number, stream: number): number {
  const { slots, slotWords, streams, isPacked } = layout;
  const slot = slots.get(place);
  if (slot === undefined) throw new RangeError(`value ${place} has no slot`);
  return isPacked === true ? slot * streams + stream : (stream * slots.size + slot) * slotWords;
}

/** The first word of the table of the `index`-th length. */
export function tableAt({ tables, rowWords, groups }: Layout, index: number): number {
  return tables + index * groups * rowWords;
}
