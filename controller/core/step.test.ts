// The door of the core: which events want a tick, what is saved when, and what happens to an effect that must not be.

import { describe, expect, it } from "vitest";
import type { BoardReading } from "../../hat/board.ts";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining, withSlot } from "../../test/sim/scene.ts";
import type { Untimed } from "../shell/loop.ts";
import type { Event } from "./event.ts";
import type { Slot } from "./slot.ts";
import { step } from "./step.ts";

const world = mining();
const { state, now } = world;

describe("an event", () => {
  const link = state.slots[0]?.link?.id ?? 0;
  const at = (event: Untimed) => step(state, { ...event, now } as Event).wakeAt;
  const reading = world.read();

  const routine: [string, Untimed][] = [
    ["a frame", { type: "heard", slot: "p1", link }],
    ["a reading like the one before", { type: "board-read", reading }],
    ["that the link server answers", { type: "link-server-proved" }],
    ["a session that is up", { type: "pool-up", seat: "p1" }],
    ["a share on disk", { type: "share-secured", seat: "p1", share: 1, valid: true }],
  ];
  it.each(routine)("%s changes nothing that a tick decides", (_, event) => {
    expect(at(event)).toBe(Number.POSITIVE_INFINITY);
  });

  const [p1, ...others] = reading.slots;
  const turned = { ...reading, slots: [{ ...p1, line: "off" }, ...others] } as BoardReading;
  const vanished = { ...reading, slots: [{ ...p1, usb: "absent" }, ...others] } as BoardReading;
  const stirring: [string, Untimed][] = [
    ["a line that turned", { type: "board-read", reading: turned }],
    ["a port that is empty", { type: "board-read", reading: vanished }],
    ["under-voltage", { type: "board-read", reading: { ...reading, underVoltage: true } }],
    ["a board that does not answer", { type: "board-failed", code: "bus", detail: "" }],
    ["an intent on disk", { type: "intent-durable", slot: "p1", intent: 1 }],
    ["a link that ends", { type: "link-down", slot: "p1", link, detail: "" }],
    ["a session that ends", { type: "pool-down", seat: "p1", code: "closed", detail: "" }],
    ["a person's word", { type: "resume", reason: "" }],
  ];
  it.each(stirring)("%s wants a tick at once", (_, event) => {
    expect(at(event)).toBe(now);
  });

  it("that a line in doubt reads as before wants no tick, and leaves one beyond doubt uncopied", () => {
    const read = (changes: Partial<Slot>) => {
      const given = withSlot(state, "p1", changes);
      const after = step(given, { type: "board-read", reading, now });
      return [after.wakeAt, after.state.slots[0] === given.slots[0]];
    };
    expect(read({ phase: "Fault" })).toEqual([Number.POSITIVE_INFINITY, false]);
    expect(read({ phase: "Booting" })).toEqual([Number.POSITIVE_INFINITY, true]);
  });

  it("that changes a phase wants a tick at once", () => {
    const silent = withSlot(state, "p1", { phase: "Suspect", why: "silent" });
    const after = step(silent, { type: "heard", slot: "p1", link, now });
    expect(after.state.slots[0]?.phase).toBe("Ready");
    expect(after.wakeAt).toBe(now);
  });

  it("that a board answers again wants a tick at once", () => {
    const after = step({ ...state, boardError: "bus" }, { type: "board-read", reading, now });
    expect(after.wakeAt).toBe(now);
  });

  it("that the hub is gone wants a tick at once", () => {
    const slots = reading.slots.map((slot) => ({ ...slot, usb: "unknown" as const }));
    const off = state.slots.map((slot) => ({ ...slot, usb: "unknown" as const }));
    const gone = { ...reading, slots };
    const after = step({ ...state, slots: off }, { type: "board-read", reading: gone, now });
    expect(after.state.hub).toBe("lost");
    expect(after.wakeAt).toBe(now);
  });

  it("that a Zero is hotter than its step allows wants a tick at once", () => {
    const warm = { phase: "Degraded", why: "hot", heat: 1, heatAt: now } as const;
    const beat = { type: "beat", seq: 1, hashes: 1e9, jobId: null, tempC: 81 } as const;
    const rest = { throttled: 0, load: 1, memoryFreeBytes: 1, uptimeMs: 1 };
    const event = { type: "beat", slot: "p1", link, beat: { ...beat, ...rest }, now } as const;
    const after = step(withSlot(state, "p1", warm), event);
    expect(after.state.slots[0]).toMatchObject({ phase: "Degraded", heat: 2 });
    expect(after.wakeAt).toBe(now);
  });

  it("that a Zero that was gone when it was asked to shut down is gone still wants a tick at once", () => {
    const gone = reading.slots.map((slot, index) =>
      index === 0 ? { ...slot, usb: "absent" as const } : slot,
    );
    const asked = { phase: "PoweringOff", stage: "soft", usb: "absent", until: now + 9 } as const;
    const before = withSlot(state, "p1", asked);
    const event = { type: "board-read", reading: { ...reading, slots: gone }, now } as const;
    const after = step(before, event);
    expect(after.state.slots[0]?.stage).toBe("cut");
    expect(after.wakeAt).toBe(now);
  });

  it("that ends a job of a Zero that is drained wants a tick at once", () => {
    const [slot] = state.slots as [Slot];
    const { task, epoch } = slot;
    const hold = { kind: "drain", reason: "", since: 0, until: now + 1 } as const;
    const jobId = task?.jobId ?? "";
    const result = { type: "result", worker: "p1", link, jobId, epoch, nonce: 1, now } as const;
    const done = { ...result, hashes: 1, elapsedMs: 1 };
    expect(task).not.toBeNull();
    expect(step(state, done).wakeAt).toBe(Number.POSITIVE_INFINITY);
    expect(step(withSlot(state, "p1", { hold }), done).wakeAt).toBe(now);
  });

  it("that a frame was heard is a sign of life, and needs no pass over the seats", () => {
    const silent = withSlot(state, "p1", { heardAt: 0 });
    const seats = silent.seats.map((seat) => ({
      ...seat,
      state: "idle" as const,
      job: null,
      share: null,
    }));
    const slots = silent.slots.map((slot) => ({ ...slot, task: null }));
    const after = step({ ...silent, seats, slots }, { type: "heard", slot: "p1", link, now });
    expect(after.state.slots[0]?.heardAt).toBe(now);
    expect(after.effects).toEqual([]);
  });

  it("of time passing has silent Zeros asked whether their kernel answers", () => {
    const silent = withSlot({ ...state, lastTickAt: now, resumedAt: 0 }, "p1", {
      phase: "Suspect",
      heardAt: now - 10_000,
      until: now + 1,
    });
    const { effects } = step(silent, { type: "tick", now });
    expect(ofType(effects, "probe")).toEqual([{ type: "probe", slot: "p1" }]);
  });

  it("that the link server was proved is kept", () => {
    const after = step({ ...state, linkServerProvedAt: 0 }, { type: "link-server-proved", now });
    expect(after.state.linkServerProvedAt).toBe(now);
  });
});

