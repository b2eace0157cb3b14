// Each phase's deadline and what follows it: judged by a tick, a moment before and at the moment.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import { judge } from "./judge.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Hold, Link, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const { state, now } = mining({ zeros: 2 });
const [first, second] = state.slots as [Slot, Slot];
const LINK = first.link as Link;
const TASK = { jobId: "p1-1", seat: "p1", link: LINK.id, until: now + 1e6 };
const MAINTENANCE: Hold = {
  kind: "maintenance",
  reason: "",
  since: 0,
  until: Number.POSITIVE_INFINITY,
};
const SILENT: Partial<Slot> = { heardAt: now - 10_000 };
const plain: Slot = {
  ...first,
  task: null,
  heardAt: now,
  progressAt: now,
  until: now,
};

function judged(changes: Partial<Slot>, rig: Partial<RigState> = {}) {
  const slot: Slot = { ...plain, ...changes };
  const draft = draftOf(
    { ...state, lastTickAt: now, resumedAt: -1e9, slots: [slot, second], ...rig },
    now,
  );
  judge(draft);
  return { before: slot, slot: draft.rig.slots[0] as Slot, effects: draft.effects, rig: draft.rig };
}

const REPROBE = now + 60_000;
const UNKNOWN = { phase: "Unknown", why: "found-on", link: null } as const;
const SETTLING = {
  phase: "PoweringOn",
  why: "wanted-on",
  stage: "settle",
  link: null,
  usb: "absent",
  intent: INTENT,
  onAt: now - 40_000,
  cuts: [],
} as const;
const BOOTING = { phase: "Booting", why: "usb-seen" } as const;
const SUSPECT = { phase: "Suspect", why: "silent", ...SILENT } as const;
const FAULT = { phase: "Fault", why: "cut-not-proved" } as const;
const STUCK = { phase: "Fault", why: "stuck-but-heard", since: now - 600_000 } as const;
/** When the pause of its remedies is over. */
const SOON = { why: "stuck-but-heard", until: now + 1 } as const;
const AGAIN = { why: "stuck-but-heard", until: REPROBE } as const;
const CUTTING = { phase: "PoweringOff", why: "operator", stage: "cut", intent: INTENT } as const;
const CUT_AGAIN = {
  phase: "PoweringOff",
  why: "probed",
  stage: "cut",
  until: now + 20_000,
  retryAt: now,
} as const;
const BUSY = { ...second, phase: "PoweringOff" as const, intent: INTENT };

