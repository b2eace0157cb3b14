// Which slots a card in the wrong place concerns: the one that it is in, and the one whose name it bears.

import type { SlotIdentity } from "../../hat/identity.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";

/** The slots whose power line and whose link are not the same Zero's, in the order of the rig. */
export function wrongSlots(identities: readonly SlotIdentity[]): readonly SlotId[] {
  const concerned = new Set<SlotId>();
  for (const { slot, card, mismatch } of identities) {
    if (mismatch === null) continue;
    concerned.add(slot);
    if (card !== null) concerned.add(slotId(card - 1));
  }
  return identities.map(({ slot }) => slot).filter((slot) => concerned.has(slot));
}
