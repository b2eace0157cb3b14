// Slot names: `p1`, `p2`, ... one per power line, numbered through all boards of the rig.

export type SlotId = `p${number}`;

/** The name of the slot with this zero-based index: 0 is `p1`. */
export function slotId(index: number): SlotId {
  return `p${index + 1}`;
}

/** The zero-based index of a slot: `p1` is 0. */
export function slotIndex(slot: SlotId): number {
  return Number(slot.slice(1)) - 1;
}

/** Whether a text is the name of a slot of any rig. */
export function isSlotId(text: string): text is SlotId {
  return /^p[1-9][0-9]?$/.test(text);
}
