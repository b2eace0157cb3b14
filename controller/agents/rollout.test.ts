import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BundleMessage } from "../../zero-agent/protocol/messages.ts";
import {
  beginRollout,
  DEFAULT_LIMITS as LIMITS,
  type Rollout,
  type RolloutEffect,
  type RolloutKind,
  type Said,
  type Seen,
  slotInTurn,
} from "./rollout.ts";
import { stepRollout } from "./rollout-step.ts";

const NEW = "b".repeat(64);
const OLD = "a".repeat(64);

function bundleOf(changes: Partial<BundleMessage> = {}): BundleMessage {
  return {
    type: "bundle",
    running: OLD,
    isUpdate: false,
    isTrial: false,
    previous: null,
    failed: null,
    refuses: null,
    persists: true,
    ...changes,
  };
}

const TRIAL = bundleOf({ running: NEW, isUpdate: true, isTrial: true, previous: OLD });
const KEPT = bundleOf({ running: NEW, isUpdate: true, previous: OLD });

const WELL: Seen = {
  link: 1,
  linkedMs: 60_000,
  bundle: bundleOf(),
  hindrance: null,
  ailment: null,
  isLost: false,
  results: 5,
  works: true,
};

/** A roll-out over p1 and p2, and what it asked for. */
class Drive {
  rollout: Rollout;
  now = 0;
  seen: Seen = WELL;
  asked: RolloutEffect[] = [];

  constructor(kind: RolloutKind = "update") {
    const sha256 = kind === "update" ? NEW : null;
    const what = { kind, by: "operator", reason: "", sha256 } as const;
    this.rollout = beginRollout(what, ["p1", "p2"], 0, LIMITS);
  }

  step(seen: Partial<Seen> = {}, said: Said | null = null, afterMs = 0): RolloutEffect[] {
    this.now += afterMs;
    this.seen = { ...this.seen, ...seen };
    const { rollout, effects } = stepRollout(this.rollout, this.now, this.seen, said, LIMITS);
    this.rollout = rollout;
    const acts = effects.filter(({ type }) => type !== "note");
    this.asked.push(...acts);
    return acts;
  }

  get stages(): string {
    return this.rollout.slots.map(({ stage }) => stage).join(" ");
  }

  get why(): string | null {
    return this.rollout.why;
  }

  /** p1 as far as this stage. */
  to(stage: "sending" | "restarting" | "watching" | "confirming"): this {
    this.step();
    if (stage === "sending") return this;
    this.step({}, { type: "staged", sha256: NEW });
    if (stage === "restarting") return this;
    this.step({ link: null, bundle: null, ailment: "not linked" }, null, 3000);
    this.step({ link: 2, linkedMs: 0, bundle: TRIAL, ailment: null }, null, 20_000);
    if (stage === "watching") return this;
    this.step({ results: 9 }, null, LIMITS.watchMs);
    return this;
  }
}

