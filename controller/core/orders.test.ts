import { describe, expect, it } from "vitest";
import {
  answer,
  ends,
  only,
  over,
  pieceOf,
  place,
  refuse,
  SECOND,
  searchers,
  searching,
  sleeping,
  solve,
  submit,
  untilSearched,
} from "../../test/sim/order-scene.ts";
import { leftBehind, mining, say, waitingJob, withSlot } from "../../test/sim/scene.ts";
import { helloOf } from "../../test/sim/sim-link.ts";
import { World } from "../../test/sim/world.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { waitsFor } from "./dispatch-orders.ts";
import type { EffectOf } from "./effect.ts";
import { orderView } from "./order-view.ts";

type Sent = EffectOf<"send"> & { readonly message: { readonly type: "job" } };

function piecesSent(world: World, id = "j1"): Sent["message"][] {
  return world.effects.flatMap((effect) =>
    effect.type === "send" &&
    effect.message.type === "job" &&
    effect.message.id.startsWith(`${id}.`)
      ? [effect.message as Sent["message"]]
      : [],
  );
}

describe("an order", () => {
  it("is searched by all Zeros, each nonce once, and ends exhausted", () => {
    const world = searching();
    untilSearched(world, 4);
    const { state, hashrate_hs } = orderView(world.state, only(world), world.now);
    expect([state, hashrate_hs]).toEqual(["running", 0]);
    expect(over(world)).toMatchObject({ outcome: "exhausted", nonce: null, why: null });
    const ranges = piecesSent(world)
      .map(({ from, to }) => [from, to] as const)
      .sort((a, b) => a[0] - b[0]);
    let next = 1000;
    for (const [from, to] of ranges) {
      expect(from).toBe(next);
      next = to + 1;
    }
    expect(next).toBe(1000 + 120 * SECOND);
    expect(world.state.orders).toEqual([]);
    // No piece takes much longer than ten seconds, and the last ones are short.
    expect(Math.max(...ranges.map(([from, to]) => to - from + 1))).toBeLessThanOrEqual(10 * SECOND);
    world.run(20_000);
    expect(world.state.slots.every(({ task }) => task?.seat !== "orders")).toBe(true);
  });

  it("ends found: the nonce is hashed once more first, and the others stop", () => {
    const world = searching({}, {}, 1000 + 20 * SECOND);
    const nonce = 1000 + 20 * SECOND;
    const before = world.now;
    expect(over(world)).toMatchObject({ outcome: "found", nonce, why: null });
    expect(world.effects.filter(({ type }) => type === "check-find")).toHaveLength(1);
    expect(world.now - before).toBeLessThan(20_000);
    const sent = piecesSent(world).length;
    world.run(60_000);
    expect(piecesSent(world)).toHaveLength(sent);
    expect(world.state.slots.every(({ fences, phase }) => fences === 0 && phase === "Ready")).toBe(
      true,
    );
  });

  it("goes before mining, which goes on after it; what a pool gave is done first", () => {
    const world = mining({ policy: { connectionsPerZero: 2 } });
    submit(world);
    untilSearched(world, 4);
    const shares = world.sent.size;
    world.run(8000);
    expect(world.sent.size).toBe(shares);
    over(world);
    world.run(20_000);
    expect(world.sent.size).toBeGreaterThan(shares);
    expect(world.reported("pool.down").filter(({ level }) => level === "warn")).toEqual([]);
  });

  it("is left a share of the workers, while the others mine", () => {
    const world = searching({}, { policy: { orderShare: 0.5 } });
    untilSearched(world, 2);
    const shares = world.sent.size;
    for (let look = 0; look < 20; look++) {
      world.run(500);
      expect(searchers(world).length).toBeLessThanOrEqual(2);
    }
    expect(world.sent.size).toBeGreaterThan(shares);
  });

  it("has one worker at least, however small the share is", () => {
    const world = searching({}, { policy: { orderShare: 0.01 } });
    world.run(5000);
    expect(searchers(world)).toHaveLength(1);
  });

  it("is searched by host workers, with several connections too", () => {
    const world = searching({ algorithm: "scrypt", to: 2_000_000 }, { hostWorkers: 1 });
    world.until(() => searchers(world).includes("h1"), "the host searches");
    expect(searchers(world)).toEqual(["h1"]);
    expect(over(world).outcome).toBe("exhausted");
    const two = searching({}, { hostWorkers: 1, policy: { connectionsPerZero: 2 } });
    untilSearched(two, 5);
    expect(over(two).outcome).toBe("exhausted");
  });

  it("ends found by a host worker too, while another one searches", () => {
    const world = searching({}, { zeros: 1, hostWorkers: 2 }, 1000 + 40 * SECOND);
    expect(over(world)).toMatchObject({ outcome: "found" });
    expect(world.effects.some(({ type }) => type === "host-cancel")).toBe(true);
  });

  it("is searched where one connection serves all, which then mines on", () => {
    const world = searching({}, { policy: { poolMode: "split" } });
    expect(over(world).outcome).toBe("exhausted");
    const shares = world.sent.size;
    world.run(30_000);
    expect(world.sent.size).toBeGreaterThan(shares);
  });

  it("shares the workers with another one", () => {
    const world = mining();
    solve(world, { f1: null, f2: null });
    place(world);
    world.run(5000);
    place(world, { id: "j2", prefix: "f2" });
    world.run(15_000);
    const held = world.state.orders.map(({ pieces }) => pieces.length);
    expect(held).toEqual([2, 2]);
    // What one loses is nothing to the other.
    const before = world.state.orders.map(({ pieces }) => pieces);
    world.unlink(world.zero("p1"));
    const same = world.state.orders.filter(({ pieces }, index) => pieces === before[index]);
    expect(same).toHaveLength(1);
    world.linkUp(world.zero("p1"), world.zero("p1").bootId);
    expect([over(world, "j1").outcome, over(world, "j2").outcome]).toEqual([
      "exhausted",
      "exhausted",
    ]);
  });

  it("is taken once, whoever says it twice", () => {
    const world = searching();
    place(world);
    expect(world.state.orders).toHaveLength(1);
  });

  it("goes on without a Zero that falls silent, hangs up, refuses or takes too long", () => {
    const world = searching();
    untilSearched(world, 4);
    world.zero("p1").hung = true;
    world.zero("p2").speed = 0.02;
    world.unlink(world.zero("p3"));
    refuse(world, "p4");
    expect(searchers(world)).not.toContain("p3");
    world.run(30_000);
    world.zero("p2").speed = 1;
    expect(over(world).outcome).toBe("exhausted");
    expect(world.reported("job.timeout", "p2").length).toBeGreaterThan(0);
  });

  it("gives a failed piece to the one that failed it, where there is no other", () => {
    const world = searching({}, { zeros: 1 });
    untilSearched(world, 1);
    refuse(world, "p1");
    expect(over(world).outcome).toBe("exhausted");
  });

  it("keeps a failed piece from the one that failed it, as long as another may take it", () => {
    const world = searching({ to: 1000 + 2 * SECOND - 1 }, { zeros: 2 });
    untilSearched(world, 2);
    const failed = pieceOf(world, "p1");
    refuse(world, "p1");
    world.run(10);
    const [again] = only(world).pieces.filter(({ from }) => from === failed.from);
    expect(again?.worker).not.toBe("p1");
    expect(over(world).outcome).toBe("exhausted");
  });

  it("gives less to a worker that ran out of time, until it is through in time", () => {
    const world = mining({ zeros: 1 });
    solve(world, { f1: null });
    // It says that it is a hundred times as fast as it is.
    world.state = withSlot(world.state, "p1", { kernels: { "duco-s1": 100 * SECOND } });
    place(world);
    expect(over(world).outcome).toBe("exhausted");
    expect(world.reported("job.timeout", "p1").length).toBeGreaterThan(0);
    expect(world.reported("job.timeout", "p1").length).toBeLessThan(10);
  });

  it("gives of what was lost no more than the next can do, and joins what lies side by side", () => {
    const world = searching({ to: 1e8 }, { zeros: 1, hostWorkers: 1 });
    const held = () => only(world).pieces.find(({ worker }) => worker === "h1");
    world.until(() => (only(world).workers["h1"]?.rateHs ?? 0) > 0 && held() !== undefined, "h1");
    const big = held();
    const size = (big?.to ?? 0) - (big?.from ?? 0) + 1;
    expect(size).toBe(10_000_000);
    refuse(world, "h1");
    world.until(
      () => only(world).pieces.some(({ from, worker }) => from === big?.from && worker === "p1"),
      "p1",
    );
    const [first, rest] = only(world)
      .pieces.filter(({ from, to }) => from >= (big?.from ?? 0) && to <= (big?.to ?? 0))
      .toSorted((a, b) => a.from - b.from);
    expect(orderView(world.state, only(world), world.now).workers).toContain("p1");
    expect((first?.to ?? 0) - (first?.from ?? 0) + 1).toBe(10 * SECOND);
    expect(rest).toMatchObject({
      from: (first?.to ?? 0) + 1,
      to: big?.to,
      worker: null,
      tried: ["h1"],
    });
    refuse(world, "p1");
    const joined = leftBehind(world).orders[0]?.open ?? [];
    expect(joined.filter(([from]) => from === big?.from).length).toBe(1);
    expect(over(world).outcome).toBe("exhausted");
  });

  it("counts nothing of a wrong answer, and asks its Zero for the known one", () => {
    const world = mining();
    solve(world, { f1: 1000 + 60 * SECOND });
    world.zero("p1").wrongShares = true;
    place(world);
    world.until(() => world.reported("job.wrong").length > 0, "a wrong answer");
    expect(world.slot("p1").barren).toBeGreaterThan(0);
    expect(over(world)).toMatchObject({ outcome: "found", nonce: 1000 + 60 * SECOND });
    world.zero("p1").wrongShares = false;
  });

  it("counts a piece only if all of it was hashed, and a nonce only if it lies within", () => {
    const world = searching();
    untilSearched(world, 4);
    const wrong = (nonce: number | null) =>
      answer(world, "p1", { nonce, hashes: 5, elapsedMs: 10 });
    const short = pieceOf(world, "p1");
    wrong(null);
    expect(world.reported("job.wrong")).toHaveLength(1);
    expect(only(world).pieces.some(({ from }) => from === short.from)).toBe(true);
    world.until(() => searchers(world).includes("p1"), "it searches again");
    wrong(1);
    world.until(() => searchers(world).includes("p1"), "it searches again");
    wrong(10 ** 9);
    expect(world.reported("job.wrong")).toHaveLength(3);
    expect(world.effects.some(({ type }) => type === "check-find")).toBe(false);
    expect(over(world).outcome).toBe("exhausted");
  });

  it("asks for one check at a time, and again if none comes", () => {
    const world = searching({}, {}, 1000 + 5 * SECOND);
    let checks = 0;
    const { watch } = world;
    world.watch = (effect, by) => {
      if (effect.type === "check-find") checks++;
      watch(effect, by);
    };
    // Whoever checks does not answer.
    world.solutionFor = () => -1;
    untilSearched(world, 4);
    const find = (id: "p1" | "p2") => {
      const nonce = pieceOf(world, id).from;
      answer(world, id, { nonce, hashes: 1, elapsedMs: 500 });
      return nonce;
    };
    const nonce = find("p1");
    find("p2");
    expect(only(world).find?.nonce).toBe(nonce);
    expect(checks).toBe(1);
    expect(waitsFor(world.state, only(world))).toBeNull();
    const held = only(world);
    world.state = { ...world.state, orders: [{ ...held, retryAt: world.now }] };
    world.post({ type: "tick" });
    expect(checks).toBe(2);
    world.post({ type: "find-checked", order: "j1", nonce: nonce + 1, right: true });
    world.post({ type: "find-checked", order: "j2", nonce, right: true });
    expect(only(world).find?.nonce).toBe(nonce);
    world.post({ type: "find-checked", order: "j1", nonce, right: true });
    expect(ends(world)).toMatchObject([{ outcome: "found", nonce, worker: "p1" }]);
  });

  it("is ended again until that is written down", () => {
    const world = searching();
    world.run(3000);
    world.storeFails = true;
    world.post({ type: "order-cancelled", order: "j1", reason: "enough" });
    world.post({ type: "order-cancelled", order: "j1", reason: "again" });
    world.run(12_000);
    expect(ends(world).length).toBeGreaterThan(1);
    expect(world.reported("job.ended")).toEqual([]);
    expect(searchers(world)).toEqual([]);
    world.storeFails = false;
    expect(over(world)).toMatchObject({ outcome: "cancelled", why: "enough" });
    expect(new Set(ends(world).map(({ why }) => why))).toEqual(new Set(["enough"]));
    world.post({ type: "order-ended", order: "j1" });
    world.post({ type: "order-cancelled", order: "j1", reason: "late" });
    expect(world.reported("job.ended")).toHaveLength(1);
  });

  it("is not ended by a word of an end that nobody decided", () => {
    const world = searching();
    world.post({ type: "order-ended", order: "j1" });
    expect(world.state.orders).toHaveLength(1);
  });

  it("fails when its time is over", () => {
    const world = mining();
    solve(world, { f1: null });
    place(world, {}, 4000);
    expect(over(world)).toMatchObject({ outcome: "failed", why: "time-limit" });
    expect(world.reported("job.ended")[0]?.level).toBe("warn");
  });

  it("goes on after a restart from what was written down", () => {
    const world = searching();
    world.run(25_000);
    const remembered = leftBehind(world);
    const [{ open, next, hashes }] = remembered.orders as [(typeof remembered.orders)[0]];
    expect(open.length).toBeGreaterThan(0);
    expect(hashes).toBeGreaterThan(0);
    const again = new World({ remembered, lines: "on" });
    solve(again, { f1: null });
    expect(only(again)).toMatchObject({ next, hashes });
    expect(over(again).outcome).toBe("exhausted");
    const sent = piecesSent(again);
    for (const [from] of open) expect(sent.some((piece) => piece.from === from)).toBe(true);
    expect(Math.min(...sent.map(({ from }) => from))).toBe(open[0]?.[0]);
  });

  it("is written down each minute and at a stop, and gives out nothing after that", () => {
    const world = searching({ to: 1e10 });
    world.run(61_000);
    const saved = () => world.effects.filter(({ type }) => type === "save-order").length;
    expect(saved()).toBe(1);
    world.post({ type: "quiesce" });
    expect(saved()).toBe(2);
    world.run(30_000);
    expect(searchers(world)).toEqual([]);
    world.post({ type: "order-cancelled", order: "j1", reason: "" });
    world.storeFails = true;
    world.post({ type: "quiesce" });
    expect(saved()).toBe(2);
  });
});

