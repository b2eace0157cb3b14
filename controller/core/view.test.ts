import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { RigStatus } from "./status.ts";
import { isSwitching, view } from "./view.ts";

const GOALS = [
  { name: "pool", percent: 70 },
  { name: "gift", percent: 30 },
];
const AROUND = { version: "1.2.3", board: "a board" };

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

function p1(world: World, changes: Partial<Slot> = {}) {
  const slots = world.state.slots.map((slot) =>
    slot.id === "p1" ? { ...slot, ...changes } : slot,
  );
  const [status] = view({ ...world.state, slots }, AROUND, world.now).slots;
  if (status === undefined) throw new Error("no slot");
  return status;
}

describe("the view", () => {
  it("shows what the shell knows of nodes, of the balance and of the work, where it looks", () => {
    const { state, now } = mining();
    const finder = { nodes: [], picker: null };
    const gains = { last_interval: null, last_minute: null, last_hour: null };
    const rates = { duco_per_day: null, duco_per_kwh: null };
    const balance = { duco: 1, age_ms: 2, error: null, ...gains, ...rates };
    const work = {};
    const inbox = { dropped: 3 };
    const miners = {} as NonNullable<RigStatus["miners"]>;
    const proxy = {} as NonNullable<RigStatus["proxy"]>;
    const jobs = { queued: 1, running: 2, found: 3, exhausted: 4, cancelled: 5, failed: 6 };
    const around = { ...AROUND, finder, balance, miners, work, jobs, inbox, proxy };
    const status = view(state, around, now);
    expect(status.proxy).toBe(proxy);
    expect(status.miners).toBe(miners);
    expect(status.jobs).toBe(jobs);
    expect(view(state, AROUND, now)).not.toHaveProperty("jobs");
    expect(status.inbox).toBe(inbox);
    expect(view(state, AROUND, now)).not.toHaveProperty("inbox");
    expect(status.pool.finder).toBe(finder);
    expect(status.balance).toBe(balance);
    expect(status.work).toBe(work);
    expect(view(state, AROUND, now)).not.toHaveProperty("balance");
    expect(view(state, AROUND, now)).not.toHaveProperty("work");
  });

  it("is just what its JSON says, with goals and without", () => {
    const sorts = [{}, { policy: { algorithm: "sha256d", goals: GOALS } }] as const;
    for (const options of sorts) {
      const { state, now } = mining(options);
      const status = view(state, AROUND, now);
      expect(status).toStrictEqual(JSON.parse(JSON.stringify(status)));
    }
  });

  it("shows for how many whole milliseconds a goal's pool rests", () => {
    const { state, now } = new World({ policy: { algorithm: "sha256d", goals: GOALS } });
    const rests = [999.6, 1000.4, 0, -1].map((restMs) => {
      const goals = state.goals.map((goal) => ({ ...goal, restUntil: now + restMs }));
      return view({ ...state, goals }, AROUND, now).pool.goals?.[0]?.rests_ms;
    });
    expect(rests).toEqual([1000, 1000, null, null]);
  });

  it("adds up", () => {
    const world = mining({ hostWorkers: 1 });
    const status = view(world.state, AROUND, world.now);
    expect(status.version).toBe("1.2.3");
    expect(status.pool).toEqual({
      address: "",
      why: "start",
      detail: null,
      for_ms: world.now - world.state.startedAt,
      connected: 5,
      last_error: null,
    });
    const slots = status.slots.reduce((sum, slot) => sum + slot.accepted, 0);
    expect(status.totals.accepted).toBe(slots + status.host.accepted);
    expect(status.totals.hashes).toBe(
      status.slots.reduce((sum, slot) => sum + slot.hashes, 0) + status.host.hashes,
    );
    expect(status.watts).toBe(4);
    expect(status.storm).toBe("normal");
    expect(status.board).toBe("a board");
    const silent = view({ ...world.state, boardError: "no answer" }, AROUND, world.now);
    expect(silent).toMatchObject({ board: "a board", board_error: "no answer" });
  });

  it("shows every state with its evidence and the age of it", () => {
    const world = mining();
    expect(p1(world)).toMatchObject({ state: "Ready", next: null, watts: 1 });
    expect(p1(world).evidence).toMatch(
      /^heard \d\.\d s ago, line on, USB present, read \d\.\d s ago$/,
    );
    const fresh = new World({ zeros: 1 });
    fresh.state = {
      ...fresh.state,
      slots: fresh.state.slots.map((slot) => ({
        ...slot,
        phase: "Unknown" as const,
        line: "unknown" as const,
        usb: "unknown" as const,
        until: fresh.now + 90_000,
      })),
      readAt: Number.NEGATIVE_INFINITY,
    };
    const [unknown] = view(fresh.state, AROUND, fresh.now).slots;
    expect(unknown).toMatchObject({
      state: "Unknown",
      evidence: "heard never, line unread, USB unreadable, read never",
      next: "due in 90.0 s",
      temp_c: null,
      uptime_ms: null,
    });
  });

  it("shows what an operator holds a slot in", () => {
    const world = mining();
    const hold = (kind: "cordon" | "drain" | "maintenance" | "foreign") =>
      p1(world, { hold: { kind, reason: "fan", since: 0, until: Number.POSITIVE_INFINITY } });
    expect(hold("cordon")).toMatchObject({
      state: "Cordoned",
      why: "self-test-passed; cordon: fan",
    });
    expect(hold("cordon").hold).toEqual({ kind: "cordon", reason: "fan", left_ms: null });
    expect(p1(world).hold).toBeNull();
    expect(hold("drain").state).toBe("Draining");
    expect(hold("maintenance").state).toBe("Maintenance");
    expect(hold("foreign").state).toBe("Ready");
  });

  it("names the running timer and what an action waits for", () => {
    const world = mining();
    const until = world.now + 2000;
    const off = { phase: "Off", line: "off", offAt: 0 } as const;
    expect(p1(world, { ...off, wanted: "off" }).next).toBeNull();
    expect(p1(world, { ...off, wanted: "on" }).next).toBe("on");
    expect(p1(world, { ...off, offAt: world.now }).next).toBe("on, waits for off-dwell");
    expect(p1(world, { phase: "Suspect", until }).next).toBe("remedy in 2.0 s unless heard");
    expect(p1(world, { phase: "PoweringOff", stage: "soft", until }).next).toBe("cut in 2.0 s");
    expect(p1(world, { phase: "PoweringOff", stage: "cut", until }).next).toBe(
      "fault in 2.0 s unless proved off",
    );
    const remedy = { phase: "Remediating", until } as const;
    expect(p1(world, { ...remedy, stage: "restart-worker" }).next).toBe(
      "restart-worker ends in 2.0 s",
    );
    const heardAt = world.now - 14_000;
    const cycle = { ...remedy, stage: "power-cycle", heardAt } as const;
    expect(p1(world, cycle).next).toBe("power cycle");
    expect(
      p1(world, {
        ...cycle,
        hold: { kind: "foreign", reason: "x", since: 0, until: Number.POSITIVE_INFINITY },
      }).next,
    ).toBe("power cycle, waits for hold");
    expect(p1(world, { ...cycle, strikes: 1, cuts: [world.now] }).next).toMatch(
      /^power cycle in 27\.6 s \(backoff\)$/,
    );
    expect(p1(world, { phase: "Fault", until: Number.POSITIVE_INFINITY }).next).toBeNull();
  });

  it("counts no watts for what has no power", () => {
    const world = mining();
    const watts = (changes: Partial<Slot>) => p1(world, changes).watts;
    expect(watts({ phase: "Quarantined" })).toBe(0);
    expect(watts({ phase: "Booting" })).toBe(1.4);
    expect(watts({ phase: "Fault", line: "off", usb: "absent" })).toBe(0);
    expect(watts({ phase: "Fault", line: "off", usb: "present" })).toBe(0.5);
    expect(watts({ phase: "Fault", line: "on" })).toBe(0.5);
  });

  it("stands without a seat, and shows the last error of the pool", () => {
    const world = mining();
    const seats = world.state.seats.slice(1).map((seat) => ({ ...seat, error: "refused: nobody" }));
    const status = view({ ...world.state, seats } satisfies RigState, AROUND, world.now);
    expect(status.slots[0]).toMatchObject({ accepted: 0, rejected: 0, unknown: 0 });
    expect(status.pool.last_error).toBe("refused: nobody");
    expect(isSwitching(world.state)).toBe(false);
  });
});
