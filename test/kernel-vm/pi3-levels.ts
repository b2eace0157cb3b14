// The levels that a Pi 3's pins go through in part c: what the guest orders, and what the outside must see.

/** ALERT and P1 to P4 of ClusterHAT v1, as BCM numbers. */
export const PI3_PINS = [5, 6, 13, 19, 26] as const;

function word(...bits: readonly number[]): string {
  return `0x${bits.reduce((levels, bit) => levels | (1 << bit), 0).toString(16)}`;
}

/** From nothing driven: p1 to p4 on, p2 off, the alert LED, p1 off and on by a cycle, then all off. */
export const PI3_LEVELS: readonly string[] = [
  word(),
  word(6),
  word(6, 13),
  word(6, 13, 19),
  word(6, 13, 19, 26),
  word(6, 19, 26),
  word(5, 6, 19, 26),
  word(6, 19, 26),
  word(19, 26),
  word(6, 19, 26),
  word(19, 26),
  word(26),
  word(),
];