const table: [string, Partial<Slot>, Partial<Slot>, Partial<RigState>?][] = [
  // what, before, then
  [
    "an adopted Zero that never spoke is suspected",
    UNKNOWN,
    { phase: "Suspect", why: "adopt-overdue", until: now + 3000 },
  ],
  [
    "an adopted Zero that is linked is taken on",
    { ...UNKNOWN, link: LINK, until: now + 1 },
    { phase: "Booting", why: "linked", until: now + 90_000 },
  ],
  [
    "also when its grace is just over",
    { ...UNKNOWN, link: LINK },
    { phase: "Booting", why: "linked" },
  ],
  [
    "a line that contradicts its port is a fault",
    { ...UNKNOWN, line: "off" },
    { phase: "Fault", why: "cut-not-proved", until: REPROBE },
  ],
  ["a line that was never read is nobody's", { ...UNKNOWN, line: "unknown" }, UNKNOWN],
  [
    "an `on` that never reads back is a fault",
    { ...SETTLING, stage: "write" },
    { phase: "Fault", why: "on-failed", until: REPROBE, intent: null },
  ],
  [
    "but none while it is on the bus: it may be done yet",
    { ...SETTLING, stage: "write", action: 9 },
    { phase: "PoweringOn", stage: "write", action: 9 },
  ],
  [
    "one that shows up on USB boots, from its `on`",
    { ...SETTLING, usb: "present", until: now + 1 },
    { phase: "Booting", why: "usb-seen", until: now + 50_000 },
  ],
  [
    "its learned grace counts from `on` too",
    { ...SETTLING, usb: "present", bootMs: [1000, 80_000] },
    { until: now + 80_000 },
  ],
  [
    "one that dials in is taken on",
    { ...SETTLING, link: LINK, until: now + 1 },
    { phase: "Booting", why: "linked" },
  ],
  [
    "without ports to read the stagger settles it",
    { ...SETTLING, usb: "unknown", until: now + 1, onAt: now - 2000 },
    { phase: "Booting", why: "settled", until: now + 88_000 },
  ],
  [
    "and not a moment before",
    { ...SETTLING, usb: "unknown", until: now + 1, onAt: now - 1999 },
    { phase: "PoweringOn" },
  ],
  [
    "one whose link went a moment ago dials in anew, or is silent soon",
    { ...BOOTING, link: null, intent: INTENT },
    { ...BOOTING, link: null, intent: INTENT, until: now },
  ],
  [
    "one that shows nothing is off and on again",
    SETTLING,
    { phase: "PoweringOff", why: "no-enumeration", tries: 1 },
  ],
  ["but not on an old reading", SETTLING, { phase: "PoweringOn" }, { readAt: now - 5000 }],
  ["which is one of five polls ago", SETTLING, { phase: "PoweringOff" }, { readAt: now - 4999 }],
  ["nor while the board cannot be read", SETTLING, { phase: "PoweringOn" }, { boardError: "bus" }],
  ["nor while the hub is lost", SETTLING, { phase: "PoweringOn" }, { hub: "lost" }],
  [
    "a boot that says nothing is overdue",
    { ...BOOTING, ...SILENT, intent: INTENT },
    { phase: "Suspect", why: "boot-overdue", intent: null },
  ],
  [
    "a boot that is heard and proves nothing has ended, and is remedied",
    { ...BOOTING, intent: INTENT },
    { phase: "Remediating", stage: "restart-worker", intent: null, remedies: 1 },
  ],
  [
    "or is a fault at the end of the ladder",
    { ...BOOTING, remedies: 3 },
    { phase: "Fault", why: "stuck-but-heard", until: REPROBE },
  ],
  [
    "and under maintenance only asked again",
    { ...BOOTING, hold: MAINTENANCE },
    { phase: "Booting", until: now + 90_000 },
  ],
  [
    "a suspect that was silent waits for its cycle",
    SUSPECT,
    {
      phase: "Remediating",
      why: "power-cycle",
      stage: "power-cycle",
      until: Number.POSITIVE_INFINITY,
    },
  ],
  [
    "a suspect that does not hash restarts its worker",
    { phase: "Suspect", why: "no-progress" },
    { phase: "Remediating", stage: "restart-worker", until: now + 20_000 },
  ],
  [
    "but under maintenance",
    { phase: "Suspect", why: "no-progress", hold: MAINTENANCE },
    { phase: "Suspect", why: "no-progress" },
  ],
  [
    "a suspect that does neither is suspected of that for a dwell of its own",
    { ...SUSPECT, why: "no-progress" },
    { phase: "Suspect", why: "silent", until: now + 3000 },
  ],
  [
    "a rung is followed by the next",
    { phase: "Remediating", stage: "restart-worker", remedies: 1 },
    { stage: "restart-agent", until: now + 30_000 },
  ],
  [
    "and that by a reboot, with its boot grace",
    { phase: "Remediating", stage: "restart-agent", remedies: 2 },
    { stage: "soft-reboot", until: now + 150_000 },
  ],
  [
    "after the last one people are told",
    { phase: "Remediating", stage: "soft-reboot", remedies: 3 },
    { phase: "Fault", why: "stuck-but-heard", until: REPROBE },
  ],
  [
    "a rung that ends in silence is followed by a dwell",
    { phase: "Remediating", stage: "restart-agent", ...SILENT },
    { phase: "Suspect", why: "silent", until: now + 3000 },
  ],
  [
    "under maintenance no rung ends",
    { phase: "Remediating", stage: "restart-worker", hold: MAINTENANCE },
    { stage: "restart-worker", until: now },
  ],
  [
    "waiting for a cycle has no end",
    { phase: "Remediating", stage: "power-cycle", ...SILENT },
    { stage: "power-cycle", until: now },
  ],
  [
    "the time to shut down is over",
    { ...CUTTING, stage: "soft", asking: { at: now - 1, limitMs: 1 } },
    { stage: "cut", until: now + 20_000 },
  ],
  [
    "who could not be asked yet still has its time",
    { ...CUTTING, stage: "soft", asking: { at: null, limitMs: 700 } },
    { stage: "soft", until: now + 700 },
  ],
  [
    "a cut that is not proved is a fault",
    CUTTING,
    { phase: "Fault", why: "cut-not-proved", until: REPROBE, intent: INTENT },
  ],
  ["a fault with an open cut is cut again", { ...FAULT, intent: INTENT }, CUT_AGAIN],
  [
    "when the lane is free",
    { ...FAULT, intent: INTENT },
    FAULT,
    { slots: [{ ...plain, ...FAULT, intent: INTENT }, BUSY] },
  ],
  ["and nothing is under way", { ...FAULT, intent: INTENT, action: 9 }, FAULT],
  [
    "a fault that reads off is off",
    { ...FAULT, line: "off", usb: "absent" },
    { phase: "Off", why: "probed", offAt: now },
  ],
  [
    "a silent fault is suspected",
    { ...FAULT, ...SILENT },
    { phase: "Suspect", why: "silent", until: now + 3000 },
  ],
  [
    "a fault whose line is off and whose port shows a device stays one",
    { ...FAULT, ...SILENT, line: "off", usb: "present" },
    { phase: "Fault", until: REPROBE },
  ],
  ["a fault that is heard is asked again", FAULT, { ...FAULT, until: REPROBE }],
  ["a fault of its own climbs the ladder", STUCK, { stage: "restart-worker", remedies: 1 }],
  ["the rung that is next", { ...STUCK, remedies: 2 }, { stage: "soft-reboot", remedies: 3 }],
  ["but not under maintenance", { ...STUCK, hold: MAINTENANCE }, { ...STUCK, until: REPROBE }],
  ["nor in its pause", { ...STUCK, ofNoUseAt: now - 59_999 }, { ...FAULT, ...SOON }],
  ["which doubles", { ...STUCK, remedies: 3, ofNoUseAt: now - 119_999 }, { ...FAULT, ...SOON }],
  ["with each ladder", { ...STUCK, remedies: 3, ofNoUseAt: now - 120_000 }, { remedies: 4 }],
  [
    "and after three of them it is only asked",
    { ...STUCK, remedies: 9 },
    { remedies: 9, ...AGAIN },
  ],
  [
    "a quarantine ends in off, and is forgiven",
    { phase: "Quarantined", strikes: 3 },
    { phase: "Off", why: "probation", strikes: 0 },
  ],
];

