// What people ask for. An operator's word beats every automatic rule; it is written down before it is done, like the rest.

import { type Draft, enter, patchSlot, report, save, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import type { Slot } from "./slot.ts";

const ASKS: Readonly<
  Record<EventOf<"operator">["verb"], (event: EventOf<"operator">) => Partial<Slot>>
> = {
  // A person vouches for it: what counted against it until now is forgotten.
  on: () => ({ wanted: "on", strikes: 0, cuts: [] }),
  off: ({ hard }) => ({ wanted: "off", hardOff: hard, cycleAsked: null }),
  cycle: ({ reason, hard }) => ({ wanted: "on", cycleAsked: { reason, hard } }),
};

export function onOperator(draft: Draft, event: EventOf<"operator">): void {
  for (const id of event.slots) {
    const known = slotOf(draft, id);
    if (known === undefined) continue;
    report(draft, "info", `operator.${event.verb}`, id, event.reason || null, { hard: event.hard });
    // Naming a slot takes it back from a foreign hand: the operator knows of it now.
    const hold = known.hold?.kind === "foreign" ? null : known.hold;
    const slot = patchSlot(draft, known, { hold, ...ASKS[event.verb](event) });
    // On and cycle are the ways out of quarantine that a person has.
    const released = slot.phase === "Quarantined" && slot.wanted === "on";
    save(draft, released ? enter(draft, slot, "Off", "operator", { cycleAsked: null }) : slot);
  }
}
