// The state of a controller that has just started.

import { describe, expect, it } from "vitest";
import { NOTHING_REMEMBERED, type Remembered, type SlotMemory } from "./memory.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import type { Slot } from "./slot.ts";
import { initialState } from "./state.ts";

const NOW = 5000;
const NEVER = Number.NEGATIVE_INFINITY;

function begun(remembered: Remembered = NOTHING_REMEMBERED) {
  const shape = { slots: ["p1", "p2"] as const, hostWorkers: 2 };
  return initialState(shape, DEFAULT_POLICY, remembered, NOW);
}

describe("a controller without memory", () => {
  const { slots, seats, hosts, ...rig } = begun();

  it("knows nothing of a slot, and gives it the boot grace to speak", () => {
    const [p1, p2] = slots;
    expect([p1?.id, p1?.index, p2?.id, p2?.index]).toEqual(["p1", 0, "p2", 1]);
    expect(p1).toMatchObject({
      phase: "Unknown",
      why: "start",
      since: NOW,
      until: NOW + 90_000,
      stage: null,
      wanted: "on",
      wantedKnown: false,
      hold: null,
      line: "unknown",
      usb: "unknown",
      heardAt: NEVER,
      offAt: NEVER,
      onAt: NOW,
      progressAt: NOW,
      retryAt: NOW,
      link: null,
      vitals: null,
      intent: null,
      action: null,
      task: null,
      bootId: null,
      bootPending: false,
      adopted: false,
      offAsked: null,
      written: null,
      refused: false,
      heatAt: NEVER,
      restUntil: NEVER,
      demandUntil: NEVER,
      probeAskedAt: NEVER,
      restartUntil: NEVER,
      shed: null,
      answers: null,
      meter: null,
      asking: null,
      busyAt: NOW,
      cycleAsked: null,
      onAsked: null,
      bootMs: [],
      cuts: [],
    } satisfies Partial<Slot>);
  });

  it("counts from nothing", () => {
    const zero = {
      tries: 0,
      strikes: 0,
      barren: 0,
      remedies: 0,
      ofNoUseAt: null,
      heat: 0,
      slowResults: 0,
      unanswered: 0,
      rateHs: 0,
      rateWeightMs: 0,
      hashes: 0,
      fences: 0,
      boots: 0,
      energy: { measuredJ: 0, modelledJ: 0, at: NOW },
    };
    expect(slots[0]).toMatchObject(zero);
    expect(rig.nextId).toBe(1);
  });

  it("has a seat for each slot and host worker, in that order, all down and free to connect", () => {
    expect(seats.map(({ id, index }) => `${id} ${index}`)).toEqual([
      "p1 0",
      "p2 1",
      "h1 2",
      "h2 3",
    ]);
    for (const seat of seats) {
      expect(seat).toMatchObject({
        state: "down",
        since: NOW,
        job: null,
        share: null,
        retryAt: NOW,
        failures: 0,
        error: null,
        accepted: 0,
        rejected: 0,
        unknown: 0,
      });
    }
  });

  it("has host workers that are free", () => {
    const free = { epoch: 1, task: null, rateHs: 0, rateWeightMs: 0, hashes: 0 };
    expect(hosts).toEqual([
      { id: "h1", index: 0, ...free },
      { id: "h2", index: 1, ...free },
    ]);
  });

  it("owes nothing to the past", () => {
    expect(rig).toMatchObject({
      startedAt: NOW,
      lastTickAt: NOW,
      resumedAt: NOW,
      savedAt: NOW,
      storm: { state: "normal" },
      hub: "unseen",
      underVoltageAt: NEVER,
      brownOut: null,
      schedule: null,
      external: null,
      override: null,
      pause: null,
      boardError: null,
      readAt: NEVER,
      linkServerProvedAt: NEVER,
      lastOnAt: NOW,
      lastConnectAt: NEVER,
      halted: null,
      quiescing: false,
      switches: { tokens: DEFAULT_POLICY.switchBurst, at: NOW },
    });
  });
});

describe("a controller with a memory", () => {
  const memory: SlotMemory = {
    ...({} as SlotMemory),
    wanted: "off",
    hold: { kind: "cordon", reason: "fan", leftMs: 700 },
    shed: "idle",
    quarantinedForMs: 400,
    cutAgesMs: [300, 100],
    strikes: 2,
    barren: 9,
    remedies: 5,
    ofNoUseForMs: 200,
    bootMs: [11, 22],
    epoch: 50,
    hashes: 60,
    fences: 3,
    boots: 4,
    energy: { measuredJ: 5, modelledJ: 6 },
  };
  const intent = { id: 9, kind: "cycle", by: "automation", why: "x", reason: "y" } as const;
  const state = begun({
    ...NOTHING_REMEMBERED,
    slots: new Map([["p2", memory]]),
    intents: new Map([["p2", intent]]),
    shares: new Map([["p2", { accepted: 7, rejected: 8, unknown: 9 }]]),
    nextId: 44,
  });
  const [p1, p2] = state.slots;

  it("goes on with ages, counters and what was asked for", () => {
    expect(p2).toMatchObject({
      phase: "Quarantined",
      why: "failed-cycles",
      since: NOW - 400,
      until: NOW + DEFAULT_POLICY.probationMs - 400,
      wanted: "off",
      hold: { kind: "cordon", reason: "fan", since: NOW, until: NOW + 700 },
      shed: { why: "idle", at: NOW },
      cuts: [NOW - 300, NOW - 100],
      strikes: 2,
      barren: 9,
      remedies: 5,
      ofNoUseAt: NOW - 200,
      bootMs: [11, 22],
      hashes: 60,
      fences: 3,
      boots: 4,
      energy: { measuredJ: 5, modelledJ: 6, at: NOW },
    });
    expect(state.nextId).toBe(44);
    expect(state.seats[1]).toMatchObject({ accepted: 7, rejected: 8, unknown: 9 });
    expect(p1).toMatchObject({ phase: "Unknown", strikes: 0 });
  });

  it("takes a memory of before misses and remedies were kept for one of none", () => {
    const { barren: _, remedies: __, ofNoUseForMs: ___, ...old } = memory;
    const slots = new Map([["p2" as const, old]]);
    const [, back] = begun({ ...NOTHING_REMEMBERED, slots }).slots;
    expect(back).toMatchObject({ strikes: 2, barren: 0, remedies: 0, ofNoUseAt: null });
  });

  const ends: [string, Partial<SlotMemory>, boolean][] = [
    ["begun after it was last saved", { idsUpTo: 9, openIntent: null }, true],
    ["open when it was last saved", { idsUpTo: 10, openIntent: 9 }, true],
    // Its end was saved with the slot; on a full disk it may not have been written by itself.
    ["ended before it was last saved", { idsUpTo: 10, openIntent: null }, false],
    ["older than the one that was open then", { idsUpTo: 12, openIntent: 11 }, false],
  ];
  it.each(ends)("goes on with an intent that was %s, or not", (_, changes, open) => {
    const { slots } = begun({
      ...NOTHING_REMEMBERED,
      slots: new Map([["p2", { ...memory, ...changes }]]),
      intents: new Map([["p2", intent]]),
    });
    expect(slots[1]?.intent).toEqual(open ? { ...intent, durable: true } : null);
  });

  it("takes an intent that it finds for written", () => {
    expect(p2?.intent).toEqual({ ...intent, durable: true });
  });

  it("begins epochs that no share of an earlier run can have had", () => {
    // Between two saves, a minute apart, a slot's epoch rises by far less than a thousand.
    expect(p2?.epoch).toBe(50 + 1000);
    expect(p1?.epoch).toBe(1000);
  });
});
