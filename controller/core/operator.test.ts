import { describe, expect, it } from "vitest";
import type { SlotId } from "../../hat/slots.ts";
import { World } from "../../test/sim/world.ts";

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

function ask(world: World, verb: "on" | "off" | "cycle", slots: SlotId[], hard = false): void {
  world.post({ type: "operator", verb, slots, reason: "test", hard });
}

describe("an operator", () => {
  it("switches a Zero off after it was asked to shut down, and on again", () => {
    const world = mining();
    ask(world, "off", ["p2"]);
    expect(world.slot("p2").stage).toBe("soft");
    world.until(() => world.slot("p2").phase === "Off", "off");
    expect(
      world.effects.some((effect) => effect.type === "send" && effect.message.type === "shutdown"),
    ).toBe(true);
    world.run(60_000);
    expect(world.phases()).toBe("Ready Off Ready Ready");
    expect(world.slot("p2").fences).toBe(0);
    ask(world, "on", ["p2"]);
    world.allReady();
  });

  it("cuts a Zero that does not shut down in time", () => {
    const world = mining();
    world.zero("p2").stuckWorker = true;
    ask(world, "off", ["p2"]);
    world.run(29_000);
    expect(world.slot("p2").stage).toBe("soft");
    world.run(3000);
    expect(world.slot("p2").phase).toBe("Off");
  });

  it("takes the end of the link for the end of the shutdown where USB cannot be read", () => {
    const world = mining({ usb: false });
    ask(world, "off", ["p2"]);
    world.run(4000);
    expect(world.slot("p2").link).toBeNull();
    expect(world.slot("p2").stage).toBe("soft"); // the system behind the link still has to stop
    world.run(6000);
    expect(world.slot("p2").phase).toBe("Off");
  });

  it("cuts at once when asked to, or when the Zero is silent", () => {
    const world = mining();
    ask(world, "off", ["p1"], true);
    expect(world.slot("p1").stage).toBe("cut");
    world.zero("p2").hung = true;
    world.run(11_000);
    ask(world, "off", ["p2"]);
    expect(world.slot("p2").stage).toBe("cut");
    world.until(() => world.slot("p2").phase === "Off", "off");
  });

  it("cycles Zeros one at a time, without asking the storm guard", () => {
    const world = mining();
    ask(world, "cycle", ["p1", "p2", "p3"]);
    world.until(
      () =>
        world.state.slots.every(({ boots }) => boots === 2 || boots === 1) &&
        world.slot("p3").boots === 2 &&
        world.slot("p3").phase === "Ready",
      "cycled",
    );
    const order = world
      .powerEffects()
      .slice(4)
      .map(({ slot, to }) => `${slot} ${to}`);
    expect(order).toEqual(["p1", "p2", "p3"].flatMap((slot) => [`${slot} off`, `${slot} on`]));
    expect(world.slot("p4").boots).toBe(1);
  });

  it("turns a cycle of a slot that is off into on", () => {
    const world = mining();
    ask(world, "off", ["p1"], true);
    world.until(() => world.slot("p1").phase === "Off", "off");
    ask(world, "cycle", ["p1"]);
    world.allReady();
    expect(world.slot("p1").cycleAsked).toBeNull();
  });

  it("does not begin a second cycle while a slot is being switched off", () => {
    const world = mining();
    ask(world, "cycle", ["p1"], true);
    ask(world, "cycle", ["p1"], true);
    world.run(60_000);
    expect(world.powerEffects("p1").filter(({ to }) => to === "off").length).toBe(1);
  });

  it("releases a slot from quarantine", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) =>
        slot.id === "p1"
          ? { ...slot, strikes: 3, cuts: [1, 2, 3].map((s) => world.now - 200_000 * s) }
          : slot,
      ),
    };
    world.until(() => world.slot("p1").phase === "Quarantined", "quarantine");
    world.zero("p1").hung = false;
    ask(world, "on", ["p1"]);
    world.allReady();
  });

  it("is not obeyed on a line that was never read, nor for a slot that there is not", () => {
    const world = new World({ zeros: 1, lines: "on" });
    world.boardError = "bus";
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({ ...slot, line: "unknown" })),
    };
    ask(world, "off", ["p1", "p9"]);
    world.run(1000);
    expect(world.powerEffects()).toEqual([]);
  });

  it("ends an intent that a new word supersedes", () => {
    const world = mining();
    ask(world, "cycle", ["p1"], true);
    world.until(
      () => world.slot("p1").phase === "PoweringOn" && world.slot("p1").stage === "settle",
      "on",
    );
    ask(world, "off", ["p1"], true);
    world.until(() => world.slot("p1").phase === "Off", "off");
    expect(
      world.effects.some(
        (effect) => effect.type === "close-intent" && effect.outcome === "superseded",
      ),
    ).toBe(true);
  });
});

describe("another program's hand on a line", () => {
  it("is adopted, and automation leaves the slot alone until a person speaks", () => {
    const world = mining();
    const from = world.powerEffects().length;
    world.powerDown(world.zero("p2"));
    world.run(60_000);
    expect(world.slot("p2")).toMatchObject({ phase: "Off", wanted: "off", why: "foreign-change" });
    expect(world.slot("p2").hold?.kind).toBe("foreign");
    expect(world.powerEffects().length).toBe(from);
    ask(world, "on", ["p2"]);
    world.allReady();
    expect(world.slot("p2").hold).toBeNull();
  });

  it("that switches a slot on is adopted, and the Zero works", () => {
    const world = mining();
    ask(world, "off", ["p2"], true);
    world.until(() => world.slot("p2").phase === "Off", "off");
    const zero = world.zero("p2");
    zero.powered = true;
    zero.life++;
    world.boot(zero);
    world.run(20_000);
    expect(world.slot("p2")).toMatchObject({ phase: "Ready", wanted: "on" });
    expect(world.slot("p2").task).not.toBeNull();
    zero.hung = true;
    world.run(200_000);
    expect(world.slot("p2").fences).toBe(0);
  });

  it("that is found at our write is adopted on the slot that it touched, and our write is tried again", () => {
    const world = mining();
    world.zero("p3").hung = true;
    world.powerError = "foreign-change";
    world.until(() => world.reported("power.failed", "p3").length > 0, "refused write");
    world.powerDown(world.zero("p1"));
    world.powerError = null;
    world.until(() => world.slot("p3").fences === 1, "fence");
    world.run(20_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Off", hold: { kind: "foreign" } });
    expect(world.slot("p3")).toMatchObject({ phase: "Ready", hold: null });
  });
});
