import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { World } from "../../../test/sim/world.ts";
import type { Effect } from "../../core/effect.ts";
import type { Untimed, Witness } from "../../shell/loop.ts";
import { decode, encode } from "../../shell/record-format.ts";
import { explain } from "../explain.ts";
import { runProgram } from "../program.ts";
import { type Replayed, replay } from "./replay.ts";
import { recordedLines, type Taken, writeSegment } from "./testing.ts";

/** Sees every step that the simulated rig takes; `bend` makes a core that decides otherwise. */
const spy = vi.hoisted(() => ({
  witness: null as Witness | null,
  bend: null as ((effects: readonly Effect[]) => readonly Effect[]) | null,
}));

vi.mock("../../core/step.ts", async (original) => {
  const core = await original<typeof import("../../core/step.ts")>();
  const step: typeof core.step = (state, event) => {
    const next = core.step(state, event);
    spy.witness?.(state, event, next.effects);
    return spy.bend === null ? next : { ...next, effects: spy.bend(next.effects) };
  };
  return { ...core, step };
});

/** Every step that the core takes while `run` goes on. */
function steps(run: () => void): Taken[] {
  const taken: Taken[] = [];
  spy.witness = (before, event, effects) => taken.push({ before, event, effects });
  run();
  spy.witness = null;
  return taken;
}

/** A rig of two that mines, whose p2 then falls silent and is fenced. */
function fencing(): Taken[] {
  return steps(() => {
    const world = new World({ seed: 3, zeros: 2 });
    world.allReady();
    world.zero("p2").hung = true;
    world.run(40_000);
  });
}

let dir: string;
let printed = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-replay-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  spy.bend = null;
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

async function command(...args: string[]) {
  printed = "";
  try {
    const exitCode = await runProgram(["replay", ...args]);
    return { exitCode, error: "", lines: printed.trimEnd().split("\n") };
  } catch (error) {
    const { exitCode, lines } = explain(error);
    return { exitCode, error: lines.join("\n"), lines: printed.trimEnd().split("\n") };
  }
}

const json = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));
const decided = (taken: readonly Taken[]) => taken.flatMap(({ effects }) => effects);

const slots = fc.subarray(["p1", "p2", "p3"] as const, { minLength: 1 });
const reason = fc.string({ maxLength: 5 });
const operators = fc.record({
  type: fc.constant("operator" as const),
  verb: fc.constantFrom("on" as const, "off" as const, "cycle" as const),
  slots,
  reason,
  hard: fc.boolean(),
});
const mishaps = fc.constantFrom<Untimed>(
  { type: "board-failed", code: "bus", detail: "no answer" },
  { type: "link-down", slot: "p1", link: 1, detail: "closed" },
  { type: "pool-down", seat: "p2", code: "timeout", detail: "" },
  { type: "heard", slot: "p3", link: 3 },
  { type: "quiesce" },
);
const happenings = fc.array(fc.tuple(fc.nat(60_000), fc.oneof(operators, mishaps)), {
  maxLength: 8,
});