describe("an update", () => {
  it("is offered, switched to, watched, confirmed and kept; then the next has its turn", () => {
    const drive = new Drive().to("confirming");
    drive.step({ bundle: KEPT });
    const trialMs = LIMITS.restartMs + LIMITS.watchMs + LIMITS.workMs + 60_000;
    expect(drive.asked).toEqual([
      { type: "offer", slot: "p1" },
      { type: "allow", slot: "p1", forMs: LIMITS.restartMs },
      { type: "switch", slot: "p1", trialMs },
      { type: "confirm", slot: "p1" },
      { type: "keep", slot: "p1", sha256: NEW },
    ]);
    expect(drive.stages).toBe("done waiting");
    expect(drive.rollout.ended).toBeNull();
    drive.step({ link: 7, bundle: KEPT });
    expect(drive.rollout).toMatchObject({ ended: "done" });
    expect(drive.asked.at(-1)).toEqual({ type: "keep", slot: "p2", sha256: NEW });
  });

  it.each<[string, Partial<Seen>, string]>([
    ["a person holds", { hindrance: { why: "held: drain", lasts: true } }, "held: drain"],
    ["cannot keep one", { bundle: bundleOf({ refuses: "EROFS" }) }, "EROFS"],
    [
      "is from before updates",
      { bundle: null, linkedMs: LIMITS.sayMs },
      "its agent is from before updates over the link: give it a new image",
    ],
  ])("passes over a Zero that %s", (_, seen, why) => {
    const drive = new Drive();
    drive.step(seen);
    expect(drive.asked).toEqual([]);
    expect(drive.rollout.slots[0]).toMatchObject({ stage: "skipped", why });
    expect(drive.rollout.ended).toBeNull();
    drive.step(seen);
    expect(drive.rollout.ended).toBe("partly");
  });

  it.each<[string, Partial<Seen>]>([
    ["while another one is fenced", { hindrance: { why: "p3 is being fenced", lasts: false } }],
    ["while it is not well", { ailment: "it is Booting" }],
    ["while it is not linked", { link: null, bundle: null, ailment: "not linked" }],
    ["until it has said what it runs", { bundle: null, linkedMs: 0 }],
  ])("is not begun %s, and given up in the end", (_, seen) => {
    const drive = new Drive();
    drive.step(seen, null, LIMITS.waitMs - 1);
    expect([drive.stages, drive.asked]).toEqual(["waiting waiting", []]);
    drive.step({}, null, 1);
    expect(drive.stages).toBe("failed skipped");
    expect(drive.rollout.ended).toBe("failed");
    expect(drive.asked).toEqual([{ type: "drop", slot: "p1", sha256: NEW }]);
  });

  it("that was on trial already is gone on with", () => {
    const drive = new Drive();
    drive.step({ bundle: TRIAL });
    expect(drive.asked).toEqual([{ type: "offer", slot: "p1" }]);
  });

  it("is never switched to under a hold that came meanwhile", () => {
    const drive = new Drive().to("sending");
    const hindrance = { why: "held: maintenance", lasts: true };
    drive.step({ hindrance }, { type: "staged", sha256: NEW });
    drive.step();
    expect(drive.asked.map(({ type }) => type)).toEqual(["offer"]);
    expect(drive.stages).toBe("skipped waiting");
  });

  it("is gone on with after its link broke, and no longer than it may take", () => {
    const drive = new Drive().to("sending");
    for (const offset of [0, 1, 2]) {
      drive.step({}, { type: "want", sha256: NEW, offset }, LIMITS.sendMs - 1);
    }
    drive.step({ link: null, bundle: null, ailment: "not linked" });
    expect(drive.stages).toBe("waiting waiting");
    drive.step({ link: 2, bundle: bundleOf(), ailment: null });
    expect(drive.stages).toBe("sending waiting");
    drive.step({}, null, LIMITS.sendMs - 1);
    expect(drive.stages).toBe("sending waiting");
    drive.step({}, null, 1);
    expect(drive.why).toBe("p1: the transfer stood still");
  });

  it("that the Zero does not take ends it", () => {
    const unfit = { type: "unfit", sha256: NEW, why: "the signature is wrong" } as const;
    const sending = new Drive().to("sending");
    sending.step({}, unfit);
    expect(sending.why).toBe("p1: the signature is wrong");
    const switching = new Drive().to("restarting");
    switching.step({}, { ...unfit, why: "it is not here" });
    expect(switching.why).toBe("p1: it is not here");
    expect(switching.stages).toBe("failed skipped");
  });

  it("has its time to come back; what the old link said counts for nothing", () => {
    const drive = new Drive().to("restarting");
    drive.step({}, null, LIMITS.restartMs - 1);
    expect(drive.stages).toBe("restarting waiting");
    drive.step({}, null, 1);
    expect(drive.why).toBe("p1: it did not come back within 120 s");
  });

  it.each([
    ["tells why", { sha256: NEW, why: "it ended 3 times" }, "it ended 3 times"],
    ["does not", null, "it came back with the program from before"],
  ])("that went back by itself ends it; the Zero %s", (_, failed, why) => {
    for (const stage of ["restarting", "watching"] as const) {
      const drive = new Drive().to(stage);
      drive.step({ link: 3, bundle: bundleOf({ failed }) });
      expect(drive.why).toBe(`p1: ${why}`);
      expect(drive.asked.map(({ type }) => type)).not.toContain("revert");
    }
  });

  it.each<[string, Partial<Seen>, string, string[]]>([
    ["is not well", { ailment: "it is Suspect" }, "it is Suspect", ["allow", "revert", "drop"]],
    ["is gone", { link: null, bundle: null, ailment: "not linked" }, "not linked", ["drop"]],
    ["does not speak", { bundle: null }, "not linked", ["drop"]],
  ])("that %s at the end of the watch is taken back", (_, seen, why, asked) => {
    const drive = new Drive().to("watching");
    drive.asked = [];
    drive.step({ works: true }, null, 1000);
    drive.step(seen, null, LIMITS.watchMs);
    expect(drive.why).toBe(`p1: ${why}`);
    expect(drive.asked.map(({ type }) => type)).toEqual(asked);
  });

  it("that was given work has time to finish some", () => {
    const drive = new Drive().to("watching");
    drive.asked = [];
    drive.step({ works: true }, null, 1000);
    drive.step({}, null, LIMITS.watchMs + LIMITS.workMs - 1001);
    expect(drive.stages).toBe("watching waiting");
    const { rollout, now } = drive;
    drive.step({ results: 6 }, null, 1);
    expect(drive.stages).toBe("confirming waiting");
    Object.assign(drive, { rollout, now, asked: [] });
    drive.step({ results: 5 }, null, 1);
    expect(drive.why).toBe("p1: it was given work and finished none");
    expect(drive.asked.map(({ type }) => type)).toEqual(["allow", "revert", "drop"]);
  });

  it("that had no work to do is confirmed without", () => {
    const drive = new Drive().to("watching");
    drive.step({ works: false }, null, 1000);
    drive.step({}, null, LIMITS.watchMs);
    expect(drive.stages).toBe("confirming waiting");
  });

  it("whose Zero is lost in the watch ends it at once", () => {
    const drive = new Drive().to("watching");
    drive.step({ isLost: true, ailment: null });
    expect(drive.why).toBe("p1: automation is at it with a remedy");
    const other = new Drive().to("watching");
    other.step({ isLost: true, ailment: "it is Fault" });
    expect(other.why).toBe("p1: it is Fault");
  });

  it("is confirmed again on a new link, and given up when that is not taken", () => {
    const drive = new Drive().to("confirming");
    expect(drive.step()).toEqual([]);
    expect(drive.step({ link: null, bundle: null })).toEqual([]);
    expect(drive.step({ link: 5, bundle: TRIAL })).toEqual([{ type: "confirm", slot: "p1" }]);
    expect(drive.step()).toEqual([]);
    drive.step({}, null, LIMITS.confirmMs);
    expect(drive.why).toBe("p1: it did not take the confirmation");
  });
});

