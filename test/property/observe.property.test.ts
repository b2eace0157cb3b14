// What is told of somebody unknown, of something over, or once more, changes nothing.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftOf } from "../../controller/core/draft.ts";
import { energyUntil } from "../../controller/core/energy.ts";
import type { Event } from "../../controller/core/event.ts";
import { accountEnergy, onMetered } from "../../controller/core/meter.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { step } from "../../controller/core/step.ts";
import type { Beat } from "../../zero-agent/protocol/messages.ts";
import { helloOf } from "../sim/sim-link.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";
import { rested, walk } from "./walks.ts";

type Untimed<E> = E extends Event ? Omit<E, "now"> : never;

const BEAT: Beat = {
  type: "beat",
  seq: 1,
  hashes: 1000,
  jobId: null,
  tempC: 99,
  throttled: 15,
  load: 1,
  memoryFreeBytes: 1,
  uptimeMs: 1,
};

/** Of a slot, a link, a seat and a worker that are not there. */
const OF_NOBODY: readonly Untimed<Event>[] = [
  { type: "intent-durable", slot: "p32", intent: 1 },
  {
    type: "power-done",
    action: 1,
    reading: { slot: "p32", line: "on", usb: "absent", driven: true },
  },
  { type: "power-failed", slot: "p32", action: 1, code: "bus", detail: "" },
  { type: "link-up", slot: "p32", link: 7, hello: helloOf("x") },
  { type: "link-down", slot: "p32", link: 7, detail: "" },
  { type: "heard", slot: "p32", link: 7 },
  { type: "beat", slot: "p32", link: 7, beat: BEAT },
  {
    type: "result",
    worker: "p32",
    link: 7,
    jobId: "j",
    epoch: 1,
    nonce: 1,
    hashes: 9,
    elapsedMs: 9,
  },
  {
    type: "result",
    worker: "h9",
    link: null,
    jobId: "j",
    epoch: 1,
    nonce: 1,
    hashes: 9,
    elapsedMs: 9,
  },
  { type: "nack", worker: "p32", link: 7, jobId: "j", epoch: 1 },
  { type: "nack", worker: "h9", link: null, jobId: "j", epoch: 1 },
  { type: "pool-up", seat: "h9" },
  { type: "pool-down", seat: "h9", code: "closed", detail: "" },
  { type: "pool-job", seat: "h9", prefix: "a", target: "b", difficulty: 1, to: 100 },
  { type: "pool-void", seat: "h9" },
  { type: "pool-verdict", seat: "h9", verdict: "accepted", block: true, reason: null, pingMs: 1 },
  { type: "share-secured", seat: "h9", share: 1, valid: true },
  { type: "share-secured", seat: "h9", share: 1, valid: false },
  { type: "probed", slot: "p32", answers: true },
  { type: "metered", slot: "p32", watts: 9, forMs: 9 },
  { type: "demand", slots: ["p32"], forMs: 9 },
  { type: "operator", verb: "off", slots: ["p32"], reason: "", hard: true },
];

/** Over a link that the slot has not got, of an intent, an action or a job that it does not hold. */
function stale({ slots, seats }: RigState): Untimed<Event>[] {
  const link = -1;
  return [
    ...slots.flatMap(({ id: slot, line, epoch }): Untimed<Event>[] => [
      { type: "intent-durable", slot, intent: -1 },
      { type: "power-failed", slot, action: -1, code: "foreign-change", detail: "" },
      {
        type: "power-done",
        action: -1,
        reading: { slot, line: line === "on" ? "off" : "on", usb: "absent", driven: true },
      },
      { type: "link-down", slot, link, detail: "" },
      { type: "heard", slot, link },
      { type: "beat", slot, link, beat: BEAT },
      { type: "result", worker: slot, link, jobId: "j", epoch, nonce: 1, hashes: 9, elapsedMs: 9 },
      { type: "nack", worker: slot, link, jobId: "j", epoch },
    ]),
    ...seats.flatMap(({ id: seat, state }): Untimed<Event>[] => [
      { type: "share-secured", seat, share: -1, valid: false },
      ...(state === "down" ? [{ type: "pool-down", seat, code: "x", detail: "" } as const] : []),
      ...(state === "connecting" ? [] : [{ type: "pool-up", seat } as const]),
      ...(state === "submitting"
        ? []
        : [{ ...OF_NOBODY.find(({ type }) => type === "pool-verdict"), seat } as Untimed<Event>]),
      ...(state === "requested"
        ? []
        : [{ ...OF_NOBODY.find(({ type }) => type === "pool-job"), seat } as Untimed<Event>]),
    ]),
  ];
}

/** What was changed, or only copied. */
function changed(before: RigState, after: RigState): readonly string[] {
  const items = ({ slots, seats, hosts }: RigState) => [...slots, ...seats, ...hosts];
  const lists = { slots: null, seats: null, hosts: null };
  const [was, is] = [Object.entries({ ...before, ...lists }), { ...after, ...lists }];
  return [
    ...was.flatMap(([key, value]) => (is[key as keyof RigState] === value ? [] : [key])),
    ...items(after).flatMap((item, index) => (items(before)[index] === item ? [] : [item.id])),
  ];
}

