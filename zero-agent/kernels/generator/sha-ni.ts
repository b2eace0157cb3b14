// Writes the SHA-256d search in C for x86-64's own instructions for SHA-256, which do two rounds of one nonce in one step:
// what they do is too coarse for a flow, so this is a back end of its own. Several nonces take turns, for each step waits for
// the one before. As in sha256d-flow.ts the first block's state is given, what is constant is worked out here, and the
// second digest ends with the round that gives its last word.

import { IV, K } from "../sha256.ts";

/** Nonces side by side. Three kept the unit busy on a Zen 4 (other code, before this was written). */
const STREAMS = 3;

/** Where things lie in the memory, which counts 32-bit words. */
export const SHA_NI_LAYOUT = {
  /** The state behind the header's first block. */
  state: 0,
  /** Words 0 to 2 of its second block. */
  words: 8,
  /** The bits of the digest's last word that have to be 0. */
  mask: 11,
  /** The nonce's word of each 256 nonces, with the lowest byte of the nonce 0. */
  tails: 12,
} as const;

/** Nonces beyond the last ones of a batch are tried too, and do not count. */
export const SHA_NI_SPARE_TAILS = 1;

/** Four words: constants, or the name of a vector that each stream has. */
type Quad = readonly number[] | string;

interface Halves {
  readonly abef: string;
  readonly cdgh: string;
}

function rotr(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** What sha256msg1 gives for constants. */
function firstPart(older: readonly number[], newer: readonly number[]): number[] {
  const next = [...older.slice(1), newer[0] as number];
  return next.map((word, i) => {
    const sigma = rotr(word, 7) ^ rotr(word, 18) ^ (word >>> 3);
    return ((older[i] as number) + sigma) | 0;
  });
}

function constant(words: readonly number[]): string {
  const hex = [...words].reverse().map((word) => `0x${(word >>> 0).toString(16)}u`);
  return `QUAD(${hex.join(", ")})`;
}

/** Writes statements, each once for every stream; `$` in it stands for the stream. */
class Writer {
  readonly lines: string[] = [];
  #count = 0;

  /** Keeps a value in a vector of each stream and gives its name. */
  keep(expression: string): string {
    const name = `v${this.#count++}_$`;
    for (let stream = 0; stream < STREAMS; stream++)
      this.lines.push(`const V ${name} = ${expression};`.replaceAll("$", `${stream}`));
    return name;
  }

  #value(quad: Quad): string {
    return typeof quad === "string" ? quad : constant(quad);
  }

  /** The four words of the schedule behind these sixteen. */
  #expand([a, b, c, d]: readonly [Quad, Quad, Quad, Quad]): string {
    const isKnown = typeof a !== "string" && typeof b !== "string";
    const first = isKnown
      ? constant(firstPart(a, b))
      : `MSG1(${this.#value(a)}, ${this.#value(b)})`;
    const sum = `ADD(${first}, BEHIND(${this.#value(c)}, ${this.#value(d)}))`;
    return this.keep(`MSG2(${sum}, ${this.#value(d)})`);
  }

  /** Two rounds with the lower two of a sum of words and constants. */
  #two({ abef, cdgh }: Halves, sum: string): Halves {
    return { abef: this.keep(`ROUNDS(${cdgh}, ${abef}, ${sum})`), cdgh: abef };
  }

  /** The rounds `from` to `to` - 1, both even, of a block whose first sixteen words are given. */
  rounds(start: Halves, block: readonly Quad[], from: number, to: number): Halves {
    const quads = [...block];
    let halves = start;
    for (let t = 0; t < to; t += 4) {
      const [a, b, c, d] = quads.slice(-4) as [Quad, Quad, Quad, Quad];
      if (t >= 16) quads.push(this.#expand([a, b, c, d]));
      const quad = quads[t / 4] as Quad;
      const k = K.slice(t, t + 4);
      const isName = typeof quad === "string";
      const known = isName ? [] : quad.map((word, i) => (word + (k[i] as number)) | 0);
      const sum = isName ? this.keep(`ADD(${quad}, ${constant(k)})`) : constant(known);
      if (t >= from) halves = this.#two(halves, sum);
      if (t + 2 >= to) break;
      const upper = isName ? `UPPER(${sum})` : constant([...known.slice(2), 0, 0]);
      halves = this.#two(halves, upper);
    }
    return halves;
  }
}

