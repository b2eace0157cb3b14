// Slot names: `p1`, `p2`, ... one per power line, numbered through all boards of the rig.

export type SlotId = `p${number}`;

/** Of four boards with four lines each. Written out, for V8 tells names that stand in the source apart by their address. */
const NAMES: readonly SlotId[] = [
  "p1",
  "p2",
  "p3",
  "p4",
  "p5",
  "p6",
  "p7",
  "p8",
  "p9",
  "p10",
  "p11",
  "p12",
  "p13",
  "p14",
  "p15",
  "p16",
];

/** The name of the slot with this zero-based index: 0 is `p1`. */
export function slotId(index: number): SlotId {
  return NAMES[index] ?? `p${index + 1}`;
}

/** The zero-based index of a slot: `p1` is 0. */
export function slotIndex(slot: SlotId): number {
  return Number(slot.slice(1)) - 1;
}

/** Whether a text is the name of a slot of any rig. */
export function isSlotId(text: string): text is SlotId {
  return /^p[1-9][0-9]?$/.test(text);
}