describe("a deadline", () => {
  it.each(table)("%s", (_, changes, then, rig) => {
    expect(judged(changes, rig).slot).toMatchObject(then);
  });

  const dated = table.filter(([, { until }, , rig]) => until === undefined && rig === undefined);
  it.each(dated)("%s, but not a moment too early", (_, changes) => {
    // What is seen on USB or over the link needs no deadline.
    if (changes.usb === "present" || (changes.link && changes.phase === "Unknown")) return;
    const { slot, before } = judged({ ...changes, until: now + 1 });
    expect([slot.phase, slot.stage, slot.why]).toEqual([before.phase, before.stage, before.why]);
  });

  it("is not due before a liveness window has passed since the loop stood still", () => {
    const past = { ...UNKNOWN, until: now - 5000 };
    expect(judged(past, { resumedAt: now - 9999 }).slot.phase).toBe("Unknown");
    expect(judged(past, { resumedAt: now - 10_000 }).slot.phase).toBe("Suspect");
  });

  it("that asks for the known answer sends it", () => {
    for (const changes of [{ ...BOOTING, hold: MAINTENANCE }, FAULT]) {
      const { slot, effects } = judged(changes);
      expect(slot.task?.seat).toBe(SELF_TEST_SEAT);
      expect(ofType(effects, "send").map(({ message }) => message.type)).toEqual(["job"]);
    }
  });

  it("of a quarantine is saved", () => {
    expect(ofType(judged({ phase: "Quarantined" }).effects, "save-slot")).toHaveLength(1);
  });
});

describe("the end of a link, where ports cannot be read,", () => {
  const asked = {
    ...CUTTING,
    stage: "soft",
    usb: "unknown",
    link: null,
    until: now + 9999,
    asking: { at: 0, limitMs: 1 },
  } as const;
  it.each([
    ["is the end of the system five seconds later", { heardAt: now - 5000 }, "cut"],
    ["is not a moment before", { heardAt: now - 4999 }, "soft"],
    ["is nothing where ports can be read", { heardAt: now - 5000, usb: "present" }, "soft"],
    ["must have been seen", { heardAt: now - 5000, link: LINK }, "soft"],
  ] as const)("%s", (_, changes, stage) => {
    expect(judged({ ...asked, ...changes }, { startedAt: -1e9 }).slot.stage).toBe(stage);
  });

  // Seed 5320: cut the moment a standstill was over, though it ran and had only not dialled in again.
  it.each(["startedAt", "resumedAt"] as const)(
    "tells nothing within two windows from our own %s",
    (back) => {
      const stageAfter = (backMs: number) =>
        judged({ ...asked, heardAt: now - 60_000 }, { startedAt: -1e9, [back]: now - backMs }).slot
          .stage;
      expect(stageAfter(19_999)).toBe("soft");
      expect(stageAfter(20_000)).toBe("cut");
    },
  );
});