describe("what is remembered", () => {
  function saved(event: Event, savedAt: number) {
    const { effects, state: after } = step({ ...state, savedAt, lastTickAt: now }, event);
    const names = ofType(effects, "save-slot").map(({ slot }) => slot);
    return { names, rig: ofType(effects, "save-rig").length, savedAt: after.savedAt };
  }
  const all = ["p1", "p2", "p3", "p4"];

  it("is written down each minute", () => {
    const tick = { type: "tick", now } as const;
    expect(saved(tick, now - 59_999)).toEqual({ names: [], rig: 0, savedAt: now - 59_999 });
    expect(saved(tick, now - 60_000)).toEqual({ names: all, rig: 1, savedAt: now });
  });

  it("is written down when the controller stops", () => {
    expect(saved({ type: "quiesce", now }, now)).toEqual({ names: all, rig: 1, savedAt: now });
  });
});

describe("an effect that breaks an invariant", () => {
  it("is held back, stops automation, and is told with all that is known", () => {
    // A start that waits to be written, although a foreign hand has switched the line on behind our back.
    const broken: Partial<Slot> = {
      phase: "PoweringOff",
      stage: "cut",
      intent: { id: 5, kind: "off", by: "policy", why: "idle", reason: "", durable: true },
      shed: null,
      asking: null,
      action: null,
      retryAt: 0,
      until: now + 1e6,
      task: null,
    };
    const given = withSlot({ ...state, lastTickAt: now }, "p1", broken);
    const { effects, state: after } = step(given, { type: "tick", now });
    expect(ofType(effects, "power")).toEqual([]);
    expect(after.halted).toMatch(/^13:/);
    const [told] = reportsOf(effects).filter(({ ev }) => ev === "invariant.broken");
    expect(told).toMatchObject({ level: "error", slot: null, why: after.halted });
    expect(JSON.parse(String(told?.detail["effect"]))).toMatchObject({
      type: "power",
      slot: "p1",
      to: "off",
    });
    expect(told?.detail["todo"]).toContain("report this");
    const stopped = ofType(effects, "save-rig").at(-1)?.memory;
    expect(stopped?.halted).toBe(after.halted);
  });
});
