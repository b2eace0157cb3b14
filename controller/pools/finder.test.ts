// The finder of nodes: what it uses, why, and when it leaves it; over an invented clock.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finderWakeAt, openFinder, RETURN_AFTER_MS, stepFinder } from "./finder.ts";
import type { FinderInput, FinderOutput, FinderRules, FinderState } from "./finder-state.ts";
import { addressOf, type PoolNode, parseNode } from "./node.ts";

const node = (text: string) => parseNode(text) as PoolNode;
const [A, B, C] = [node("a:1"), node("b:2"), node("c:3")];
const MINUTE = 60_000;

type Told = FinderInput extends infer I
  ? I extends FinderInput
    ? Omit<I, "now" | "roll">
    : never
  : never;

/** A finder, its time, and all that it asked for. */
class Scene {
  now = 1000;
  state: FinderState;
  outputs: FinderOutput[];

  constructor(
    list: readonly PoolNode[],
    good: readonly PoolNode[] = [],
    chosen: PoolNode | null = null,
    rules?: FinderRules,
  ) {
    const opened = openFinder(list, good, chosen, this.now, rules);
    this.state = opened.state;
    this.outputs = [...opened.outputs];
  }

  tell(told: Told, roll = 0): this {
    const { state, outputs } = stepFinder(this.state, {
      ...told,
      now: this.now,
      roll,
    } as FinderInput);
    this.state = state;
    this.outputs.push(...outputs);
    return this;
  }

  good(of: PoolNode): this {
    return this.tell({ type: "good", address: addressOf(of) });
  }

  bad(of: PoolNode, times = 1): this {
    for (let time = 0; time < times; time++) {
      this.tell({ type: "bad", address: addressOf(of), detail: "timeout: silent" });
    }
    return this;
  }

  fails(): this {
    return this.tell({ type: "pick-failed", code: "refused", detail: "no nodes" });
  }

  /** Lets time pass as the shell does: a tick whenever it asks for one. What is looked at greets, or not. */
  wait(ms: number, greets: (address: string) => boolean = () => false): this {
    const end = this.now + ms;
    for (let due = finderWakeAt(this.state); due <= end; due = finderWakeAt(this.state)) {
      this.now = Math.max(this.now, due);
      const from = this.outputs.length;
      this.tell({ type: "tick" });
      for (const output of this.outputs.slice(from)) {
        if (output.type !== "look") continue;
        const address = addressOf(output.node);
        this.tell({ type: "looked", address, greets: greets(address) });
      }
    }
    this.now = end;
    return this;
  }

  /** The outputs since the last call, without the nodes to remember. */
  did(): unknown[] {
    return this.outputs.splice(0).map((output) => {
      if (output.type === "use")
        return [output.node && addressOf(output.node), output.why, output.detail];
      if (output.type === "look") return ["look", addressOf(output.node)];
      return output.type;
    });
  }

  get current() {
    return this.state.current;
  }
}