/** The vectors' halves of a state: the unit wants a, b, e, f in one and c, d, g, h in the other, the first highest. */
function halvesOf(words: readonly string[]): Halves {
  const at = (places: readonly number[]): string =>
    `QUAD(${places.map((place) => words[place]).join(", ")})`;
  return { abef: at([0, 1, 4, 5]), cdgh: at([2, 3, 6, 7]) };
}

const HEAD = `#include <immintrin.h>
#include "zr-program.h"
typedef __m128i V;
#define QUAD(d, c, b, a) _mm_set_epi32((int)(d), (int)(c), (int)(b), (int)(a))
#define ADD(a, b) _mm_add_epi32(a, b)
#define UPPER(a) _mm_shuffle_epi32(a, 0x0e)
#define BEHIND(low, high) _mm_alignr_epi8(high, low, 4)
#define TURNED(a) _mm_shuffle_epi32(a, 0x1b)
#define MSG1(a, b) _mm_sha256msg1_epu32(a, b)
#define MSG2(a, b) _mm_sha256msg2_epu32(a, b)
#define ROUNDS(cdgh, abef, sums) _mm_sha256rnds2_epu32(cdgh, abef, sums)
`;

/** What a nonce needs, from its own word to the half-state that has the digest's last word as its lowest. */
function nonceLines(): { readonly lines: readonly string[]; readonly last: string } {
  const writer = new Writer();
  const zeros = [0, 0, 0, 0];
  const word = `memory[${SHA_NI_LAYOUT.tails} + ((index + $) >> 8)] + ((uint32_t)(index + $) << 24)`;
  const first = writer.keep(`_mm_insert_epi32(words, (int)(${word}), 3)`);
  const block = [first, [0x80000000, 0, 0, 0], zeros, [0, 0, 0, 640]];
  // Rounds 0 and 1 know nothing of the nonce.
  const { abef, cdgh } = writer.rounds({ abef: "begun", cdgh: "abef" }, block, 2, 64);
  const top = writer.keep(`TURNED(ADD(${abef}, abef))`);
  const rest = writer.keep(`TURNED(ADD(${cdgh}, cdgh))`);
  const low = writer.keep(`_mm_unpacklo_epi64(${top}, ${rest})`);
  const high = writer.keep(`_mm_unpackhi_epi64(${top}, ${rest})`);
  const digest = [low, high, [0x80000000, 0, 0, 0], [0, 0, 0, 256]];
  const iv = halvesOf(IV.map((one) => `0x${one.toString(16)}u`));
  // The digest's last word is `e` of round 60, and the next round's `f`.
  return { lines: writer.lines, last: writer.rounds(iv, digest, 0, 62).abef };
}

/** The function `name`, which generator/flow.ts describes: one nonce is a group, and there is no table. */
export function shaNiText(name: string): string {
  const { state, words, mask } = SHA_NI_LAYOUT;
  const memory = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `memory[${from + i}]`);
  const { abef, cdgh } = halvesOf(memory(state, 8));
  const { lines, last } = nonceLines();
  const found = Array.from({ length: STREAMS }, (_, stream) => {
    const word = `(uint32_t)_mm_cvtsi128_si32(${last.replace("$", `${stream}`)})`;
    const isIn = stream === 0 ? "" : ` && index + ${stream} < end`;
    return `if (((${word} + 0x${IV.at(-1)?.toString(16)}u) & mask) == 0${isIn}) return index + ${stream};`;
  });
  return `${HEAD}
int32_t ${name}(const int32_t *memory, int32_t first, int32_t end, int32_t table) {
  (void)table;
  const V abef = ${abef};
  const V cdgh = ${cdgh};
  const V words = QUAD(0, ${memory(words, 3).reverse().join(", ")});
  const uint32_t mask = (uint32_t)memory[${mask}];
  const V begun = ROUNDS(cdgh, abef, ADD(words, ${constant(K.slice(0, 4))}));
  for (int32_t index = first; index < end; index += ${STREAMS}) {
    ${lines.join("\n    ")}
    ${found.join("\n    ")}
  }
  return -1;
}
`;
}
