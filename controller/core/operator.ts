// What people ask for. An operator's word beats every automatic rule; it is written down before it is done, like the rest.

import { type Draft, enter, patchSlot, report, save, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import type { Slot } from "./slot.ts";

function ask(slot: Slot, event: EventOf<"operator">): Partial<Slot> {
  const { reason, hard } = event;
  // Naming a slot takes it back from a foreign hand: the operator knows of it now.
  const hold = slot.hold?.kind === "foreign" ? null : slot.hold;
  switch (event.verb) {
    case "on":
      return { wanted: "on", hold, strikes: 0 };
    case "off":
      return { wanted: "off", hold, hardOff: hard, cycleAsked: null };
    case "cycle":
      return { wanted: "on", hold, cycleAsked: { reason: reason || "operator", hard } };
    default:
      return event.verb satisfies never;
  }
}

export function onOperator(draft: Draft, event: EventOf<"operator">): void {
  for (const id of event.slots) {
    const known = slotOf(draft, id);
    if (known === undefined) continue;
    report(draft, "info", `operator.${event.verb}`, id, event.reason || null, { hard: event.hard });
    const slot = patchSlot(draft, known, ask(known, event));
    // On and cycle are the ways out of quarantine that a person has.
    const released = slot.phase === "Quarantined" && slot.wanted === "on";
    save(draft, released ? enter(draft, slot, "Off", "operator", { cycleAsked: null }) : slot);
  }
}