describe("a rollback", () => {
  const UPDATED = bundleOf({ running: NEW, isUpdate: true, previous: OLD });

  it("goes back, is watched, and is kept", () => {
    const drive = new Drive("rollback");
    drive.step({ bundle: UPDATED });
    expect(drive.stages).toBe("restarting waiting");
    drive.step({ link: 2, bundle: bundleOf({ failed: { sha256: NEW, why: "rolled back" } }) });
    drive.step({ results: 6 }, null, LIMITS.watchMs);
    expect(drive.asked).toEqual([
      { type: "allow", slot: "p1", forMs: LIMITS.restartMs },
      { type: "revert", slot: "p1", why: "rolled back" },
      { type: "keep", slot: "p1", sha256: null },
    ]);
    expect(drive.stages).toBe("done waiting");
  });

  it("to another update keeps that one", () => {
    const drive = new Drive("rollback");
    drive.step({ bundle: UPDATED });
    drive.step({ link: 2, bundle: bundleOf({ running: OLD, isUpdate: true }) });
    drive.step({ results: 6 }, null, LIMITS.watchMs);
    expect(drive.asked.at(-1)).toEqual({ type: "keep", slot: "p1", sha256: OLD });
  });

  it("passes over a Zero that has nothing to go back to, but not over one on trial", () => {
    const drive = new Drive("rollback");
    drive.step();
    expect(drive.rollout.slots[0]).toMatchObject({
      stage: "skipped",
      why: "there is nothing to go back to",
    });
    drive.step({ bundle: { ...TRIAL, previous: null } });
    expect(drive.stages).toBe("skipped restarting");
  });
});

it("of no slots is over at once", () => {
  const what = { kind: "update", by: "operator", reason: "", sha256: NEW } as const;
  const rollout = beginRollout(what, [], 0, LIMITS);
  expect(rollout.ended).toBe("done");
  expect(slotInTurn(rollout)).toBeNull();
  expect(stepRollout(rollout, 0, WELL, null, LIMITS)).toEqual({ rollout, effects: [] });
});

const seen: fc.Arbitrary<Seen> = fc.record({
  link: fc.option(fc.integer({ min: 1, max: 4 })),
  linkedMs: fc.nat(20_000),
  bundle: fc.option(
    fc
      .record({
        running: fc.constantFrom(OLD, NEW),
        isTrial: fc.boolean(),
        previous: fc.option(fc.constantFrom(OLD, NEW)),
        refuses: fc.option(fc.constant("no"), { freq: 9 }),
      })
      .map(bundleOf),
  ),
  hindrance: fc.option(fc.record({ why: fc.constant("x"), lasts: fc.boolean() })),
  ailment: fc.option(fc.constant("x")),
  isLost: fc.boolean(),
  results: fc.nat(9),
  works: fc.boolean(),
});
const said: fc.Arbitrary<Said | null> = fc.constantFrom(
  null,
  { type: "want", sha256: NEW, offset: 0 },
  { type: "staged", sha256: NEW },
  { type: "unfit", sha256: NEW, why: "no" },
);

describe("whatever is seen and said", () => {
  it("only one Zero at a time is told anything, none under a hold, and nobody after a failure; and it ends", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<RolloutKind>("update", "rollback"),
        fc.array(fc.tuple(seen, said, fc.nat(60_000)), { maxLength: 60 }),
        (kind, steps) => {
          const drive = new Drive(kind);
          for (const [what, word, afterMs] of steps) {
            const turn = slotInTurn(drive.rollout)?.slot;
            const isOver = drive.rollout.ended !== null;
            const asked = drive.step(what, word, afterMs);
            if (isOver) expect(asked).toEqual([]);
            for (const effect of asked) {
              expect("slot" in effect ? effect.slot : null).toBe(turn);
              const exchanges = effect.type === "offer" || effect.type === "switch";
              if (exchanges) expect(what.hindrance).toBeNull();
              if (effect.type === "switch") expect(word?.type).toBe("staged");
            }
            const busy = drive.rollout.slots.filter(({ stage }) =>
              ["sending", "restarting", "watching", "confirming"].includes(stage),
            );
            expect(busy.length).toBeLessThanOrEqual(1);
          }
          // Left alone, each stage runs into its limit.
          for (let step = 0; step < 20; step++) drive.step(drive.seen, null, LIMITS.waitMs);
          expect(drive.rollout.ended).not.toBeNull();
        },
      ),
    );
  });
});
