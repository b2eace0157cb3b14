import { describe, expect, it } from "vitest";
import { goalOf, partsOf, splitFault } from "./split-list.ts";

const GIFT = {
  name: "gift",
  percent: 20,
  nodes: ["stratum+tcp://pool.example:3333"],
  user: "their-address",
};

describe("a list of goals", () => {
  it.each<[string, unknown, string | null]>([
    ["none", [], null],
    ["one", [GIFT], null],
    ["a full node of one's own", [{ ...GIFT, nodes: ["http://127.0.0.1:8332"] }], null],
    ["no list", GIFT, "expected a list of tables, [[stratum.split]]"],
    ["no table", ["gift"], "goal 1: expected a table"],
    [
      "an unknown field",
      [{ ...GIFT, percentage: 5 }],
      "goal 1: no such field `percentage`; did you mean `percent`?",
    ],
    [
      "a missing field",
      [{ name: "gift", percent: 5, nodes: GIFT.nodes }],
      "goal 1: `user` is required",
    ],
    [
      "nothing of the hashing",
      [{ ...GIFT, percent: 0 }],
      "goal 1: `percent`: expected a number from 0.1 to 99.9",
    ],
    [
      "no pool",
      [{ ...GIFT, nodes: [] }],
      'goal 1: `nodes`: expected a list of pools such as ["stratum+tcp://pool.example:3333"], the best first',
    ],
    [
      "a pool of another kind",
      [{ ...GIFT, nodes: ["pool.example:2811"] }],
      'goal 1: `nodes`: expected a list of pools such as ["stratum+tcp://pool.example:3333"], the best first',
    ],
    ["a name twice", [GIFT, GIFT], "goal 2: there is another goal for gift"],
    [
      "the name of the first",
      [{ ...GIFT, name: "pool" }],
      'goal 1: `name`: "pool" is what [pool] itself is called',
    ],
    [
      "more than there is",
      [GIFT, { ...GIFT, name: "b", percent: 80 }],
      "`percent` of all is 100: less than 100, the rest is [pool]'s",
    ],
  ])("%s", (_, value, fault) => {
    expect(splitFault(value)).toBe(fault);
  });
});

it("leaves the rest to [pool]", () => {
  expect(partsOf([])).toEqual([]);
  expect(partsOf([GIFT, { ...GIFT, name: "b", percent: 30 }])).toEqual([
    { name: "pool", percent: 50 },
    { name: "gift", percent: 20 },
    { name: "b", percent: 30 },
  ]);
});

it("knows where a goal's pools are", () => {
  expect(goalOf(GIFT)).toEqual({
    name: "gift",
    percent: 20,
    nodes: [{ host: "pool.example", port: 3333, name: "" }],
    user: "their-address",
    password: "x",
  });
});
