// The recorded sessions of test/pools/traces, replayed: the session makes of them what it made of them when they were recorded.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Decoded, decodeTrace, parseTraceLine, type TraceEntry, withoutKey } from "./trace.ts";

const DIR = join(import.meta.dirname, "../../../test/pools/traces");

function replay(name: string): Decoded[] {
  const lines = readFileSync(join(DIR, `${name}.trace`), "utf8")
    .trimEnd()
    .split("\n");
  const entries = lines.map(parseTraceLine);
  expect(entries).not.toContain(null);
  return decodeTrace(entries as TraceEntry[]);
}

/** How often each thing was told, with its numbers left out. */
function told(decoded: readonly Decoded[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { tells } of decoded) {
    for (const each of tells) {
      const kind = each.replace(/,? after .*| at .*|\d+(\.\d+)?/g, "").trim();
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}

const count = (decoded: readonly Decoded[], kind: RegExp) =>
  decoded.flatMap(({ tells }) => tells).filter((each) => kind.test(each)).length;

describe("a recorded session", () => {
  it.each(["fair", "cut-and-glued", "no-newline", "motd-without-newline"])(
    "with a %s pool goes on: each share has its verdict, each request its job",
    (name) => {
      const decoded = replay(name);
      expect(count(decoded, /^given up/)).toBe(0);
      expect(count(decoded, /^greeted/)).toBe(2);
      const shares = count(decoded, /^hands in/);
      expect(shares).toBeGreaterThan(3);
      expect(count(decoded, /^accepted/)).toBe(shares);
      // The recording ends while the last ones are out.
      const open = count(decoded, /^asks for a job/) - count(decoded, /^job/);
      expect([0, 1, 2]).toContain(open);
    },
  );

  it("with an unjust pool is given up after two", () => {
    const decoded = replay("unjust");
    expect(count(decoded, /^rejected: Incorrect result/)).toBe(4);
    expect(count(decoded, /^given up: desync, verified nonces/)).toBe(2);
  });

  it("with a silent pool ends with no job", () => {
    const decoded = replay("silent-job");
    expect(told(decoded)).toEqual({ "greeted, version": 2, "asks for a job as bench, LOW": 2 });
    expect(decoded.filter(({ entry }) => entry.dir === "close")).toHaveLength(2);
  });

  it("with resets has no verdict that was not said", () => {
    const decoded = replay("resets");
    const good = decoded.filter(({ entry }) => entry.dir === "in" && entry.text.includes("GOOD"));
    expect(count(decoded, /^accepted/)).toBe(good.length);
  });

  it("is there for each kind of weather", () => expect(readdirSync(DIR)).toHaveLength(7));
});

describe("a segment", () => {
  const open = { at_ms: 0, seat: "p1", dir: "open", text: "pool:1" } as const;
  const at = (at_ms: number, dir: TraceEntry["dir"], text: string) => ({
    at_ms,
    seat: "p1",
    dir,
    text,
  });
  const tells = (...entries: TraceEntry[]) => decodeTrace(entries).map((decoded) => decoded.tells);

  it("of a session whose beginning is not there is shown, and not guessed at", () => {
    expect(tells(at(5, "in", "GOOD\n"))).toEqual([["of a session whose beginning is not here"]]);
  });

  it("that comes after a timer shows what the timer did", () => {
    const said = tells(
      open,
      at(10, "in", "3.0"),
      at(1500, "out", "JOB,a,LOW,None\n"),
      at(40_000, "in", "GOOD\n"),
    );
    expect(said).toEqual([
      [],
      [],
      ["greeted, version 3.0", "asks for a job as a, LOW"],
      ["given up: timeout, no reply to the job request"],
    ]);
  });

  it("is told in words: refusals, blocks, shares without a number", () => {
    const job = `${"a".repeat(40)},${"b".repeat(40)},5\n`;
    const said = tells(
      open,
      at(1, "in", "3.0\n"),
      at(2, "out", "JOB,a,LOW,None\n"),
      at(3, "in", job),
      at(4, "out", "x,,s,r,,1\n"),
      at(14, "in", "BLOCK\n"),
      at(15, "out", "JOB,a,LOW,None\n"),
      at(16, "in", "BAD,User banned\n"),
      at(17, "close", "banned: User banned"),
    );
    expect(said.slice(3)).toEqual([
      ["job, difficulty 5"],
      ["hands in nothing at ? H/s"],
      ["accepted, a block, after 10 ms"],
      ["asks for a job as a, LOW"],
      ["refused: User banned", "given up: banned, User banned"],
      [],
    ]);
  });
});

describe("a line of a recording", () => {
  const lines = [
    "",
    "{",
    "1",
    "null",
    '{"at_ms":1}',
    '{"at_ms":1,"seat":"p1","dir":"up","text":""}',
  ];
  it.each([...lines, '{"at_ms":1,"seat":"p1","dir":"in","text":5}'])(
    "that is none is left out: %s",
    (line) => {
      expect(parseTraceLine(line)).toBe(null);
    },
  );

  it("never holds the mining key", () => {
    expect(withoutKey("JOB,me,LOW,secret,CPU temperature:4*C\n")).toBe(
      "JOB,me,LOW,***,CPU temperature:4*C\n",
    );
    expect(withoutKey("JOB,me,LOW,secret\n")).toBe("JOB,me,LOW,***\n");
    for (const same of ["JOB,me,LOW,None\n", "JOB,me,LOW,None,x:1\n", "5,1.00,zerorig 0,r,,1\n"]) {
      expect(withoutKey(same)).toBe(same);
    }
    expect(withoutKey("JOB,me,LOW,Nonesuch\n")).toBe("JOB,me,LOW,***\n");
  });
});
