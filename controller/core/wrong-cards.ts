// Cards that sit in another slot than the one that they were made for.

import { type Draft, report } from "./draft.ts";
import type { EventOf } from "./event.ts";

export function onWrongCards(draft: Draft, { slots }: EventOf<"wrong-cards">): void {
  const { rig } = draft;
  for (const { id } of rig.slots) {
    const before = rig.wrongCards.includes(id);
    if (before === slots.includes(id)) continue;
    if (before) report(draft, "info", "slot.right-card", id);
    else {
      report(draft, "error", "slot.wrong-card", id, null, {
        todo: "put each card in the slot that it was made for (`hatctl identify`); until then nothing is cut here by automation",
      });
    }
  }
  rig.wrongCards = slots;
}
