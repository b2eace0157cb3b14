// Randomness from one seed, in independent named streams: what one Zero draws does not change what another one gets.

/** Returns numbers in [0, 1). */
export type Random = () => number;

/** The stream of this name. The same seed and name always give the same numbers. */
export function randomStream(seed: string, name: string): Random {
  // FNV-1a over the names, then mulberry32: short, and good enough for boot times.
  let state = 0x811c9dc5;
  for (const character of `${seed}\0${name}`) {
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A version 4 UUID, as the kernel's boot_id is one. */
export function randomUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, (_, index) => {
    if (index === 12) return "4";
    const digit = Math.floor(random() * 16);
    return (index === 16 ? (digit & 3) | 8 : digit).toString(16);
  }).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
