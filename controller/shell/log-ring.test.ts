import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openLog } from "./log.ts";
import { feedLog } from "./log-feed.ts";
import { LogRing } from "./log-ring.ts";

const ALL = { level: null, slot: null };

function text(level: number, more: object = {}): string {
  return JSON.stringify({ level, time: "2026-11-21T20:00:00.000Z", ev: "x", ...more });
}

function ringOf(count: number, linesMax?: number): LogRing {
  const ring = new LogRing(linesMax);
  for (let index = 1; index <= count; index++) ring.take(text(30, { index }));
  return ring;
}

describe("the ring", () => {
  it("keeps what was written in words, with the rest as details", () => {
    const ring = new LogRing();
    ring.take(text(40, { slot: "p1", why: "hot", msg: "it is hot", temp: 81 }));
    expect(ring.newest(1, ALL)).toEqual([
      {
        n: 1,
        at: "2026-11-21T20:00:00.000Z",
        level: "warn",
        ev: "x",
        slot: "p1",
        why: "hot",
        msg: "it is hot",
        detail: { temp: 81 },
      },
    ]);
  });

  it("drops the oldest by number", () => {
    const ring = ringOf(10, 4);
    expect([ring.oldest, ring.next]).toEqual([7, 11]);
    expect(ring.newest(99, ALL).map(({ n }) => n)).toEqual([7, 8, 9, 10]);
    expect(ring.newest(2, ALL).map(({ n }) => n)).toEqual([9, 10]);
    expect(ring.newest(0, ALL)).toEqual([]);
    expect([ring.at(6), ring.at(11), ring.at(7)?.n]).toEqual([null, null, 7]);
  });

  it("drops the oldest by size", () => {
    const ring = new LogRing();
    for (let index = 0; index < 200; index++) ring.take(text(30, { pad: "x".repeat(8000) }));
    expect(ring.next).toBe(201);
    expect(ring.next - ring.oldest).toBeGreaterThan(100);
    expect(ring.next - ring.oldest).toBeLessThan(130);
  });

  it("keeps the head of a line that is too long", () => {
    const ring = new LogRing();
    ring.take(text(50, { slot: "p2", pad: "x".repeat(20_000) }));
    expect(ring.at(1)).toMatchObject({ level: "error", ev: "x", slot: "p2", detail: {} });
    expect(ring.at(1)?.msg).toContain("too long");
  });

  it("chooses by level and slot before it counts", () => {
    const ring = new LogRing();
    for (const [level, slot] of [
      [50, "p1"],
      [40, "p2"],
      [30, "p1"],
      [30, null],
    ] as const) {
      ring.take(text(level, { slot }));
    }
    const chosen = (level: "warn" | "error" | null, slot: string | null) =>
      ring.newest(9, { level, slot }).map(({ n }) => n);
    expect(chosen("warn", null)).toEqual([1, 2]);
    expect(chosen("error", null)).toEqual([1]);
    expect(chosen(null, "p1")).toEqual([1, 3]);
    expect(chosen("warn", "p1")).toEqual([1]);
    expect(ring.newest(1, { level: "warn", slot: null }).map(({ n }) => n)).toEqual([2]);
  });

  it.each(["", "no JSON", "7", "null", '{"time":"x"}', '{"level":99}'])(
    "leaves %j out",
    (nonsense) => {
      const ring = new LogRing();
      ring.take(nonsense);
      expect(ring.next).toBe(1);
    },
  );
});

const WORDS = {
  line: ({ n }: { n: number }) => `${n} `,
  lost: (count: number) => `(${count} lost) `,
};

describe("a reader", () => {
  it("gets what is there and what comes, as wanted", () => {
    const ring = ringOf(3);
    const out = new PassThrough();
    feedLog(ring, 2, { level: null, slot: null }, out, WORDS);
    ring.take(text(30));
    expect(String(out.read())).toBe("2 3 4 ");
    const warned = new PassThrough();
    feedLog(ring, 1, { level: "warn", slot: null }, warned, WORDS);
    ring.take(text(40));
    expect(String(warned.read())).toBe("5 ");
  });

  it("that is slow holds nothing up, loses the oldest, and is told how many", async () => {
    const ring = ringOf(0, 4);
    let got = "";
    let read: () => void = () => {};
    const out = new Writable({
      highWaterMark: 4,
      write(chunk, _, done) {
        got += String(chunk);
        read = done;
      },
    });
    feedLog(ring, 1, ALL, out, WORDS);
    for (let n = 1; n <= 20; n++) ring.take(text(30));
    expect(got).toBe("1 ");
    // What waits in the stream is two lines at most: the others are in the ring alone, or gone.
    expect(out.writableLength).toBeLessThanOrEqual(4);
    for (let times = 0; times < 12; times++) {
      const done = read;
      read = () => {};
      done();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(got).toBe("1 2 (14 lost) 17 18 19 20 ");
  });

  it("that is gone is forgotten", async () => {
    const ring = ringOf(0);
    const out = new PassThrough();
    feedLog(ring, 1, ALL, out, WORDS);
    out.destroy();
    await new Promise((resolve) => out.once("close", resolve));
    expect(() => ring.take(text(30))).not.toThrow();
    expect(ring.followerCount).toBe(0);
  });
});

describe("the log", () => {
  it("writes each line to both, without what is secret", () => {
    const written: string[] = [];
    const { log, ring, hide } = openLog("info", { write: (line) => written.push(line) });
    hide('pass"word');
    hide("ab");
    log.info({ ev: "a", text: 'the pass"word is', ab: 1 }, 'pass"word');
    log.warn({ ev: "b", key: "AB".repeat(32), hash: "cd".repeat(20) });
    log.debug({ ev: "c" });
    const kept = JSON.stringify(ring.newest(9, ALL));
    for (const all of [kept, written.join("")]) {
      expect(all).not.toContain("word");
      expect(all).not.toContain("ABAB");
      expect(all).toContain("cdcd");
      expect(all).toContain("the (hidden) is");
    }
    expect(written).toHaveLength(2);
    expect(ring.newest(9, ALL).map(({ ev, detail }) => [ev, detail])).toEqual([
      ["a", { text: "the (hidden) is", ab: 1 }],
      ["b", { key: "(hidden)", hash: "cd".repeat(20) }],
    ]);
  });
});
