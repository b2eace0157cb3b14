// Bytes as hexadecimal text, and the two ways in which block headers turn them round.

/** Whether it is text of whole bytes in hexadecimal: exactly so many, or up to `max` of them. */
export function isHex(value: unknown, min: number, max = min): value is string {
  return (
    typeof value === "string" &&
    value.length % 2 === 0 &&
    value.length >= 2 * min &&
    value.length <= 2 * max &&
    !/[^0-9a-fA-F]/.test(value)
  );
}

/** The bytes in the other order. */
export function reversed(hex: string): string {
  return Buffer.from(hex, "hex").reverse().toString("hex");
}

/** The bytes of each word of four in the other order: how `mining.notify` tells the previous block's hash. */
export function wordsReversed(hex: string): string {
  return Buffer.from(hex, "hex").swap32().toString("hex");
}

/** A number of 32 bits in 8 digits, as `mining.submit` has it. */
export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
