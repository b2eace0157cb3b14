import { describe, expect, it, test } from "vitest";
import type { Effect } from "../../core/effect.ts";
import { digest } from "../../shell/record-format.ts";
import { compareDecisions, completed, differingPaths } from "./compare.ts";

const off: Effect = { type: "power", slot: "p3", action: 7, to: "off", by: "automation" };
const on: Effect = { ...off, to: "on" };
const job: Effect = { type: "request-job", seat: "p1" };

test.each<[string, Effect[], Effect[], { recorded: Effect[]; derived: Effect[] } | null]>([
  ["nothing and nothing", [], [], null],
  ["the same", [off, job], [off, job], null],
  ["one less", [off, job], [job], { recorded: [off], derived: [] }],
  ["one more", [job], [job, off], { recorded: [], derived: [off] }],
  ["another", [off, job], [on, job], { recorded: [off], derived: [on] }],
  ["once instead of twice", [job, job], [job], { recorded: [job], derived: [] }],
  ["another order", [off, job], [job, off], { recorded: [off, job], derived: [job, off] }],
])("%s", (_, were, are, difference) => {
  const expected = difference && { ...difference, recorded: difference.recorded.map(digest) };
  expect(compareDecisions(were.map(digest), are)).toEqual(expected);
});

describe("two states", () => {
  test.each([
    [{ a: 1, b: [{ c: 2 }] }, { a: 1, b: [{ c: 2 }] }, []],
    [{ a: 1, b: [{ c: 2 }] }, { a: 1, b: [{ c: 3 }] }, ["b.0.c"]],
    [{ a: [1, 2] }, { a: [1] }, ["a"]],
    [{ a: null, b: 1 }, { a: {}, b: 2 }, ["a", "b"]],
    [{ a: -0 }, { a: 0 }, ["a"]],
    [{ a: Number.NaN }, { a: Number.NaN }, []],
    [{ a: 1 }, { a: 1, newer: 2 }, []],
    [{ a: 1, older: 2 }, { a: 1 }, ["older"]],
  ])("%j and %j differ at %j", (recorded, derived, paths) => {
    expect(differingPaths(recorded, derived)).toEqual(paths);
  });

  it("take from the newer what the older had not, at every depth", () => {
    const recorded = { a: 1, slots: [{ id: "p1" }, { id: "p2" }], link: null, cuts: [4] };
    const template = {
      a: 9,
      mode: "calm",
      slots: [
        { id: "x", drain: false },
        { id: "y", drain: true },
      ],
      link: { id: 1 },
      cuts: [],
    };
    expect(completed<unknown>(recorded, template)).toEqual({
      a: 1,
      mode: "calm",
      slots: [
        { id: "p1", drain: false },
        { id: "p2", drain: true },
      ],
      link: null,
      cuts: [4],
    });
  });
});
