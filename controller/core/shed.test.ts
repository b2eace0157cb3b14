// The assertions on what standing rules may switch, made by hand where no road leads there.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining, withSlot } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import type { Effect } from "./effect.ts";
import { violation } from "./guard.ts";
import { shedPower } from "./shed.ts";
import type { Intent, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const INTENT: Intent = { id: 1, kind: "off", by: "policy", why: "hot", reason: "", durable: true };
const VITALS = { at: 0, hashes: 0, tempC: null, throttled: null, uptimeMs: 0 } as const;
const CUT: Effect = { type: "power", slot: "p1", action: 1, to: "off", by: "policy" };

describe("a cut by a standing rule", () => {
  const world = mining();
  const { now } = world;
  const heard = { heardAt: now - 1000 };
  const asked = (agoMs: number) => ({ asking: { at: now - agoMs, limitMs: 10_000 } });
  const table: [string, Partial<Slot>, RegExp | null][] = [
    ["that no rule asks for is held back", { shed: null }, /^13:/],
    ["of a Zero that was never asked is held back", { ...heard, asking: null }, /^1:/],
    [
      "of a Zero whose question waits is held back",
      { ...heard, asking: { at: null, limitMs: 1 } },
      /^1:/,
    ],
    ["of a Zero that has time left is held back", { ...heard, ...asked(9_999) }, /^1:/],
    ["of a Zero whose time is over passes", { ...heard, ...asked(10_000) }, null],
    ["of a Zero that has left the bus passes", { ...heard, ...asked(10), usb: "absent" }, null],
    ["of a Zero without a link passes", { ...heard, link: null }, null],
    ["of a silent Zero passes", { heardAt: now - 10_000 }, null],
  ];
  it.each(table)("%s", (_, changes, expected) => {
    const shed = { why: "hot", at: now - 60_000 } as const;
    const state = withSlot(world.state, "p1", {
      phase: "PoweringOff",
      stage: "cut",
      intent: INTENT,
      asking: null,
      shed,
      ...changes,
    });
    const said = violation(state, CUT, now);
    if (expected === null) expect(said).toBeNull();
    else expect(said).toMatch(expected);
  });
});

describe("a time to shut down that ends between two milliseconds", () => {
  it("ends for the assertion when it ends for the deadline", () => {
    const world = mining();
    // Rounded, the difference of the two is a hair below 30 s.
    const at = 240_112.38501634847;
    const now = at + 30_000;
    expect(now - at).toBeLessThan(30_000);
    const state = withSlot(world.state, "p1", {
      intent: INTENT,
      shed: { why: "hot", at },
      asking: { at, limitMs: 30_000 },
      heardAt: now,
    });
    expect(violation(state, CUT, now)).toBeNull();
  });
});

describe("an automatic cut", () => {
  const world = mining();
  const { now } = world;
  const cut: Effect = { ...CUT, by: "automation" };
  const silent = withSlot(world.state, "p1", {
    intent: { ...INTENT, kind: "cycle", by: "automation" },
    phase: "PoweringOff",
    heardAt: 0,
  });
  const pause = { reason: "", since: 0, until: Number.POSITIVE_INFINITY };

  it("is held back by what the rig or a person forbids meanwhile (3, 13)", () => {
    expect(violation(silent, cut, now)).toBeNull();
    expect(violation({ ...silent, hub: "lost" }, cut, now)).toBe("3: cut although hub-lost");
    expect(violation({ ...silent, pause }, cut, now)).toBe("13: cut although paused");
    const hold = { kind: "cordon", ...pause } as const;
    expect(violation(withSlot(silent, "p1", { hold }), cut, now)).toBe("13: cut although hold");
  });

  it("within a try to be seen on USB, or of a line that reads off, is part of what was begun", () => {
    const paused = { ...silent, pause };
    expect(violation(withSlot(paused, "p1", { tries: 1 }), cut, now)).toBeNull();
    expect(violation(withSlot(paused, "p1", { line: "off" }), cut, now)).toBeNull();
  });

  it("of a slot that has used up its cycles is for quarantine only (16)", () => {
    const spent = withSlot(silent, "p1", { strikes: 4, cuts: [now, now, now, now] });
    expect(violation(spent, cut, now)).toMatch(/^16:/);
    const quarantine = { ...INTENT, kind: "quarantine", by: "automation" } as const;
    expect(violation(withSlot(spent, "p1", { intent: quarantine }), cut, now)).toBeNull();
    const last = withSlot(silent, "p1", { strikes: 3, cuts: [now, now, now] });
    expect(violation(last, cut, now)).toBeNull();
  });
});

describe("a start", () => {
  const world = mining();
  const { now } = world;
  const on: Effect = { ...CUT, to: "on", by: "automation" };
  const off = withSlot(world.state, "p1", {
    intent: { ...INTENT, kind: "on", by: "automation" },
    phase: "PoweringOn",
    line: "off",
    usb: "absent",
    offAt: 0,
  });

  it("is held back by maintenance (13), under-voltage and a ceiling (14)", () => {
    expect(violation(off, on, now)).toBeNull();
    const hold = { kind: "maintenance", reason: "", since: 0, until: now + 1 } as const;
    expect(violation(withSlot(off, "p1", { hold }), on, now)).toBe("13: on although hold");
    expect(violation({ ...off, underVoltageAt: now }, on, now)).toBe(
      "14: on although under-voltage",
    );
    const brownOut = { zeros: 3, changedAt: 0 };
    expect(violation({ ...off, brownOut }, on, now)).toBe("14: on although ceiling");
  });
});

describe("what a standing rule goes by", () => {
  const { state, now } = mining();
  const NEVER = Number.POSITIVE_INFINITY;
  const idle = { ...state.policy, idleOffMs: 1000 };
  const slots = state.slots.map((slot) => ({
    ...slot,
    task: null,
    since: 0,
    busyAt: now - 61_500,
  }));
  const table: [string, Partial<RigState>][] = [
    ["external: 3 W at most", { external: { watts: 3, source: "sun", until: NEVER } }],
    ["the supply sagged: 2 at most", { brownOut: { zeros: 2, changedAt: 0 } }],
    ["nothing to do for 61.5 s", { policy: idle, slots }],
    ["last read 86 C", withSlot(state, "p1", { heat: 3, vitals: { ...VITALS, tempC: 86 } })],
    ["last read no C", withSlot(state, "p1", { heat: 3, vitals: null })],
  ];
  it.each(table)("is written down: %s", (reason, changes) => {
    const draft = draftOf({ ...state, ...changes }, now);
    shedPower(draft);
    expect(ofType(draft.effects, "write-intent").map((intent) => intent.reason)).toEqual([reason]);
  });
});
