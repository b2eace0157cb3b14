// The words with which intents and shares end: they are written down, and people read them later.

import { describe, expect, it } from "vitest";
import type { SlotReading } from "../../hat/board.ts";
import { ofType } from "../../test/sim/effects.ts";
import { INTENT, mining, withSlot } from "../../test/sim/scene.ts";
import type { Event } from "./event.ts";
import type { Seat, Share } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

const world = mining({ zeros: 1 });
const { now } = world;
const state: RigState = { ...world.state, startedAt: 0, resumedAt: 0, lastTickAt: now };
const LINK = state.slots[0]?.link?.id ?? 0;

const TICK: Event = { type: "tick", now };
const read = (reading: Omit<SlotReading, "slot">): Event => ({
  type: "board-read",
  now,
  reading: { slots: [{ slot: "p1", ...reading }], underVoltage: null },
});

describe("an intent", () => {
  const TEST = { jobId: "t1", seat: SELF_TEST_SEAT, link: LINK, until: now + 1 };
  const wrong: Event = {
    type: "result",
    now,
    worker: "p1",
    link: LINK,
    jobId: "t1",
    epoch: 7,
    nonce: 1,
    hashes: 1,
    elapsedMs: 1,
  };
  const table: [string, Partial<Slot>, Event][] = [
    [
      "on-failed",
      { phase: "PoweringOn", stage: "write", line: "off", usb: "absent", until: now },
      TICK,
    ],
    ["boot-overdue", { phase: "Booting", heardAt: now - 10_000, until: now }, TICK],
    // Heard, and yet it has not proved itself in time.
    ["boot-overdue", { phase: "Booting", heardAt: now, until: now }, TICK],
    [
      "found so",
      {
        phase: "Unknown",
        why: "start",
        line: "unknown",
        usb: "unknown",
      },
      read({ line: "on", usb: "present", driven: true }),
    ],
    ["power-lost", { phase: "Booting" }, read({ line: "off", usb: "absent", driven: false })],
    ["wrong-answers", { phase: "Booting", task: TEST, epoch: 7 }, wrong],
  ];
  it.each(table)("ends as %s", (outcome, changes, event) => {
    const given = withSlot(state, "p1", { task: null, intent: INTENT, ...changes });
    const { effects, state: after } = step(given, event);
    expect(ofType(effects, "close-intent")).toEqual([{ type: "close-intent", intent: 3, outcome }]);
    expect(after.slots[0]?.intent).toBeNull();
  });
});

describe("a share that nobody will know the end of", () => {
  const SHARE: Share = {
    id: 77,
    seat: "p1",
    jobId: "p1-1",
    worker: "p1",
    algorithm: "duco-s1",
    poolTarget: "",
    node: "",
    ref: "",
    prefix: "",
    target: "",
    difficulty: 1,
    nonce: 1,
    hashrateHs: 1,
  };
  const table: [string, Partial<Seat>, Event][] = [
    [
      "no verdict before the session ended",
      { state: "submitting", share: SHARE },
      { type: "pool-down", now, seat: "p1", code: "lost", detail: "" },
    ],
    [
      "session ended before it was sent",
      { state: "down", share: null, retryAt: now + 1 },
      { type: "share-secured", now, seat: "p1", share: 77, valid: true },
    ],
  ];
  it.each(table)("is unknown: %s", (reason, seat, event) => {
    const seats = state.seats.map((each): Seat => ({ ...each, job: null, ...seat }));
    const { effects } = step({ ...withSlot(state, "p1", { task: null }), seats }, event);
    expect(ofType(effects, "settle-share")).toEqual([
      { type: "settle-share", share: 77, outcome: "unknown", reason },
    ]);
  });
});