describe("whatever the simulated rig goes through", { timeout: 60_000 }, () => {
  const played = (seed: number, plan: readonly (readonly [number, Untimed])[]) =>
    steps(() => {
      const world = new World({ seed, zeros: 3, hostWorkers: 1 });
      for (const [ms, event] of plan) {
        world.run(ms);
        world.post(event);
      }
      world.run(20_000);
    });

  it("comes back from a recording: every state, every event", () => {
    fc.assert(
      fc.property(fc.nat(), happenings, (seed, plan) => {
        for (const { before, event } of played(seed, plan).filter((_, index) => index % 50 === 0)) {
          expect(decode(encode(before))).toStrictEqual(before);
          expect(decode(encode(event))).toStrictEqual(event);
        }
      }),
      { numRuns: 10 },
    );
  });

  it("keeps the time of each event, though the same thing happens twice", () => {
    const down: Untimed = { type: "pool-down", seat: "p2", code: "timeout", detail: "" };
    const times = played(0, [
      [6000, down],
      [3000, down],
    ]).map(({ event }) => event.now);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it("is decided again in the same way, from the start or from any later segment", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        happenings,
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (...given) => {
          const [seed, plan, part] = given;
          const taken = played(seed, plan);
          const middle = Math.floor(taken.length * part);
          const files = [
            writeSegment(dir, recordedLines(taken.slice(0, middle), 1, 1), 1, 1),
            writeSegment(dir, recordedLines(taken.slice(middle), 1, 2), 1, 2),
          ];
          const items = [...replay(files)];
          expect(
            items.filter((item) => item.type === "segment").flatMap(({ differs }) => differs),
          ).toEqual([]);
          const again = items.filter((item): item is Replayed => item.type === "step");
          expect(again.filter(({ difference }) => difference !== null)).toEqual([]);
          expect(again.map(({ effects }) => effects)).toEqual(taken.map(({ effects }) => effects));
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe("zerorig replay", () => {
  it("shows what mattered, and ends in 0 when all is the same", async () => {
    const taken = fencing();
    const { exitCode, lines } = await command(writeSegment(dir, recordedLines(taken)));
    expect(exitCode).toBe(0);
    expect(lines[0]).toContain(
      "run 1, segment 1, from 2026-03-01T12:00:00.000Z, recorded by zerorig 0.0.9",
    );
    expect(lines.at(-1)).toMatch(
      `${taken.length} events, ${decided(taken).length} decisions; all the same (recorded by 0.0.9, replayed by 0.0.0-test)`,
    );
    const text = lines.map((line) => line.replaceAll(/ +/g, " ")).join("\n");
    expect(text).toMatch(/p2 slot\.state silent warn: Ready -> Suspect \(on tick\)/);
    expect(text).toMatch(
      /p2 write-intent power-cycle intent=\d+ kind=cycle by=automation .*\(on tick\)/,
    );
    expect(text).toMatch(/p2 power - action=\d+ to=off by=automation/);
    expect(text).not.toContain("share.accepted");
    expect(text).not.toContain("< beat");
  });

  it("shows everything with --all, one slot with --slot, one time with --at", async () => {
    const taken = fencing();
    const file = writeSegment(dir, recordedLines(taken));
    const all = await command(file, "--all");
    expect(all.lines).toHaveLength(taken.length + decided(taken).length + 2);
    expect(all.lines.join("\n")).toContain("< board-read");
    const { lines } = await command(file, "--slot", "p2");
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/s {2}p2 {3}/);
    const allOfOne = await command(file, "--slot", "p2", "--all");
    expect(allOfOne.lines.length).toBeGreaterThan(lines.length);
    for (const line of allOfOne.lines.slice(1, -1)) expect(line).toMatch(/s {2}p2 {3}/);

    const since = await command(file, "--at", "5s", "--all", "--json");
    const times = json(since.lines.slice(1, -1)).map(({ at_ms }) => at_ms);
    expect(Math.min(...times)).toBe(0);
    expect(Math.max(...times)).toBeLessThanOrEqual(15_000);
    expect(times.length).toBeLessThan(taken.length);
    const [{ at }] = json(since.lines.slice(1, 2));
    expect(at).toBe("2026-03-01T12:00:00.000Z");
    const clock = await command(file, "--at", "2026-03-01T12:00:05Z", "--all", "--json");
    expect(clock.lines).toEqual(since.lines);
  });

  it("refuses a slot that the rig has not", async () => {
    const file = writeSegment(dir, recordedLines(fencing()));
    const { exitCode, error } = await command(file, "--slot", "p9");
    expect(exitCode).toBe(3);
    expect(error).toMatch(/there is no p9 in .*: it has p1, p2/);
  });

  it("shows in full what a core decides otherwise, with what the slot was like before", async () => {
    const taken = fencing();
    const file = writeSegment(dir, recordedLines(taken));
    spy.bend = (effects) => effects.filter(({ type }) => type !== "power");
    const { exitCode, lines } = await command(file);
    expect(exitCode).toBe(1);
    const cut = taken.findIndex(({ effects }) =>
      effects.some((effect) => effect.type === "power" && effect.to === "off"),
    );
    const from = lines.findIndex((line) =>
      line.includes(`run000001-0001.jsonl:${cut + 2}, on tick`),
    );
    expect(lines.slice(from, from + 4).map((line) => line.replaceAll(/\d+/g, "N"))).toEqual([
      expect.stringMatching(/^DIFFERENT at .* on tick$/),
      "  recorded  pN  power  action=N to=off by=automation",
      "  derived   nothing",
      "  before    pN was PoweringOff for Ns: power-cycle (heard N.N s ago, line on, USB present, read N.N s ago); fault in N.N s unless proved off",
    ]);
    expect(lines.at(-1)).toMatch(/; 4 differences \(/);

    const told = json((await command(file, "--json")).lines).flatMap(
      ({ difference }) => difference ?? [],
    );
    expect(told).toHaveLength(4);
    expect(told[0]).toMatchObject({
      line: expect.any(Number),
      event: { type: "tick" },
      derived: [],
    });
    expect(told[0].recorded[0]).toMatchObject({ type: "power", to: "on" });
    expect(told[0].before).toMatchObject([{ id: told[0].recorded[0].slot, phase: "PoweringOn" }]);
  });

  it("shows a decision of which only the checksum was recorded", async () => {
    const file = writeSegment(dir, recordedLines(fencing()));
    spy.bend = (effects) =>
      effects.map((effect) => (effect.type === "request-job" ? { ...effect, seat: "h9" } : effect));
    const { lines } = await command(file);
    const from = lines.findIndex((line) => line.startsWith("DIFFERENT"));
    expect(lines[from + 1]).toMatch(/^ {2}recorded {2}- {2}request-job {2}seat=p1 sum=\d+$/);
    expect(lines[from + 2]).toMatch(/^ {2}derived {3}- {2}request-job {2}seat=h9$/);
  });

  it("replays the newest run of a folder, and sees a state that does not follow", async () => {
    const taken = fencing();
    const half = Math.floor(taken.length / 2);
    writeSegment(dir, ["not looked at\n"], 1, 1);
    writeSegment(dir, recordedLines(taken.slice(0, half), 2, 3), 2, 3);
    const next = writeSegment(dir, recordedLines(taken.slice(half), 2, 4), 2, 4);
    const good = await command(dir, "--json");
    expect(good.exitCode).toBe(0);
    expect(json(good.lines.slice(-1))[0].summary).toMatchObject({
      segments: 2,
      events: taken.length,
      differences: 0,
      torn: [],
    });
    writeFileSync(next, readFileSync(next, "utf8").replace(/"strikes":\d+/, '"strikes":77'));
    const bad = await command(dir);
    expect(bad.exitCode).toBe(1);
    expect(bad.lines).toContain("  slots.0.strikes");
  });

  it("leaves out a torn last line, and says so", async () => {
    const taken = fencing();
    const lines = recordedLines(taken);
    const file = writeSegment(dir, [...lines.slice(0, -1), lines.at(-1)?.slice(0, 9) ?? ""]);
    const text = await command(file);
    expect(text.exitCode).toBe(0);
    expect(text.lines[1]).toContain("its last line is torn");
    const summary = json((await command(file, "--json")).lines.slice(-1))[0].summary;
    expect(summary).toMatchObject({ torn: [file], events: taken.length - 1 });
  });
});

describe("a recording that is no good ends in 2 and is named", () => {
  const good = () => recordedLines(fencing().slice(0, 20));
  const tick = (fields: string) => `{"event":{"type":"tick","now":9000${fields}\n`;

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ["empty", () => [], /run000001-0001\.jsonl is empty/],
    ["only begun", ([first = ""]) => [first.slice(0, 40)], /:1: the first line is torn/],
    ["of something else", () => ["hello\n"], /:1: this line is damaged: it is no JSON/],
    ["of other JSON", () => ['{"a":1}\n'], /:1: this is no recording of zerorig/],
    [
      "of a later format",
      ([first = "", ...rest]) => [first.replace('"format":1', '"format":2'), ...rest],
      /:1: this recording is of format 2, and this zerorig reads format 1/,
    ],
    [
      "without a state",
      ([first = ""]) => [first.replace('"slots":[', '"slits":[')],
      /:1: this header is not complete/,
    ],
    [
      "damaged in its state",
      ([first = ""]) => [first.replace('"slots":[', '"slots":[null,')],
      /:1: the core cannot take this state: /,
    ],
    [
      "damaged in the middle",
      (lines) => [...lines.slice(0, 5), "\0\0\0\n", ...lines.slice(5)],
      /:6: this line is damaged: it is no JSON/,
    ],
    ["short of an event", (lines) => [...lines, '{"event":5}\n'], /:22: this line holds no event/],
    [
      "of an event that nobody knows",
      (lines) => [...lines, tick("}}").replace("tick", "tock")],
      /:22: the core cannot take this event: /,
    ],
  ])("%s", async (_, spoil, message) => {
    const file = writeSegment(dir, spoil(good()));
    const { exitCode, error } = await command(file);
    expect(error).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it("shows what could be replayed before the damage", async () => {
    const lines = recordedLines(fencing());
    const { exitCode, lines: shown } = await command(writeSegment(dir, [...lines, "?\n"]));
    expect(exitCode).toBe(2);
    expect(shown.length).toBeGreaterThan(10);
  });

  it("that is not there, or a folder without one", async () => {
    const none = await command(join(dir, "none.jsonl"));
    expect(none).toMatchObject({ exitCode: 2, error: expect.stringContaining("no such file") });
    expect(none.error).toContain("`record/` below [state] dir");
    const folder = join(dir, "folder");
    mkdirSync(folder);
    const empty = await command(folder);
    expect(empty.exitCode).toBe(2);
    expect(empty.error).toContain("holds no recording");
    expect(empty.error).toContain("record = true");
  });
});

it("puts nothing on the terminal but text", async () => {
  const reason = "\u001b[2J\u009b";
  const taken = steps(() => {
    const world = new World({ seed: 3, zeros: 2 });
    world.allReady();
    world.post({ type: "operator", verb: "cycle", slots: ["p1", "p2"], reason, hard: true });
    world.run(5000);
  });
  const lines = recordedLines(taken).map((line) => line.replaceAll("0.0.9", "\u009b\\u001b9"));
  const { exitCode, lines: shown } = await command(
    writeSegment(dir, lines),
    "--all",
    "--slot",
    "p2",
  );
  expect(exitCode).toBe(0);
  expect(shown.join("\n")).toMatch(/p1,p2 +< operator .*\\u001b\[2J\?/);
  expect(printed).not.toMatch(/[^\P{Cc}\n]/u);
});

it("gives a state that is older than the core what it lacks", async () => {
  const [first = "", ...rest] = recordedLines(fencing());
  const older = first.replace('"halted":null,', "").replaceAll('"strikes":0,', "");
  expect(older.length).toBeLessThan(first.length - 30);
  const { exitCode } = await command(writeSegment(dir, [older, ...rest]));
  expect(exitCode).toBe(0);
});
