// Rigs in any state that can be written down, reached or not: for the modules that only look.

import fc from "fast-check";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import type { Hold, Intent, Link, Phase, Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState, type Storm } from "../../controller/core/state.ts";
import { slotId } from "../../hat/slots.ts";

/** The moment at which all these rigs are looked at; far from 0, so that ages reach back. */
export const NOW = 10_000_000;

const PHASES: readonly Phase[] = [
  "Unknown",
  "Off",
  "PoweringOn",
  "Booting",
  "Ready",
  "Ready",
  "Ready",
  "Degraded",
  "Suspect",
  "Remediating",
  "PoweringOff",
  "Quarantined",
  "Fault",
];

/** A time up to so long ago, with the limits that deadlines hang on among them. */
function past(ms: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 10_000, 15_000), fc.nat({ max: ms })).map((age) => NOW - age);
}

const intents: fc.Arbitrary<Intent> = fc.record({
  id: fc.nat({ max: 50 }),
  kind: fc.constantFrom("on", "off", "cycle", "quarantine"),
  by: fc.constantFrom("operator", "automation", "policy"),
  why: fc.constant("x"),
  reason: fc.constant("y"),
  durable: fc.boolean(),
});
const holds: fc.Arbitrary<Hold> = fc.record({
  kind: fc.constantFrom("cordon", "drain", "maintenance", "foreign"),
  reason: fc.constantFrom("", "fan"),
  since: past(5000),
  until: fc.constantFrom(Number.POSITIVE_INFINITY, NOW + 5000),
});
const links: fc.Arbitrary<Link> = fc.record({
  id: fc.nat({ max: 9 }),
  bootId: fc.constant("boot"),
  model: fc.constant("zero"),
  agentVersion: fc.constant("1"),
  kernel: fc.constant("plain"),
  nominalHs: fc.constant(1000),
  hasKernel: fc.constant(true),
  tested: fc.boolean(),
  askedAt: past(10_000),
});

/** One time in four; `fc.option` counts the other way round, and a `freq` of 1 would be never. */
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const slotChanges: fc.Arbitrary<Partial<Slot>> = fc.record({
  phase: fc.constantFrom(...PHASES),
  why: fc.constantFrom("silent", "no-progress"),
  stage: fc.constantFrom(null, "power-cycle", "restart-agent", "cut", "write"),
  since: past(1e6),
  until: fc.constantFrom(Number.POSITIVE_INFINITY, NOW, NOW + 10, NOW + 500, NOW + 90_000),
  wanted: fc.constantFrom("on", "on", "on", "off"),
  hold: rarely(holds),
  intent: rarely(intents),
  line: fc.constantFrom("on", "on", "off", "unknown"),
  usb: fc.constantFrom("present", "absent", "unknown"),
  onAt: past(1e6),
  offAt: past(1e5),
  retryAt: fc.constantFrom(0, NOW + 10, NOW + 700),
  heardAt: past(150_000),
  link: fc.option(links, { freq: 4, nil: null }),
  rateHs: fc.nat({ max: 1000 }),
  cuts: fc.array(past(4e6), { maxLength: 7 }).map((cuts) => cuts.sort((a, b) => a - b)),
  strikes: fc.nat({ max: 12 }),
  barren: fc.nat({ max: 40 }),
  remedies: fc.nat({ max: 9 }),
  ofNoUseAt: rarely(past(1e6)),
  heat: fc.constantFrom(0, 0, 0, 1, 2, 3),
  shed: rarely(
    fc.record({
      why: fc.constantFrom("hot", "brown-out", "ceiling", "idle", "no-demand"),
      at: past(1e5),
    }),
  ),
  bootMs: fc.array(fc.nat({ max: 200_000 }), { maxLength: 20 }),
  epoch: fc.nat({ max: 10_000 }),
  hashes: fc.nat(),
  fences: fc.nat({ max: 99 }),
  boots: fc.nat({ max: 99 }),
  action: rarely(fc.nat({ max: 99 })),
  heatAt: past(1e6),
  movedAt: past(1e5),
  busyAt: past(1e6),
  demandUntil: fc.constantFrom(0, 0, NOW, NOW + 1000),
  demandBy: fc.constantFrom(null, "x"),
});

const storms: fc.Arbitrary<Storm> = fc.oneof(
  fc.constant({ state: "normal" } as const),
  fc.record({
    state: fc.constant("storm" as const),
    since: past(200_000),
    alerted: fc.boolean(),
  }),
  fc.record({
    state: fc.constant("cooldown" as const),
    until: fc.constantFrom(NOW - 1, NOW, NOW + 1),
  }),
);

const policies: fc.Arbitrary<Policy> = fc
  .record({
    model: fc.constantFrom("zero", "zero-w", "zero-2-w"),
    ceilingWatts: rarely(fc.nat({ max: 12 })),
    idleOffMs: fc.constantFrom(null, 1000, 600_000),
    keepUp: fc.nat({ max: 3 }),
    onDemand: fc.constantFrom([], [], ["p1"] as const, ["p2", "p3"] as const),
    laneWidth: fc.constantFrom(1, 2),
  })
  .map((changes): Policy => ({ ...DEFAULT_POLICY, ...changes }));

const words = { reason: fc.constant("x"), since: past(1e5) };
const ends = fc.constantFrom(NOW, NOW + 1, NOW + 5000);
const untils = fc.oneof(ends, fc.constant(Number.POSITIVE_INFINITY));

/** A rig of up to six slots and two host workers. */
export const rigs: fc.Arbitrary<RigState> = fc
  .record({
    policy: policies,
    slots: fc.array(slotChanges, { minLength: 1, maxLength: 6 }),
    hostWorkers: fc.nat({ max: 2 }),
    storm: storms,
    hub: fc.constantFrom("unseen", "seen", "seen", "lost"),
    linkServerProvedAt: past(20_000),
    lastOnAt: past(5000),
    lastConnectAt: past(5000),
    halted: fc.constantFrom(null, null, null, null, null, "x"),
    readAt: past(10_000),
    underVoltageAt: past(1e6),
    brownOut: rarely(fc.record({ zeros: fc.nat({ max: 6 }), changedAt: past(1e6) })),
    pause: rarely(fc.record({ ...words, until: untils })),
    override: rarely(
      fc.record({ ...words, until: untils, watts: fc.option(fc.nat({ max: 9 }), { nil: null }) }),
    ),
    external: rarely(
      fc.record({ watts: fc.nat({ max: 9 }), source: fc.constant("solar"), until: ends }),
    ),
    switches: fc.record({ tokens: fc.integer({ min: -3, max: 9 }), at: past(1e5) }),
    wrongCards: fc.constantFrom([], [], [], ["p2" as const]),
  })
  .map(({ policy, slots, hostWorkers, ...changes }) => {
    const shape = { slots: slots.map((_, index) => slotId(index)), hostWorkers };
    const fresh = initialState(shape, policy, NOTHING_REMEMBERED, 0);
    return {
      ...fresh,
      ...changes,
      resumedAt: 0,
      lastTickAt: NOW,
      slots: fresh.slots.map((slot, index): Slot => ({ ...slot, ...slots[index] })),
    };
  });
