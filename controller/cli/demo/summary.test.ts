import { expect, test } from "vitest";
import { summarise, summaryText } from "./summary.ts";
import { rigStatus, slotStatus } from "./testing.ts";

const slots = [slotStatus("p1", { rejected: 1 }), slotStatus("p2", { unknown: 1, fences: 1 })];
const pool = (p1: [number, number], p2: [number, number]) =>
  new Map([
    ["demo-p1", { accepted: p1[0], rejected: p1[1] }],
    ["demo-p2", { accepted: p2[0], rejected: p2[1] }],
  ]);

test("the summary has exactly the fields that are promised", () => {
  const faults = [{ slot: "p2", kind: "hang", at_ms: 1, detect_ms: 2, recover_ms: 3 }] as const;
  const { summary } = summarise(rigStatus(slots), pool([10, 1], [10, 0]), "demo", faults);
  expect(summary).toEqual({
    slots: [
      {
        slot: "p1",
        state: "Ready",
        accepted: 10,
        rejected: 1,
        unknown: 0,
        hashes: 1e6,
        fences: 0,
        boots: 1,
      },
      {
        slot: "p2",
        state: "Ready",
        accepted: 10,
        rejected: 0,
        unknown: 1,
        hashes: 1e6,
        fences: 1,
        boots: 1,
      },
    ],
    totals: { accepted: 20, rejected: 1, unknown: 1, hashes: 2e6, fences: 1 },
    faults,
    consistent: true,
  });
});

test.each([
  ["equal", [10, 1], [10, 0], true],
  ["the unknown share was accepted", [10, 1], [11, 0], true],
  ["the unknown share was rejected", [10, 1], [10, 1], true],
  ["one share cannot be both", [10, 1], [11, 1], false],
  ["the pool knows fewer", [9, 1], [10, 0], false],
  ["a rejection became an acceptance", [11, 0], [10, 0], false],
] as const)("%s", (_, p1, p2, consistent) => {
  const verdict = summarise(rigStatus(slots), pool([...p1], [...p2]), "demo", []);
  expect(verdict.summary.consistent).toBe(consistent);
  expect(verdict.complaints).toHaveLength(consistent ? 0 : 1);
});

test("a rig that never sent a share needs no entry at the pool", () => {
  const idle = slotStatus("p1", { accepted: 0, hashes: 0 });
  expect(summarise(rigStatus([idle]), new Map(), "demo", []).summary.consistent).toBe(true);
});

test("with a foreign pool the counters must add up in themselves", () => {
  const status = rigStatus(slots);
  expect(summarise(status, null, "demo", []).summary.consistent).toBe(true);
  const wrong = { ...status, totals: { ...status.totals, accepted: 19 } };
  const verdict = summarise(wrong, null, "demo", []);
  expect(verdict.complaints).toEqual(["the workers' accepted add up to 20, but the total says 19"]);
});

test("as text", () => {
  const faults = [
    { slot: "p2", kind: "hang", at_ms: 20_000, detect_ms: 9870, recover_ms: 19_750 },
    { slot: null, kind: "hub-loss", at_ms: 30_000, detect_ms: null, recover_ms: null },
  ] as const;
  const verdict = summarise(rigStatus(slots), pool([10, 1], [10, 0]), "demo", faults);
  expect(summaryText(verdict)).toMatchInlineSnapshot(`
    "p1   Ready        accepted 10, rejected 1, fenced 0, booted 1
    p2   Ready        accepted 10, rejected 0, fenced 1, booted 1
    all  accepted 20, rejected 1, unknown 1, fenced 1, 2000000 hashes
    fault p2 hang at 20.0 s: seen after 9.9 s, mended after 19.8 s
    fault rig hub-loss at 30.0 s: not seen, not mended
    The counters of controller and pool agree.
    "
  `);
});
