import { expect, test } from "vitest";
import { summarise, summaryText } from "./summary.ts";
import { rigStatus, slotStatus } from "./testing.ts";

const slots = [slotStatus("p1", { rejected: 1 }), slotStatus("p2", { unknown: 1, fences: 1 })];
const seen = { arrived: 21, complaints: () => [] };
const pool = (p1: [number, number], p2: [number, number]) =>
  new Map([
    ["demo-p1", { accepted: p1[0], rejected: p1[1] }],
    ["demo-p2", { accepted: p2[0], rejected: p2[1] }],
  ]);

test("the summary has exactly the fields that are promised", () => {
  const faults = [{ slot: "p2", kind: "hang", at_ms: 1, detect_ms: 2, recover_ms: 3 }] as const;
  const { summary } = summarise(
    rigStatus(slots),
    { pool: pool([10, 1], [10, 0]), verdicts: seen },
    "demo",
    faults,
    [],
  );
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
  const verdict = summarise(
    rigStatus(slots),
    { pool: pool([...p1], [...p2]), verdicts: seen },
    "demo",
    [],
    [],
  );
  expect(verdict.summary.consistent).toBe(consistent);
  expect(verdict.complaints).toHaveLength(consistent ? 0 : 1);
});

test("a rig that never sent a share needs no entry at the pool", () => {
  const idle = slotStatus("p1", { accepted: 0, hashes: 0 });
  const witnesses = { pool: new Map(), verdicts: seen };
  expect(summarise(rigStatus([idle]), witnesses, "demo", [], []).summary.consistent).toBe(true);
});

test("with a foreign pool the counters are compared with the verdicts that were seen, and the text says so", () => {
  const verdict = summarise(rigStatus(slots), { pool: null, verdicts: seen }, "demo", [], []);
  expect(verdict.summary.consistent).toBe(true);
  expect(summaryText(verdict)).toContain(
    "This pool's counters cannot be seen from here; the controller's agree with the 21 verdicts that were seen to arrive.\n",
  );
  const wrong = { arrived: 20, complaints: () => ["p1: one is missing"] };
  const refuted = summarise(rigStatus(slots), { pool: null, verdicts: wrong }, "demo", [], []);
  expect(refuted.summary.consistent).toBe(false);
  expect(summaryText(refuted)).toContain("The counters do not agree: p1: one is missing.\n");
});

test("a fault that was refused stands there as one that did not strike", () => {
  const refusals = ["the fault p2=hang@20s did not strike: p2 is off"];
  const witnesses = { pool: null, verdicts: null };
  const verdict = summarise(rigStatus(slots), witnesses, "demo", [], refusals);
  expect(verdict.summary).toMatchObject({ faults: [], consistent: true });
  expect(summaryText(verdict)).toContain(
    "the fault p2=hang@20s did not strike: p2 is off\nThis pool's counters cannot be seen from here; nothing was compared.\n",
  );
});

test("as text", () => {
  const faults = [
    { slot: "p2", kind: "hang", at_ms: 20_000, detect_ms: 9870, recover_ms: 19_750 },
    { slot: null, kind: "hub-loss", at_ms: 30_000, detect_ms: null, recover_ms: null },
  ] as const;
  const verdict = summarise(
    rigStatus(slots),
    { pool: pool([10, 1], [10, 0]), verdicts: seen },
    "demo",
    faults,
    [],
  );
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
