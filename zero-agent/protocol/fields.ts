// The fields that messages of the link are made of.

import * as v from "valibot";

export const hex = (digits: number) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)));
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Of a block header. */
export const nonce32 = v.pipe(count, v.maxValue(2 ** 32 - 1));
export const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,64}$/));
export const slot = v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/));
