import fc from "fast-check";
import { expect, it } from "vitest";
import { Thinner } from "./thinner.ts";
import type { Matter } from "./watch.ts";

const MINUTE = 60_000;
const REPEAT = 30 * MINUTE;
const matter = (kind: Matter["kind"], slot: Matter["slot"] = null): Matter => ({
  kind,
  slot,
  text: `${slot ?? "rig"} ${kind}`,
});
const P1 = matter("fenced", "p1");
const P2 = matter("fenced", "p2");

/** What goes out: at each minute what is wrong, and what happened. */
function told(minutes: readonly (readonly [at: number, lasting: Matter[], happened?: Matter[]])[]) {
  const thinner = new Thinner(REPEAT);
  return minutes.flatMap(([at, lasting, happened = []]) =>
    thinner
      .take(at * MINUTE, lasting, happened)
      .map(({ state, text }) => `${at} ${state} ${text.split("\n").join(" / ")}`),
  );
}

it("tells what is so once, and when it is over", () => {
  expect(
    told([
      [0, [P1]],
      [1, [P1]],
      [50, [P1]],
      [51, []],
      [52, []],
    ]),
  ).toEqual(["0 raised p1 fenced", "51 resolved over: p1 fenced"]);
});

it("tells each of its own", () => {
  expect(
    told([
      [0, [P1]],
      [1, [P1, P2]],
      [2, [P2]],
    ]),
  ).toEqual(["0 raised p1 fenced", "1 raised p2 fenced", "2 resolved over: p1 fenced"]);
});

it("holds back what comes again too soon, and tells of all that in one digest", () => {
  expect(
    told([
      ...(
        [
          [0, [P1]],
          [1, []],
          [2, [P1]],
          [3, []],
          [4, [P1]],
          [5, []],
        ] as const
      ).map(([at, now]) => [at, [...now]] as [number, Matter[]]),
      [6, [P2]],
      [7, []],
      [8, [P2]],
      [31, [P2]],
      [32, [P2]],
      [33, []],
    ]),
  ).toEqual([
    "0 raised p1 fenced",
    "1 resolved over: p1 fenced",
    "6 raised p2 fenced",
    "7 resolved over: p2 fenced",
    "32 digest p1 fenced 2 times more, over: p1 fenced / p2 fenced once more, still so: p2 fenced",
    "33 resolved over: p2 fenced",
  ]);
});

it("tells again after a while", () => {
  expect(
    told([
      [0, [P1]],
      [1, []],
      [31, [P1]],
    ]),
  ).toEqual(["0 raised p1 fenced", "1 resolved over: p1 fenced", "31 raised p1 fenced"]);
});

it("thins what happens too, which is never over", () => {
  const pool = matter("pool");
  expect(
    told([
      [0, [], [pool]],
      [1, [], [pool]],
      [2, [], [pool, pool]],
      [40, []],
      [90, []],
    ]),
  ).toEqual(["0 raised rig pool", "40 digest pool 3 times more, over: rig pool"]);
});

it("tells each block by itself, of many the rest as one, and the grave ones apart", () => {
  const block = (n: number, level: "info" | "error" = "info"): Matter => ({
    ...{ ...matter("block"), level },
    of: `hash ${n}`,
    text: `block ${n}`,
  });
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => block(from + index));
  expect(
    told([
      [0, [], [block(0), block(0)]],
      [1, [], numbers(1, 9)],
      [2, [], numbers(9, 15)],
      [3, [], [block(15, "error")]],
      [29, []],
      [31, [], numbers(16, 18)],
      [40, []],
    ]),
  ).toEqual([
    ...["0 raised block 0", ...numbers(1, 9).map(({ text }) => `1 raised ${text}`)],
    ...["2 raised block 9", "2 raised block 10", "3 raised block 15"],
    ...["31 raised block 16", "31 raised block 17"],
    "31 digest block once more, over: block 0 / block 4 times more, over: block 14",
  ]);
});

it("says how grave it is: news of an end is good, and a digest is as grave as the gravest in it", () => {
  const thinner = new Thinner(REPEAT);
  const levels = (at: number, lasting: Matter[]) =>
    thinner.take(at * MINUTE, lasting, []).map(({ state, level }) => `${state} ${level}`);
  const grave: Matter = { ...P2, level: "error" };
  const good: Matter = { ...matter("block", "p1"), level: "info" };
  expect([
    levels(0, [P1, grave, good]),
    levels(1, []),
    levels(2, [grave, P1]),
    levels(3, []),
    levels(32, [good]),
    levels(33, []),
    levels(34, [good]),
    levels(35, []),
    levels(64, []),
  ]).toEqual([
    ["raised warn", "raised error", "raised info"],
    ["resolved info", "resolved info", "resolved info"],
    [],
    [],
    ["raised info", "digest error"],
    ["resolved info"],
    [],
    [],
    ["digest info"],
  ]);
});

it("never tells the same alert twice within the time, nor of an end before its beginning, nor nothing for ever", () => {
  const arbitrary = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean(), fc.boolean()),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(arbitrary, (steps) => {
      const thinner = new Thinner(REPEAT);
      let now = 0;
      const out: { at: number; state: string; key: string }[] = [];
      const keep = (lasting: Matter[]) => {
        for (const { state, kind, slot } of thinner.take(now, lasting, [])) {
          out.push({ at: now, state, key: `${kind} ${slot}` });
        }
      };
      for (const [minutes, first, second] of steps) {
        now += minutes * MINUTE;
        keep([...(first ? [P1] : []), ...(second ? [P2] : [])]);
      }
      for (const key of ["fenced p1", "fenced p2"]) {
        const mine = out.filter((each) => each.key === key || each.state === "digest");
        const raised = mine.filter(({ state }) => state === "raised");
        for (const [index, { at }] of raised.entries()) {
          expect(at - (raised[index - 1]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(
            REPEAT,
          );
        }
        expect(mine.find(({ state }) => state !== "digest")?.state ?? "raised").toBe("raised");
      }
      const digests = out.filter(({ state }) => state === "digest");
      for (const [index, { at }] of digests.entries()) {
        expect(at - (digests[index - 1]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(
          REPEAT,
        );
      }
      // What was held back is told in the end.
      const before = out.length;
      now += REPEAT;
      keep([]);
      now += REPEAT;
      keep([]);
      expect(out.slice(before).filter(({ state }) => state === "raised")).toEqual([]);
    }),
  );
});
