// What the outside says of power: the schedules for now, and a number from elsewhere.

import { type Draft, report, saveRig } from "./draft.ts";
import type { EventOf } from "./event.ts";

export function onSchedule(draft: Draft, { reading }: EventOf<"schedule">): void {
  const { rig } = draft;
  const before = rig.schedule;
  if (before?.clockSet !== reading.clockSet || before.open.join() !== reading.open.join()) {
    report(draft, "info", "schedule.now", null, null, {
      open: reading.open.join(", "),
      clock_set: reading.clockSet,
      watts: leastWatts(reading.ceilings),
    });
  }
  rig.schedule = reading;
}

function leastWatts(ceilings: readonly { readonly watts: number }[]): number | null {
  return ceilings.length === 0 ? null : Math.min(...ceilings.map(({ watts }) => watts));
}

export function onExternalCeiling(draft: Draft, event: EventOf<"external-ceiling">): void {
  const { watts, source, forMs } = event;
  const changed = draft.rig.external?.watts !== watts;
  draft.rig.external = { watts, source, until: draft.now + forMs };
  if (!changed) return;
  report(draft, "info", "ceiling.external", null, source, { watts, for_ms: forMs });
  saveRig(draft);
}

/** Lets go of what has run out, and says so. Part of a tick. */
export function expireExternal(draft: Draft): void {
  const { rig, now } = draft;
  if (rig.external !== null && now >= rig.external.until) {
    report(draft, "warn", "ceiling.expired", null, "external", { source: rig.external.source });
    rig.external = null;
    saveRig(draft);
  }
}
