// Where things lie in the memory that a search and its driver share. Addresses count 32-bit words.
//
//   uniform slots   per stream, one for each of `uniforms(flow)`: as many words as there are lanes, all the same
//   tails           words 10..13 of the message for each hundred of a batch
//   tables          per length of nonce: 100 / lanes rows; a row has, for each column of the flow, one word per lane

import { type Flow, uniforms } from "./flow.ts";

/** Hundreds that one call of a search covers at most: 10,000 nonces, 0.2 ms to 10 ms. */
export const BATCH_HUNDREDS = 100;
export const TAIL_WORDS = 4;

/** How wide a back end is. */
export interface Width {
  /** Nonces in one vector. Divides 100. */
  readonly lanes: 1 | 2 | 4;
  /** Hundreds side by side. */
  readonly streams: 1 | 2;
}

export interface Layout extends Width {
  /** Place in the flow -> slot. */
  readonly slots: ReadonlyMap<number, number>;
  readonly tails: number;
  readonly tables: number;
  readonly rowWords: number;
  /** Rows of a table: groups of nonces in a hundred. */
  readonly groups: number;
}

export function layoutOf(flow: Flow, { lanes, streams }: Width): Layout {
  const slots = new Map(uniforms(flow).map((place, slot) => [place, slot]));
  // Vectors are aligned to 16 bytes.
  const tails = 4 * Math.ceil((slots.size * streams * lanes) / 4);
  const tables = tails + BATCH_HUNDREDS * TAIL_WORDS;
  const rowWords = flow.columns.length * lanes;
  return { lanes, streams, slots, tails, tables, rowWords, groups: 100 / lanes };
}

/** The first word of a slot. */
export function slotAt({ slots, lanes }: Layout, place: number, stream: number): number {
  const slot = slots.get(place);
  if (slot === undefined) throw new RangeError(`value ${place} has no slot`);
  return (stream * slots.size + slot) * lanes;
}

/** The first word of the table of the `index`-th length. */
export function tableAt({ tables, rowWords, groups }: Layout, index: number): number {
  return tables + index * groups * rowWords;
}
