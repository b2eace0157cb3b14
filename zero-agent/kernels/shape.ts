// The lengths of nonce that one flow serves: those whose last two digits lie in the same words of the message.

export interface Shape {
  readonly name: "short" | "usual" | "long";
  /** Words of the message in which the last two digits may lie. */
  readonly digits: readonly number[];
  readonly minLength: number;
  readonly maxLength: number;
}

/**
 * The middle one is what a pool's usual jobs are searched with, and is kept apart for that: one word less that the digits
 * reach saves 1 to 3 % of the work. The others are for few nonces, or for very many at 2 % more.
 */
export const SHAPES: readonly Shape[] = [
  { name: "short", digits: [10, 11], minLength: 2, maxLength: 5 },
  { name: "usual", digits: [11], minLength: 6, maxLength: 8 },
  { name: "long", digits: [11, 12, 13], minLength: 9, maxLength: 15 },
];
