import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { World } from "../../test/sim/world.ts";
import type { Event } from "../core/event.ts";
import type { RigState } from "../core/state.ts";
import { parseEntry, parseHeader } from "./record-format.ts";
import { segmentFiles } from "./record-ring.ts";
import { Recorder } from "./recorder.ts";

const { state } = new World();
const tick: Event = { type: "tick", now: 2000 };

let dir: string;
let failures: unknown[];
let timers: Set<() => void>;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-record-"));
  failures = [];
  timers = new Set();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
});

/** A clock whose timers ring when `ring` says so. */
const clock = {
  now: () => 2500,
  wall: () => new Date(1_000_000),
  after: (_ms: number, callback: () => void) => {
    timers.add(callback);
    return () => timers.delete(callback);
  },
};

function ring(): void {
  for (const callback of [...timers]) {
    timers.delete(callback);
    callback();
  }
}

function recorder(maxBytes = 16_000_000, folder = dir): Recorder {
  const onFailure = (error: unknown) => failures.push(error);
  return new Recorder({ dir: folder, maxBytes, program: "1.0.0", clock, onFailure });
}

const lines = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n");
const total = () => segmentFiles(dir).reduce((sum, { bytes }) => sum + bytes, 0);

describe("a recorder", () => {
  it("writes the state of before the first event, then each event with its decisions", async () => {
    const own = recorder();
    own.take(state, tick, []);
    own.take(state, { ...tick, now: 2100 }, [{ type: "connect-pool", seat: "p1" }]);
    await own.close();
    const [file] = segmentFiles(dir);
    const [first = "", ...rest] = lines(file?.path ?? "");
    expect(parseHeader(first)).toMatchObject({ program: "1.0.0", run: 1, segment: 1, now: 2000 });
    expect(parseHeader(first).state).toStrictEqual(state);
    // The event was taken half a second before the header was made.
    expect(parseHeader(first).at).toBe(new Date(1_000_000 - 500).toISOString());
    expect(rest.map((line) => parseEntry(line).decided.map(({ type }) => type))).toEqual([
      [],
      ["connect-pool"],
    ]);
    expect(failures).toEqual([]);
  });

  it("writes in batches, for the card's sake", async () => {
    const own = recorder();
    own.take(state, tick, []);
    const [file] = await eventually(() => segmentFiles(dir));
    expect(file?.bytes).toBe(0);
    expect(timers.size).toBe(1);
    ring();
    await eventually(() => segmentFiles(dir)[0]?.bytes);
    own.take(state, tick, []);
    expect(timers.size).toBe(1);
    await own.close();
    expect(timers.size).toBe(0);
    expect(lines(file?.path ?? "")).toHaveLength(3);
  });

  it("begins each run and each segment with a snapshot, and keeps the newest within the bound", async () => {
    const bound = 400_000;
    for (let run = 1; run <= 5; run++) {
      const own = recorder(bound);
      for (let now = 0; now < 4600 + 400 * run; now++) {
        own.take({ ...state, nextId: now }, { type: "tick", now }, []);
        // Now and then the disk has its turn.
        if (now % 1000 === 999) await new Promise(setImmediate);
      }
      await own.close();
      expect(total()).toBeLessThanOrEqual(bound);
    }
    expect(total()).toBeGreaterThan(bound / 2);
    const files = segmentFiles(dir);
    expect(files.at(-1)?.run).toBe(5);
    const numbers = files.filter(({ run }) => run === 5).map(({ segment }) => segment);
    expect(numbers.length).toBeGreaterThan(2);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    // Each begins where the one before it ended.
    for (const { path } of files) {
      const [first = "", second = ""] = lines(path);
      const { now, state: snapshot } = parseHeader(first);
      expect(parseEntry(second).event.now).toBe(now);
      expect(snapshot.nextId).toBe(now);
    }
    expect(failures).toEqual([]);
  });

  it("lets go of what a larger bound had kept", async () => {
    writeFileSync(join(dir, "run000001-0001.jsonl"), "x".repeat(500_000));
    const own = recorder(400_000);
    own.take(state, tick, []);
    await own.close();
    expect(readdirSync(dir)).toEqual(["run000002-0001.jsonl"]);
  });

  it("says once that the folder cannot be made, and records no more", async () => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    const own = recorder(1e6, join(file, "record"));
    expect(failures).toHaveLength(1);
    own.take(state, tick, []);
    await own.close();
    expect(failures).toHaveLength(1);
    expect(timers.size).toBe(0);
  });

  it("says once that a write failed, and records no more", async () => {
    const folder = join(dir, "record");
    const own = recorder(1e6, folder);
    rmSync(folder, { recursive: true });
    own.take(state, tick, []);
    ring();
    await eventually(() => failures.length);
    own.take(state, tick, []);
    ring();
    await own.close();
    expect(failures).toHaveLength(1);
    expect(existsSync(folder)).toBe(false);
  });

  it("gives up on a disk that does not keep up", async () => {
    const own = recorder(100_000_000);
    // No turn of the event loop between these: nothing can be written meanwhile.
    const detail = "x".repeat(100_000);
    const event: Event = { type: "link-down", slot: "p1", link: 1, detail, now: 2000 };
    for (let count = 0; count < 60; count++) own.take(state, event, []);
    expect(failures.map(String)).toEqual(["Error: the disk does not keep up"]);
    await own.close();
  });

  it("keeps up with a disk that does, however much it is", async () => {
    const own = recorder(100_000_000);
    const detail = "x".repeat(100_000);
    const event: Event = { type: "link-down", slot: "p1", link: 1, detail, now: 2000 };
    for (let count = 0; count < 60; count++) {
      own.take(state, event, []);
      if (count % 10 === 9) await eventually(() => total() >= 100_000 * count);
    }
    await own.close();
    expect(failures).toEqual([]);
    // However large the bound is, a segment is one that can be read as a whole.
    expect(segmentFiles(dir).map(({ bytes }) => bytes < 4_200_000)).toEqual([true, true]);
  });

  it("says that its last write failed", async () => {
    const folder = join(dir, "record");
    const own = recorder(1e6, folder);
    rmSync(folder, { recursive: true });
    own.take(state, tick, []);
    await own.close();
    expect(failures).toHaveLength(1);
  });

  it("records no state that would not come back, and throws nothing at the loop", async () => {
    const own = recorder();
    own.take({ ...state, extra: new Map() } as unknown as RigState, tick, []);
    expect(String(failures[0])).toContain("a Map cannot be recorded");
    await own.close();
    expect(failures).toHaveLength(1);
  });

  it("keeps its files from strangers", async () => {
    const own = recorder();
    own.take(state, tick, []);
    await own.close();
    const [file] = segmentFiles(dir);
    expect(statSync(file?.path ?? "").mode & 0o007).toBe(0);
  });
});

/** What a file system does by itself is soon done. */
async function eventually<T>(probe: () => T): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const found = probe();
    if (Array.isArray(found) ? found.length > 0 : found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("never happened");
}
