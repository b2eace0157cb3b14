import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";
import { onHindrance } from "./permit.ts";
import { holdsLane, type Slot } from "./slot.ts";
import { fitsCeiling } from "./watts.ts";

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

function alter(world: World, id: string, changes: Partial<Slot>): void {
  world.state = {
    ...world.state,
    slots: world.state.slots.map((slot) => (slot.id === id ? { ...slot, ...changes } : slot)),
  };
}

describe("what comes out of turn", () => {
  it("changes nothing: outcomes of actions and intents that are not the current ones", () => {
    const world = mining();
    const before = world.slot("p1");
    const reading = { slot: "p1", line: "off", usb: "absent", driven: true } as const;
    world.post({ type: "power-done", action: 99, reading });
    world.post({ type: "power-failed", slot: "p1", action: 99, code: "bus", detail: "" });
    world.post({ type: "intent-durable", slot: "p1", intent: 99 });
    expect(world.slot("p1")).toMatchObject({ phase: before.phase, line: "on", intent: null });
  });

  it("changes nothing: readings of slots that there are not", () => {
    const world = mining();
    const { slots, ...rest } = world.read();
    const stranger = { slot: "p9", line: "off", usb: "absent", driven: true } as const;
    world.post({ type: "board-read", reading: { ...rest, slots: [...slots, stranger] } });
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("leaves a contradictory line to its deadline", () => {
    const world = new World({ zeros: 1 });
    world.zero("p1").ghostUsb = true;
    alter(world, "p1", { phase: "Unknown", why: "found-on", until: world.now + 5000 });
    world.run(4000);
    expect(world.slot("p1").phase).toBe("Unknown");
    world.run(2000);
    expect(world.slot("p1").phase).toBe("Fault");
  });

  it("is Booting, not Ready, when a Zero is heard over a link that never passed its test", () => {
    const world = new World({ zeros: 1 });
    const zero = world.zero("p1");
    zero.stuckWorker = true;
    world.until(() => world.slot("p1").link !== null, "linked");
    zero.hung = true;
    world.until(() => world.slot("p1").phase === "Suspect", "suspect");
    expect(world.slot("p1").why).toBe("boot-overdue");
    zero.hung = false;
    world.run(2500);
    expect(world.slot("p1")).toMatchObject({ phase: "Booting", why: "heard-again" });
    zero.stuckWorker = false;
    world.allReady();
    expect(world.slot("p1").fences).toBe(0);
  });

  it("asks nothing of a Zero whose link has just ended, though its boot is overdue", () => {
    const world = mining();
    world.unlink(world.zero("p1"));
    alter(world, "p1", { phase: "Booting", until: world.now, heardAt: world.now });
    world.post({ type: "tick" });
    expect(world.slot("p1")).toMatchObject({ phase: "Booting", task: null });
  });

  it("sends nothing for a result whose seat has no such job", () => {
    const world = mining();
    world.until(() => world.slot("p1").task !== null, "task");
    const { task, epoch, link } = world.slot("p1");
    world.state = {
      ...world.state,
      seats: world.state.seats.map((seat) => (seat.id === "p1" ? { ...seat, job: null } : seat)),
    };
    const before = world.effects.length;
    world.post({
      type: "result",
      worker: "p1",
      link: link?.id ?? 0,
      jobId: task?.jobId ?? "",
      epoch,
      nonce: 42,
      hashes: 10,
      elapsedMs: 10,
    });
    expect(world.effects.slice(before).some(({ type }) => type === "secure-share")).toBe(false);
  });

  it("calls a Zero slow by its results, before any runs out of time", () => {
    const world = mining();
    world.zero("p1").speed = 0.45;
    world.until(() => world.slot("p1").phase === "Degraded", "slow");
    expect(world.slot("p1").why).toBe("slow");
    expect(world.reported("job.timeout", "p1")).toEqual([]);
  });

  it("tests no Zero again for a wrong share of a host worker", () => {
    const world = new World({ zeros: 1, hostWorkers: 1 });
    world.until(() => world.state.seats[1]?.state === "securing", "securing");
    const share = world.state.seats[1]?.share?.id ?? 0;
    const before = world.effects.length;
    world.post({ type: "share-secured", seat: "h1", share, valid: false });
    expect(world.reported("share.wrong")).toHaveLength(1);
    expect(world.effects.slice(before).some(({ type }) => type === "send")).toBe(false);
  });

  it("switches nothing on in maintenance", () => {
    const world = mining();
    const hold = {
      kind: "maintenance",
      reason: "fan",
      since: 0,
      until: Number.POSITIVE_INFINITY,
    } as const;
    const slot: Slot = { ...world.slot("p1"), phase: "Off", line: "off", offAt: 0, hold };
    expect(onHindrance(world.state, slot, world.now)).toBe("hold");
    expect(onHindrance(world.state, { ...slot, hold: null }, world.now)).toBeNull();
  });

  it("counts a quarantine that is under way, but no fault, as between cut and beat", () => {
    const slot = mining().slot("p1");
    const intent = {
      id: 1,
      kind: "quarantine",
      by: "automation",
      why: "",
      reason: "",
      durable: true,
    } as const;
    expect(holdsLane({ ...slot, intent })).toBe(true);
    expect(holdsLane({ ...slot, intent, phase: "Fault" })).toBe(false);
    expect(holdsLane({ ...slot, intent: { ...intent, kind: "off" } })).toBe(false);
  });

  it("reserves the inrush of a start that is under way", () => {
    const world = mining();
    const starting: Slot[] = world.state.slots.map((slot) => ({ ...slot, phase: "PoweringOn" }));
    const ceiling = (watts: number) => ({ watts, wattsBy: null, zeros: 9 });
    expect(fitsCeiling(starting, "zero", ceiling(7))).toBe(true);
    expect(fitsCeiling(starting, "zero", ceiling(6.9))).toBe(false);
  });
});