describe("who searches", () => {
  it("is who has the kernel", () => {
    const world = new World();
    world.zero("p2").alsoHas = ["scrypt"];
    world.allReady();
    submit(world, { algorithm: "scrypt", to: 1000 + 10 * SECOND });
    world.run(5000);
    expect(searchers(world)).toEqual(["p2"]);
    expect(world.slot("p1").task?.seat).toBe("p1");
    expect(over(world).outcome).toBe("exhausted");
    // Its speed at scrypt is none of its mining's.
    expect(piecesSent(world)[0]).toMatchObject({ algorithm: "scrypt", header: "f1" });
  });

  it("is the one that has it, though jobs of other pool sessions wait all the time", () => {
    const world = new World({ policy: { connectionsPerZero: 2 } });
    world.zero("p4").alsoHas = ["scrypt"];
    world.allReady();
    solve(world, { f1: null });
    world.run(20_000);
    place(world, { algorithm: "scrypt" });
    world.run(60_000);
    const held = world.effects.filter(
      (effect) => effect.type === "send" && effect.slot === "p4" && effect.message.type === "job",
    );
    const last = held.slice(-4).map((effect) => (effect as Sent).message.id.split(".")[0]);
    expect(last).toEqual(["j1", "j1", "j1", "j1"]);
  });

  it("is nobody, and is said, where no Zero has the kernel", () => {
    const world = searching({ algorithm: "sha256d" });
    world.run(5000);
    expect(orderView(world.state, only(world), world.now)).toMatchObject({
      state: "queued",
      waits_for: "kernel",
      workers: [],
      searched: 0,
    });
    const { link } = world.slot("p3");
    const hello = helloOf(world.zero("p3").bootId, "duco-s1", ["sha256d"]);
    world.post({ type: "link-up", slot: "p3", link: (link?.id ?? 0) + 100, hello });
    expect(waitsFor(world.state, only(world))).toBe("worker");
  });

  it("is nobody before anybody has dialled in, and none that a person holds or that rests", () => {
    const world = new World();
    submit(world, { algorithm: "scrypt" });
    expect(waitsFor(world.state, only(world))).toBe("worker");
    const held = searching({}, { zeros: 1 });
    say(held, "cordon", ["p1"]);
    held.run(20_000);
    expect(waitsFor(held.state, only(held))).toBe("worker");
    say(held, "uncordon", ["p1"]);
    held.until(() => waitsFor(held.state, only(held)) === null, "it searches");
    expect(orderView(held.state, only(held), held.now)).toMatchObject({
      state: "running",
      workers: ["p1"],
      hashrate_hs: 0,
    });
    held.until(() => only(held).hashes > 0, "a piece is through");
    expect(orderView(held.state, only(held), held.now).hashrate_hs).toBe(SECOND);
  });

  it("is nobody while all have something else", () => {
    const world = mining({ zeros: 1 });
    solve(world, { f1: null });
    world.state = withSlot(world.state, "p1", {
      task: { jobId: "x", seat: "p1", link: 1, until: world.now + 5000 },
    });
    place(world);
    expect(waitsFor(world.state, only(world))).toBe("turn");
  });

  it("is woken where it sleeps, but not for a moment's work, nor where it lacks the kernel", () => {
    const asleep = () => sleeping({ zeros: 2 });
    const world = submit(asleep(), { to: 1000 + SECOND });
    world.until(() => world.state.slots.some(({ phase }) => phase === "Ready"), "one is woken");
    expect(over(world).outcome).toBe("exhausted");
    const other = submit(asleep(), { algorithm: "sha256d" });
    other.run(60_000);
    expect(other.state.slots.every(({ phase }) => phase === "Off")).toBe(true);
    const one = asleep();
    one.post({ type: "policy", policy: { ...one.policy, orderShare: 0.5 } });
    submit(one);
    one.run(30_000);
    expect(one.state.slots.filter(({ phase }) => phase === "Ready")).toHaveLength(1);
    // What the one that is up does in a few seconds wakes no second one.
    one.post({ type: "order-cancelled", order: "j1", reason: "" });
    one.run(2000);
    one.post({ type: "policy", policy: { ...one.policy, orderShare: 1 } });
    place(one, { id: "j2", to: 1000 + 3 * SECOND });
    expect(over(one, "j2").outcome).toBe("exhausted");
    expect(one.state.slots.filter(({ phase }) => phase === "Off")).toHaveLength(1);
  });

  it("is woken beside a host whose speed nobody knows, for what a slow one does not do soon", () => {
    const beside = (nonces: number) =>
      submit(sleeping({ zeros: 1, hostWorkers: 1 }), { to: 1000 + nonces });
    const long = beside(6_000_000);
    expect(long.reported("slot.woken")).toHaveLength(1);
    const short = beside(2_000_000);
    expect(over(short).outcome).toBe("exhausted");
    expect(short.reported("slot.woken")).toHaveLength(0);
  });

  it.each<Algorithm>(["duco-s1", "sha256d"])("may have an agent that names no rate: %s", (name) => {
    const world = mining({ zeros: 1 });
    solve(world, { f1: null });
    world.state = withSlot(world.state, "p1", { kernels: { [name]: 0 } });
    place(world, { algorithm: name, to: 1000 + 40 * SECOND });
    expect(over(world).outcome).toBe("exhausted");
    // A guess at first, then what was measured.
    const [first, second] = piecesSent(world);
    expect((first?.to ?? 0) - (first?.from ?? 0)).toBeLessThan(
      (second?.to ?? 0) - (second?.from ?? 0),
    );
  });

  it("leaves a job of a pool that waits to others", () => {
    const world = mining({ zeros: 2 });
    submit(world);
    world.run(5000);
    const seats = world.state.seats.map((seat) =>
      seat.id === "p1"
        ? { ...seat, state: "working" as const, job: { ...waitingJob(world.now), tried: ["p1"] } }
        : seat,
    );
    world.state = { ...world.state, seats };
    world.run(2000);
    expect(world.state.seats[0]?.job?.worker).toBeNull();
  });
});
