// A slot's pool sessions for people: where each stands, what it has, and what it waits for.

import { seconds } from "./evidence-text.ts";
import { type Seat, SPLIT_SEAT, slotOfSeat } from "./seat.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const WORDS: Readonly<Record<Seat["state"], string>> = {
  down: "no session",
  connecting: "connecting",
  idle: "connected and idle",
  requested: "waits for a job",
  working: "has a job",
  securing: "writes its share down",
  submitting: "waits for the verdict on its share",
};

function jobText({ job }: Seat): string[] {
  if (job === null) return [];
  const where = job.worker === null ? "nobody searches it" : `searched by ${job.worker}`;
  return [`job ${job.id} (difficulty ${job.difficulty}): ${where}`];
}

/** One line for each session of the slot, its own first. */
export function seatNotes(rig: RigState, { id }: Slot, now: number): string[] {
  const seats = rig.seats.filter(
    (seat) => seat.id === SPLIT_SEAT || slotOfSeat(rig, seat)?.id === id,
  );
  return seats.map((seat) => {
    const { state, since, node, retryAt, error } = seat;
    const at = state === "down" || node === null || node === "" ? "" : ` at ${node}`;
    const parts = [
      `${WORDS[state]}${at} for ${seconds(now - since)}`,
      ...jobText(seat),
      ...(retryAt > now ? [`nothing is asked for ${seconds(retryAt - now)}`] : []),
      ...(error === null ? [] : [`last error: ${error}`]),
    ];
    return `pool ${seat.id}: ${parts.join("; ")}`;
  });
}
