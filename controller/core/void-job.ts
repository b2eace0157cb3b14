// The end of a seat's job that nobody solved: whoever holds it lets go of it.

import { type Draft, patchSeat } from "./draft.ts";
import { type Seat, SPLIT_SEAT } from "./seat.ts";
import { stopParts } from "./split.ts";
import { releaseHost, releaseSlot } from "./work.ts";

/** Takes the seat's job from whoever holds it: without its session it is worth nothing. */
export function revokeJob(draft: Draft, seat: Seat): Seat {
  const { job } = seat;
  const jobless = patchSeat(draft, seat, { job: null });
  if (seat.id === SPLIT_SEAT) stopParts(draft);
  for (const slot of draft.rig.slots) {
    if (job !== null && slot.task?.jobId === job.id) releaseSlot(draft, slot, false);
  }
  for (const host of draft.rig.hosts) {
    if (job !== null && host.task?.jobId === job.id) releaseHost(draft, host, host.task, false);
  }
  return jobless;
}

/** The seat is to fetch its work anew: what it has is old, searched in vain, or void by the pool's word. */
export function voidJob(draft: Draft, seat: Seat): void {
  patchSeat(draft, revokeJob(draft, seat), { state: "idle", since: draft.now });
}