describe.each(["Ready", "Degraded"] as const)("a Zero that is %s", (phase) => {
  const up = (changes: Partial<Slot>, rig?: Partial<RigState>) =>
    judged({ phase, why: "self-test-passed", until: Number.POSITIVE_INFINITY, ...changes }, rig)
      .slot;

  it("is suspected when it is silent for the liveness window", () => {
    expect(up({ heardAt: now - 9999 }).phase).toBe(phase);
    const slot = up({ ...SILENT, task: TASK });
    expect(slot).toMatchObject({ phase: "Suspect", why: "silent", until: now + 3000, task: null });
  });

  it("is suspected when it holds a job and hashes nothing", () => {
    const stuck = { task: TASK, progressAt: now - 30_000 };
    expect(up({ ...stuck, progressAt: now - 29_999 }).phase).toBe(phase);
    expect(up(stuck)).toMatchObject({ phase: "Suspect", why: "no-progress" });
    expect(up({ ...stuck, task: null }).phase).toBe(phase);
    expect(up({ ...stuck, hold: MAINTENANCE }).phase).toBe(phase);
    expect(up(stuck, { resumedAt: now - 29_999 }).phase).toBe(phase);
  });

  it("is forgiven its cuts after ten minutes of health, and that is saved", () => {
    const struck = { strikes: 2, since: now - 600_000 };
    expect(up({ ...struck, since: now - 599_999 }).strikes).toBe(2);
    expect(up(struck).strikes).toBe(0);
    const { effects } = judged({ phase, until: Number.POSITIVE_INFINITY, ...struck });
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { strikes: 0 } }]);
    expect(ofType(judged({ phase, ...struck, strikes: 0 }).effects, "save-slot")).toEqual([]);
  });
});

describe("what a Zero that is up is judged for", () => {
  const stuck = { task: TASK, progressAt: now - 30_000, until: Number.POSITIVE_INFINITY } as const;

  it("is one thing at a time, and silence first", () => {
    const { slot, effects } = judged({ ...stuck, ...SILENT, strikes: 1, since: now - 600_000 });
    expect(slot).toMatchObject({ phase: "Suspect", why: "silent", strikes: 1 });
    expect(reportsOf(effects).filter(({ ev }) => ev === "slot.state")).toHaveLength(1);
    expect(judged({ ...stuck, strikes: 1, since: now - 600_000 }).slot.strikes).toBe(1);
  });

  it("is forgiven down to the last strike", () => {
    const well = { until: Number.POSITIVE_INFINITY, since: now - 600_000 };
    expect(judged({ ...well, strikes: 1 }).slot.strikes).toBe(0);
  });

  it("takes its job back without blame", () => {
    const job = {
      id: TASK.jobId,
      algorithm: "duco-s1" as const,
      poolTarget: "",
      node: "",
      ref: "",
      prefix: "",
      target: "",
      difficulty: 1,
      to: 9,
      receivedAt: now,
      worker: "p1",
      tried: [],
      missed: [],
    };
    const seats = state.seats.map((seat) => ({
      ...seat,
      state: "working" as const,
      share: null,
      job,
    }));
    const { rig } = judged({ ...stuck, ...SILENT }, { seats });
    expect(rig.seats[0]?.job).toMatchObject({ worker: null, tried: [] });
  });
});

describe("a Zero whose known answer got lost", () => {
  const untested = {
    link: { ...LINK, tested: false, askedAt: now - 5000 },
    until: Number.POSITIVE_INFINITY,
  };
  it.each([
    ["is asked again after five seconds", { phase: "Ready" }, true],
    ["when degraded too", { phase: "Degraded" }, true],
    ["when booting too", { phase: "Booting" }, true],
    ["in no other phase", { phase: "Suspect", why: "silent" }, false],
    ["not before", { phase: "Ready", link: { ...untested.link, askedAt: now - 4999 } }, false],
    [
      "not while it works on it",
      { phase: "Ready", task: { ...TASK, seat: SELF_TEST_SEAT } },
      false,
    ],
    ["not once it was right", { phase: "Ready", link: { ...untested.link, tested: true } }, false],
    ["not without a link", { phase: "Ready", link: null }, false],
  ] as const)("%s", (_, changes, asked) => {
    const { effects } = judged({ ...untested, ...changes });
    expect(ofType(effects, "send").length > 0).toBe(asked);
  });
});

describe("a loop that stood still", () => {
  it.each([
    [2999, 0],
    [3000, 1],
    [3000.6, 1],
  ])("for %f ms is reported %i times", (ms, times) => {
    const { effects, rig } = judged({}, { lastTickAt: now - ms, resumedAt: 0 });
    const told = reportsOf(effects).filter(({ ev }) => ev === "loop.paused");
    const detail = { stood_still_ms: Math.round(ms) };
    expect(told).toEqual(
      Array(times).fill({ level: "warn", ev: "loop.paused", slot: null, why: null, detail }),
    );
    expect(rig.resumedAt).toBe(times === 1 ? now : 0);
    expect(rig.lastTickAt).toBe(now);
  });
});
