import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginTrial,
  choose,
  confirmTrial,
  failTrial,
  freshRecord,
  goBack,
  kept,
  STARTS_MAX,
  type UpdateRecord,
} from "./record.ts";

const OLD = "a".repeat(64);
const NEW = "b".repeat(64);
const NEWER = "c".repeat(64);
const fresh = freshRecord(OLD);
const tried = beginTrial(fresh, NEW, 1000);
const confirmed = confirmTrial(tried, NEW);

/** So many starts of it. */
function started(record: UpdateRecord, times: number): UpdateRecord {
  return times === 0 ? record : started(choose(record).record, times - 1);
}

describe("a program on trial", () => {
  it("is started so often, and then what ran before", () => {
    expect(choose(tried).run).toBe(NEW);
    expect(choose(started(tried, STARTS_MAX - 1)).run).toBe(NEW);
    const { record, run } = choose(started(tried, STARTS_MAX));
    expect(run).toBe(OLD);
    expect(record).toEqual({
      ...fresh,
      failed: { sha256: NEW, why: "it ended 3 times before it was confirmed" },
    });
    expect(choose(record)).toEqual({ record, run: OLD });
  });

  it("is kept when it is confirmed, however often it is started then", () => {
    expect(confirmed).toEqual({ ...fresh, current: NEW, previous: OLD });
    expect(choose(started(confirmed, 9)).run).toBe(NEW);
    expect(confirmTrial(tried, NEWER)).toBe(tried);
    expect(confirmTrial(fresh, NEW)).toBe(fresh);
  });

  it("is taken back", () => {
    expect(failTrial(tried, "no")).toEqual({ ...fresh, failed: { sha256: NEW, why: "no" } });
    expect(failTrial(fresh, "no")).toBe(fresh);
    expect(goBack(tried, "no")).toEqual(failTrial(tried, "no"));
  });
});

it("a confirmed one can be left for the one before, once", () => {
  const back = goBack(confirmed, "no");
  expect(back).toEqual({ ...fresh, failed: { sha256: NEW, why: "no" } });
  expect(goBack(back as UpdateRecord, "no")).toBeNull();
});

it("keeps what it may need, and no more", () => {
  expect([...kept(fresh)]).toEqual([OLD]);
  expect([...kept(tried)]).toEqual([OLD, NEW]);
  expect([...kept(beginTrial(confirmed, NEWER, 1))]).toEqual([NEW, OLD, NEWER]);
});

it("whatever happens, what is run is kept, and one that was never confirmed is run so often at most", () => {
  const step = fc.oneof(
    fc.constantFrom(NEW, NEWER).map((id) => (r: UpdateRecord) => beginTrial(r, id, 1)),
    fc.constantFrom(NEW, NEWER).map((id) => (r: UpdateRecord) => confirmTrial(r, id)),
    fc.constant((r: UpdateRecord) => goBack(r, "x") ?? r),
    fc.constant((r: UpdateRecord) => failTrial(r, "x")),
    fc.constant((r: UpdateRecord) => choose(r).record),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let record = fresh;
      for (const take of steps) {
        record = take(record);
        const { run } = choose(record);
        expect(kept(record).has(run)).toBe(true);
        expect(record.trial?.starts ?? 0).toBeLessThanOrEqual(STARTS_MAX);
        expect(choose(started(record, STARTS_MAX + 1)).run).toBe(record.current);
      }
    }),
  );
});
