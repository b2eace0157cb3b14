// The driver with a machine that errs: every group that it may report as a hit, it reports.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DucoSearch } from "./duco-search.ts";
import { ducoS1Flow } from "./generator/duco-s1-flow.ts";
import { BATCH_HUNDREDS, layoutOf, type Width } from "./generator/layout.ts";
import type { DucoS1Job } from "./kernel.ts";
import { Machine, memoryWords } from "./machine.ts";
import type { Shape } from "./shape.ts";

const PREFIX = "c5a8787a9c6392560df7ed9c0f253f89092d8cd2";

function jobFor(nonce: number): DucoS1Job {
  const target = createHash("sha1").update(`${PREFIX}${nonce}`).digest("hex");
  return { algorithm: "duco-s1", prefix: PREFIX, target };
}

/** A search whose machine is asked for pieces, which are kept, and answers that it found something in the first group. */
function eager(width: Width) {
  const asked: [first: number, end: number][] = [];
  const open = (shape: Shape): Machine => {
    const flow = ducoS1Flow(shape.digits);
    const layout = layoutOf(flow, width);
    const memory = new Int32Array(memoryWords(layout, shape));
    const run = (first: number, end: number): number => {
      asked.push([first, end]);
      return first < end ? first : -1;
    };
    return new Machine(flow, layout, shape, { memory, run });
  };
  return { search: new DucoSearch(open), asked };
}

const WIDTHS: readonly Width[] = [
  { lanes: 1, streams: 1 },
  { lanes: 4, streams: 1 },
  { lanes: 4, streams: 2 },
  { lanes: 4, streams: 4 },
];

describe.each(WIDTHS)("a search with $lanes lanes and $streams streams", (width) => {
  it("goes on after a false hit, and finds the right nonce", () => {
    for (const nonce of [1234, 99_999, 100_000, 123_456, 10_000_001, 999_999_999]) {
      const from = nonce - 250;
      const found = { nonce, next: nonce + 1, hashes: 251 };
      expect(eager(width).search.search(jobFor(nonce), from, nonce + 40, 1000)).toEqual(found);
    }
  });

  it("gives no nonce outside of the range, though it looks at whole groups", () => {
    const { search } = eager(width);
    for (const [from, to] of [
      [1000, 1233],
      [1235, 1600],
      [1235, 1235],
    ] as const) {
      const hashes = to - from + 1;
      const none = { nonce: null, next: to + 1, hashes };
      expect(search.search(jobFor(1234), from, to, 1000)).toEqual(none);
    }
  });

  it("looks at nothing but what it is asked for, a batch at a time", () => {
    const { search, asked } = eager(width);
    search.search(jobFor(150_000), 150_000, 400_000, 300_000);
    const perHundred = 100 / width.lanes;
    const [batch, ...others] = asked;
    expect(batch).toEqual([0, (perHundred * BATCH_HUNDREDS) / width.streams]);
    // A lower nonce may be in a later group of the hundreds that are done side by side.
    const rest = Array.from({ length: perHundred - 1 }, (_, i) => [i + 1, perHundred]);
    expect(others).toEqual(width.streams > 1 ? rest : []);
  });
});
