import { expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import { explain } from "./explain.ts";
import type { Job, Seat } from "./seat.ts";
import { seatNotes } from "./seat-text.ts";
import type { Slot } from "./slot.ts";

const { state, now } = mining({ zeros: 1, policy: { connectionsPerZero: 2 }, hostWorkers: 1 });
const slot = state.slots[0] as Slot;
const JOB = { id: "p1-7", difficulty: 7500, worker: "p1" } as Job;

/** The notes on such sessions of p1, each in its state since 3 s ago. */
function notes(...changes: Partial<Seat>[]): string[] {
  const seats = state.seats.map((seat, index) => ({
    ...seat,
    ...{ state: "idle" as const, node: "pool:1", since: now - 3000, job: null, retryAt: 0 },
    ...changes[index],
  }));
  return seatNotes({ ...state, seats }, slot, now);
}

it("a session is told by where it stands, what it has, and what it waits for", () => {
  expect(notes({ state: "working", job: JOB }, { state: "requested" })).toEqual([
    "pool p1: has a job at pool:1 for 3.0 s; job p1-7 (difficulty 7500): searched by p1",
    "pool p1.2: waits for a job at pool:1 for 3.0 s",
  ]);
  expect(
    notes(
      { state: "down", retryAt: now + 5000, error: "closed: the pool hung up" },
      { state: "working", node: null, job: { ...JOB, worker: null } },
    ),
  ).toEqual([
    "pool p1: no session for 3.0 s; nothing is asked for 5.0 s; last error: closed: the pool hung up",
    "pool p1.2: has a job for 3.0 s; job p1-7 (difficulty 7500): nobody searches it",
  ]);
  expect(notes({ node: "" })[0]).toBe("pool p1: connected and idle for 3.0 s");
});

it("`why` has it among its notes", () => {
  expect(explain(state, slot, now).notes.join("\n")).toMatch(/^pool p1: .*\npool p1\.2: /m);
});