describe("what is told", () => {
  it("of nobody who is there, or of what is over, leaves everything as it was", () => {
    walk(4, (before, { type, now }) => {
      if (type === "tick") return;
      const rig = rested(before, now);
      for (const told of [...OF_NOBODY, ...stale(rig)]) {
        const { state, effects } = step(rig, frozen({ ...told, now } as Event));
        expect([told.type, ...changed(rig, state)]).toEqual([told.type]);
        expect(effects).toEqual([]);
      }
    });
  });

  it("once more by the board changes nothing", () => {
    walk(25, (_, event, { state }) => {
      if (event.type !== "board-read") return;
      const again = step(state, event);
      expect(again.effects).toEqual([]);
      expect(again.state).toEqual(state);
    });
  });

  it("once more by the pool, a link, a person or the network changes nothing that counts", () => {
    const ONCE: readonly string[] = [
      "pool-up",
      "pool-down",
      "pool-verdict",
      "pool-job",
      "pool-void",
      "link-down",
      "link-server-proved",
      "intent-durable",
      "power-done",
      "power-failed",
      "probed",
      "wrong-cards",
      "schedule",
      "external-ceiling",
      "demand",
      "board-failed",
      "end-override",
    ];
    walk(25, (_, event, { state }) => {
      if (!ONCE.includes(event.type)) return;
      const again = step(rested(state, event.now), event);
      const { slots, seats } = rested(state, event.now);
      // A seat that connected anew at once has another session, of which the same words are news.
      const anew = (seat: string) =>
        seats.some(({ id, state: now }) => id === seat && now === "connecting");
      if (event.type === "pool-down" && anew(event.seat)) return;
      expect(again.state.slots).toEqual(slots);
      expect(again.state.seats).toEqual(seats);
    });
  });
});

describe("the hashes of a Zero", () => {
  it("are those that its agents counted, however often they start anew and the same beat comes", () => {
    const beats = fc.array(
      fc.record({ more: fc.nat({ max: 1e6 }), starts: fc.boolean(), twice: fc.boolean() }),
    );
    holds([rigs, beats], (given, told) => {
      const [first] = given.slots as readonly [Slot];
      if (first.link === null) return;
      const { link } = first;
      let rig: RigState = {
        ...given,
        slots: given.slots.map((slot) => ({ ...slot, vitals: null })),
      };
      let counted = 0;
      let sum = 0;
      for (const { more, starts, twice } of told) {
        // An agent that starts anew has counted less than the last one, or it cannot be told from it.
        const anew = starts && more < counted;
        counted = anew ? more : counted + more;
        sum += more;
        for (let times = twice ? 2 : 1; times > 0; times--) {
          const beat = { ...BEAT, tempC: null, throttled: null, hashes: counted };
          rig = step(rig, { type: "beat", slot: first.id, link: link.id, beat, now: NOW }).state;
        }
        expect(rig.slots[0]?.hashes).toBe(first.hashes + sum);
      }
    });
  });
});

describe("joules", () => {
  it("of a metered slot are the meter's until its time is over, and the model's from then on", () => {
    const told = fc.array(
      fc.record({
        wait: fc.constantFrom(0, 700, 4999, 5000, 20_000),
        watts: fc.option(fc.nat({ max: 8 }), { nil: null }),
        forMs: fc.constantFrom(0, 1000, 5000, 60_000),
      }),
      { minLength: 1, maxLength: 20 },
    );
    holds([rigs, told], (given, readings) => {
      const [first] = given.slots as readonly [Slot];
      const begun = { ...first, energy: { measuredJ: 3, modelledJ: 4, at: NOW } };
      const { model } = given.policy;
      const { modelledJ: perSecond } = energyUntil(
        { ...begun, energy: { measuredJ: 0, modelledJ: 0, at: NOW } },
        model,
        NOW + 1000,
      );
      let rig: RigState = { ...given, slots: [begun] };
      let meter = { watts: 0, until: NOW };
      let now = NOW;
      let [measured, modelled] = [3, 4];
      for (const { wait, watts, forMs } of readings) {
        const meteredMs = Math.min(wait, Math.max(0, meter.until - now));
        measured += (meter.watts * meteredMs) / 1000;
        modelled += (perSecond * (wait - meteredMs)) / 1000;
        now += wait;
        const draft = draftOf(rig, now);
        if (watts === null) accountEnergy(draft);
        else {
          onMetered(draft, { type: "metered", slot: first.id, watts, forMs, now });
          meter = { watts, until: now + forMs };
        }
        rig = draft.rig;
        const [slot] = rig.slots as readonly [Slot];
        // No figure on record is older than five seconds.
        expect(now - slot.energy.at).toBeLessThan(5000);
        const { measuredJ, modelledJ } = energyUntil(slot, model, now);
        expect(measuredJ).toBeCloseTo(measured, 6);
        expect(modelledJ).toBeCloseTo(modelled, 6);
      }
    });
  });
});