describe("a list", () => {
  it("is used from its best; nobody asks the picker", () => {
    const scene = new Scene([A, B]);
    expect(scene.did()).toEqual([["a:1", "first", null]]);
    expect(finderWakeAt(scene.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is left for the next after two sessions in a row that came to nothing", () => {
    const scene = new Scene([A, B]).bad(A).good(A).bad(A);
    expect(scene.current).toBe("a:1");
    scene.did();
    expect(scene.bad(A).did()).toEqual([["b:2", "failed-over", "a:1: timeout: silent"]]);
  });

  it("takes no notice of sessions with nodes that it has left, or never knew", () => {
    const scene = new Scene([A, B]).bad(A, 2).bad(A, 5).bad(C, 5).good(C);
    expect(scene.current).toBe("b:2");
  });

  it("whose nodes all fail is tried round and round, ever more slowly", () => {
    const scene = new Scene([A, B]).bad(A, 2).bad(B, 2);
    scene.did();
    // Both rest: whoever is in use is tried on, by sessions that back off by themselves.
    expect(scene.current).toBe("b:2");
    expect(scene.wait(MINUTE - 1).current).toBe("b:2");
    expect(scene.wait(1).did()).toEqual([
      ["look", "a:1"],
      ["a:1", "failed-over", "its turn has come again"],
    ]);
    scene.bad(A, 2);
    // B's minute is over as well.
    expect(scene.current).toBe("b:2");
    scene.bad(B, 2).wait(2 * MINUTE - 1);
    expect(scene.current).toBe("b:2");
    expect(scene.wait(1).current).toBe("a:1");
    for (let round = 0; round < 20; round++)
      scene.bad(scene.current === "a:1" ? A : B, 2).wait(2 * 3_600_000);
    const [a] = scene.state.candidates;
    expect(a?.rests).toBeGreaterThan(7);
    const before = scene.now;
    scene.bad(scene.current === "a:1" ? A : B, 2);
    const rests = scene.state.candidates.map(({ restUntil }) => restUntil - before);
    expect(Math.max(...rests)).toBe(3_600_000);
  });

  it("of one node never leaves it", () => {
    const scene = new Scene([A])
      .bad(A, 9)
      .wait(10 * MINUTE)
      .bad(A, 9);
    expect(scene.current).toBe("a:1");
    expect(scene.did()).toEqual([["a:1", "first", null]]);
  });
});

describe("the return to a better node", () => {
  it("comes when it has greeted at each look for ten minutes", () => {
    const scene = new Scene([A, B]).bad(A, 2).good(B);
    scene.did();
    scene.wait(RETURN_AFTER_MS, () => true);
    expect(scene.current).toBe("b:2");
    scene.wait(MINUTE, () => true);
    expect(scene.current).toBe("a:1");
    expect(scene.did().at(-1)).toEqual(["a:1", "returned", "it has been greeting for 10 minutes"]);
    expect(finderWakeAt(scene.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it("begins anew when it did not greet once", () => {
    const scene = new Scene([A, B])
      .bad(A, 2)
      .good(B)
      .wait(9 * MINUTE, () => true)
      .wait(MINUTE);
    scene.wait(10 * MINUTE, () => true);
    expect(scene.current).toBe("b:2");
    expect(scene.wait(MINUTE, () => true).current).toBe("a:1");
  });

  it("to one that greets and then is silent is rarer each time", () => {
    const scene = new Scene([A, B]).bad(A, 2).good(B);
    const away: number[] = [];
    for (let round = 0; round < 6; round++) {
      const left = scene.now;
      while (scene.current === "b:2") scene.good(B).wait(MINUTE, () => true);
      away.push(Math.round((scene.now - left) / MINUTE));
      scene.bad(A, 2).good(B);
    }
    expect(away).toEqual([11, 11, 11, 11, 16, 32]);
    // Once it is good for long, its past is forgotten.
    while (scene.current === "b:2") scene.good(B).wait(MINUTE, () => true);
    scene.wait(RETURN_AFTER_MS).good(A).bad(A, 2);
    expect(scene.state.candidates[0]).toMatchObject({ rests: 1 });
  });

  it("comes sooner where it is told to", () => {
    const rules = { returnAfterMs: 6000, lookEveryMs: 3000, restMs: 6000 };
    const scene = new Scene([A, B], [], null, rules).bad(A, 2).good(B);
    expect(scene.current).toBe("b:2");
    scene.wait(8000, () => true);
    expect(scene.current).toBe("b:2");
    scene.wait(4000, () => true);
    expect(scene.current).toBe("a:1");
    expect(scene.did().at(-1)).toEqual(["a:1", "returned", "it has been greeting for 6 s"]);
  });

  it("is left at once where no further try will help", () => {
    const scene = new Scene([A, B]);
    scene.tell({ type: "bad", address: "a:1", detail: "timeout: no new work", isFinal: true });
    expect(scene.current).toBe("b:2");
  });

  it("takes no notice of a look that comes late", () => {
    const scene = new Scene([A, B]);
    const before = scene.state;
    expect(scene.tell({ type: "looked", address: "b:2", greets: true }).state).toEqual(before);
  });
});

describe("the picker", () => {
  it("is asked at the start; its node is used", () => {
    const scene = new Scene([]);
    expect(scene.did()).toEqual([[null, "none", "the picker is asked"], "ask-picker"]);
    expect(scene.tell({ type: "picked", node: A }).did()).toEqual([["a:1", "picked", null]]);
    expect(scene.good(A).did()).toEqual(["remember"]);
    expect(finderWakeAt(scene.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it("that fails is asked again after 2, 4, 6 ... 120 s, and up to a quarter more", () => {
    const scene = new Scene([]);
    const pauses: number[] = [];
    for (let time = 0; time < 62; time++) {
      scene.fails();
      pauses.push(finderWakeAt(scene.state) - scene.now);
      scene.now = finderWakeAt(scene.state);
      scene.did();
      expect(scene.tell({ type: "tick" }).did()).toEqual(["ask-picker"]);
    }
    expect(pauses.slice(0, 3)).toEqual([2000, 4000, 6000]);
    expect(pauses.slice(58)).toEqual([118_000, 120_000, 120_000, 120_000]);
    scene.tell({ type: "pick-failed", code: "timeout", detail: "silent" }, 1);
    expect(finderWakeAt(scene.state) - scene.now).toBe(150_000);
    expect(scene.state.picker?.error).toBe("timeout: silent");
  });

  it("that fails leaves us with the nodes that were good, and is asked on until one is again", () => {
    const scene = new Scene([], [B, C]);
    scene.did();
    expect(scene.fails().did()).toEqual([["b:2", "cached", "the picker says refused: no nodes"]]);
    expect(finderWakeAt(scene.state)).toBeLessThan(Number.POSITIVE_INFINITY);
    scene.good(B);
    expect(finderWakeAt(scene.state)).toBe(Number.POSITIVE_INFINITY);
    scene.did();
    expect(scene.bad(B, 2).did()).toEqual([
      "ask-picker",
      ["c:3", "failed-over", "b:2: timeout: silent"],
    ]);
    // It is asked still; what failed meanwhile does not ask it twice.
    expect(scene.bad(C, 2).did()).toEqual([]);
    expect(scene.fails().did()).toEqual([]);
  });

  it("names another node when ours failed, and none is taken from a node that works", () => {
    const scene = new Scene([]).tell({ type: "picked", node: A }).good(A);
    scene.did();
    scene.tell({ type: "picked", node: B });
    expect(scene.current).toBe("a:1");
    // Known by now, so it is used at once; the picker is asked for more.
    expect(scene.bad(A, 2).did()).toEqual([
      "ask-picker",
      ["b:2", "failed-over", "a:1: timeout: silent"],
    ]);
    scene.bad(B, 2);
    expect(scene.tell({ type: "picked", node: C }).did()).toEqual([["c:3", "picked", null]]);
  });

  it("that names the node that has just failed is asked again", () => {
    const scene = new Scene([]).tell({ type: "picked", node: A }).bad(A, 2);
    scene.did();
    expect(scene.tell({ type: "picked", node: A }).did()).toEqual([]);
    expect(scene.state.picker).toMatchObject({
      state: "waiting",
      error: "it names a:1, which has just failed",
    });
    scene.wait(MINUTE).tell({ type: "picked", node: A });
    expect(scene.did().at(-1)).toEqual(["a:1", "picked", null]);
  });

  it("that answers late or unasked changes nothing", () => {
    const list = new Scene([A]).tell({ type: "picked", node: B }).fails();
    expect(list.did()).toEqual([["a:1", "first", null]]);
    const idle = new Scene([]).tell({ type: "picked", node: A });
    const before = idle.state;
    expect(idle.fails().state).toEqual(before);
  });

  it("has what was good remembered: the last first, five at most, once an hour", () => {
    const scene = new Scene([], [B]);
    const names = ["n1:1", "n2:1", "n3:1", "n4:1", "n5:1", "n6:1"].map(node);
    for (const each of names) {
      scene.now += 1000;
      scene.tell({ type: "picked", node: each }).good(each).bad(each, 2);
      scene.tell({ type: "picked", node: each });
      scene.now += 1000;
    }
    const last = scene.outputs.filter(({ type }) => type === "remember").at(-1);
    expect(last).toMatchObject({ chosen: null });
    expect(last?.type === "remember" && last.good.map(addressOf)).toEqual([
      "n6:1",
      "n5:1",
      "n4:1",
      "n3:1",
      "n2:1",
    ]);
    scene.did();
    expect(scene.good(names[5] as PoolNode).did()).toEqual([]);
    scene.now += 3_600_000;
    expect(scene.good(names[5] as PoolNode).did()).toEqual(["remember"]);
  });

  it("may name many: the list of nodes stays short, and the one in use stays in it", () => {
    const scene = new Scene([]).tell({ type: "picked", node: A }).good(A);
    for (let port = 1; port < 50; port++) scene.tell({ type: "picked", node: node(`n:${port}`) });
    expect(scene.current).toBe("a:1");
    expect(scene.state.candidates.length).toBeLessThanOrEqual(9);
    expect(scene.state.candidates.map(({ node: each }) => addressOf(each))).toContain("a:1");
  });
});

describe("a person's choice", () => {
  it("holds whatever happens, and over a restart", () => {
    const scene = new Scene([A, B]);
    scene.did();
    expect(scene.tell({ type: "choose", node: C }).did()).toEqual([
      ["c:3", "manual", null],
      "remember",
    ]);
    expect(scene.bad(C, 5).wait(10 * MINUTE, () => true).current).toBe("c:3");
    expect(new Scene([A, B], [], C).did()).toEqual([["c:3", "manual", null]]);
    const picking = new Scene([], [B], B).tell({ type: "picked", node: A }).fails();
    expect(picking.did()).toEqual([["b:2", "manual", null]]);
  });

  it("of a node of the list is no new node", () => {
    const scene = new Scene([A, B]).tell({ type: "choose", node: B });
    expect(scene.state.candidates).toHaveLength(2);
    expect(scene.current).toBe("b:2");
  });

  it("given back: to the best of the list that does not rest", () => {
    const scene = new Scene([A, B]).bad(A, 2).tell({ type: "choose", node: C });
    scene.did();
    expect(scene.tell({ type: "choose", node: null }).did()).toEqual([
      ["b:2", "first", null],
      "remember",
    ]);
    expect(scene.tell({ type: "choose", node: null }).did()).toEqual(["remember"]);
    scene.bad(B, 2).tell({ type: "choose", node: C }).tell({ type: "choose", node: null });
    expect(scene.current).toBe("a:1");
  });

  it("given back: to a node that was good, or to whatever the picker says", () => {
    const known = new Scene([], [B], C);
    known.did();
    expect(known.tell({ type: "choose", node: null }).did()).toEqual([
      ["b:2", "cached", "no longer by hand"],
      "ask-picker",
      "remember",
    ]);
    const unknown = new Scene([], [], C);
    unknown.did();
    expect(unknown.tell({ type: "choose", node: null }).did()).toEqual([
      [null, "none", "the picker is asked"],
      "ask-picker",
      "remember",
    ]);
  });

  it("given back where all that is known has just failed: to that, for there is nothing better", () => {
    const scene = new Scene([]).tell({ type: "picked", node: A }).bad(A, 2);
    scene.tell({ type: "choose", node: C }).bad(C, 2);
    scene.did();
    expect(scene.tell({ type: "choose", node: null }).did()).toEqual([
      ["a:1", "cached", "no longer by hand"],
      "ask-picker",
      "remember",
    ]);
    expect(scene.tell({ type: "picked", node: A }).current).toBe("a:1");
  });

  it("of a picked node is remembered with what else was good", () => {
    const scene = new Scene([], [B])
      .tell({ type: "picked", node: A })
      .tell({ type: "choose", node: A });
    scene.did();
    scene.now += 1;
    scene.good(A);
    expect(scene.outputs).toEqual([{ type: "remember", good: [A, B], chosen: A }]);
  });
});

it("whatever happens, it uses a node that it knows, and asks for no tick in the past for ever", () => {
  const nodes = fc.constantFrom(A, B, C);
  const address = nodes.map(addressOf);
  const told: fc.Arbitrary<Told> = fc.oneof(
    fc.constant({ type: "tick" } as const),
    fc.record({ type: fc.constant("good" as const), address }),
    fc.record({ type: fc.constant("bad" as const), address, detail: fc.constant("x") }),
    fc.record({ type: fc.constant("picked" as const), node: nodes }),
    fc.record({
      type: fc.constant("pick-failed" as const),
      code: fc.constant("http" as const),
      detail: fc.constant("x"),
    }),
    fc.record({ type: fc.constant("looked" as const), address, greets: fc.boolean() }),
    fc.record({ type: fc.constant("choose" as const), node: fc.option(nodes) }),
  );
  const steps = fc.array(
    fc.record({ told, roll: fc.double({ min: 0, max: 1, noNaN: true }), waitMs: fc.nat(900_000) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.subarray([A, B, C]),
      fc.subarray([A, B, C]),
      fc.option(nodes),
      steps,
      (list, good, chosen, all) => {
        const scene = new Scene(list, good, chosen);
        for (const each of all) {
          scene.tell(each.told, each.roll);
          scene.tell({ type: "tick" }, each.roll);
          expect(finderWakeAt(scene.state)).toBeGreaterThan(scene.now);
          const known = scene.state.candidates.map(({ node: one }) => addressOf(one));
          if (scene.current === null) expect(list).toEqual([]);
          else expect(known).toContain(scene.current);
          expect(new Set(known).size).toBe(known.length);
          scene.now += each.waitMs;
        }
      },
    ),
  );
});
