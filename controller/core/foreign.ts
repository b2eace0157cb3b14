// A line that another program switched: what is found there is taken for what is wanted.

import type { Line } from "../../hat/board.ts";
import { type Draft, enter, patchSlot, report, save } from "./draft.ts";
import { closeIntent } from "./power.ts";
import type { Slot } from "./slot.ts";
import { releaseSlot } from "./work.ts";

/** What is found is adopted, and automation leaves the slot to people. */
export function adoptForeign(draft: Draft, given: Slot, found: Line): Slot {
  report(draft, "warn", "power.foreign-change", given.id, null, { found });
  let slot = releaseSlot(draft, closeIntent(draft, given, "foreign-change"), false);
  slot = patchSlot(draft, slot, {
    written: null,
    cycleAsked: null,
    // Whatever start we had begun is over.
    bootPending: false,
    wanted: found,
    shed: null,
    hold: {
      kind: "foreign",
      reason: "another program switched the line",
      since: draft.now,
      until: Number.POSITIVE_INFINITY,
    },
  });
  save(draft, slot);
  if (found === "off") return enter(draft, slot, "Off", "foreign-change", { offAt: draft.now });
  return enter(draft, slot, "Unknown", "foreign-change", {
    until: draft.now + draft.rig.policy.bootGraceMs,
  });
}
