import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LINE_CHARS } from "./codec.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionOutput,
  type SessionState,
} from "./session-state.ts";

const PREFIX = "ba29a15896fd2d792d5c4b60668bf2b9feebc51d";
const TARGET = "d0beba883d7e8cd119ea2b0e09b78f60f29e0968";
const JOB = `${PREFIX},${TARGET},10`;

const config: SessionConfig = {
  user: "Ada",
  tier: "LOW",
  miningKey: null,
  rig: "zerorig-p1",
  group: 7,
  version: "0.1.0",
  limits: DEFAULT_LIMITS,
};

/** A short script: "connected", "request", "submit", "tick+MS", "ended", or text of the pool after "<". */
type Line = string;

const share = { nonce: 50, hashrateHs: 1000 };

function inputOf(line: Line, now: number): SessionInput {
  if (line.startsWith("<")) return { type: "text", text: line.slice(1), now };
  switch (line) {
    case "connected":
      return { type: line, now };
    case "request":
      return { type: line, iot: "", now };
    case "submit":
      return { type: "submit", share, now };
    case "ended":
      return { type: "ended", code: "closed", detail: "the pool hung up", now };
    default:
      return { type: "tick", now };
  }
}

/** Each line takes 10 ms, "tick+MS" takes MS. `all`: what the lines caused. */
function play(...lines: readonly Line[]): {
  state: SessionState;
  all: readonly string[];
  now: number;
} {
  let now = 0;
  let state = openSession(now);
  const all: string[] = [];
  for (const line of lines) {
    now += line.startsWith("tick+") ? Number(line.slice(5)) : 10;
    const next = step(config, state, inputOf(line, now));
    state = next.state;
    all.push(...next.outputs.map(show));
  }
  return { state, all, now };
}

function show(output: SessionOutput): string {
  if (output.type === "send") return `> ${output.text.trim()}`;
  if (output.type === "drop") return `drop ${output.code}: ${output.detail}`;
  const { event } = output;
  switch (event.type) {
    case "up":
      return `up ${event.server}`;
    case "job":
      return `job ${event.difficulty} to ${event.to}`;
    case "verdict":
      return `${event.verdict}${event.block ? " block" : ""} ${event.reason} ${event.pingMs}`;
    default:
      return `${event.type} ${JSON.stringify(event)}`;
  }
}

const up = ["connected", "<3.0\n"];
const working = [...up, "request", `<${JOB}\n`];
const submitted = [...working, "submit"];
const UP = ["up 3.0"];
const WORKING = [...UP, "> JOB,Ada,LOW,None", "job 10 to 1000"];
const SUBMITTED = [...WORKING, "> 50,1000.00,zerorig 0.1.0,zerorig-p1,,7"];
const wrong = ["submit", "<BAD,Incorrect result\n"];
const again = ["request", `<${JOB}\n`];

describe("a session in step", () => {
  it("goes round", () => {
    const { all, state } = play(...submitted, "<GOOD\n", ...again, "submit", "<BLOCK\n", "request");
    expect(state.phase).toBe("requested");
    expect(all).toEqual([
      ...SUBMITTED,
      "accepted null 10",
      ...SUBMITTED.slice(1),
      "accepted block null 10",
      "> JOB,Ada,LOW,None",
    ]);
  });

  it.each<[string, readonly Line[], readonly string[]]>([
    ["a split banner", ["connected", "<3", "<.", "<0", "<\n"], UP],
    ["a banner without newline", ["connected", "<3.0", "tick+1000"], UP],
    ["its newline later", ["connected", "<3.0", "tick+1000", "<\n"], UP],
    ["a banner with CR", ["connected", "<3.0\r\n"], UP],
    ["a MOTD glued to the banner", ["connected", "<3.0Welcome", "tick+1000", "<, Ada"], UP],
    ["a MOTD with the banner", ["connected", "<3.0\nHello\nfrom\nref\n"], UP],
    ["a MOTD in pieces, no newline", [...up, "<Hel", "<lo", ...again], WORKING],
    ["a MOTD while asked", [...up, "request", "<Hello\n", "<from ref", `<${JOB}\n`], WORKING],
    [
      "a job split anywhere",
      [...up, "request", `<${JOB.slice(0, 30)}`, `<${JOB.slice(30)}`, "<\n"],
      WORKING,
    ],
    [
      "difficulty is not cut short",
      [...up, "request", `<${JOB.slice(0, -1)}`, "tick+5000", "<0\n"],
      WORKING,
    ],
    ["a split verdict", [...submitted, "<GO", "<OD", "<\n"], [...SUBMITTED, "accepted null 30"]],
    [
      "a verdict without newline",
      [...submitted, "<GOOD", "tick+999", "tick+1"],
      [...SUBMITTED, "accepted null 10"],
    ],
    [
      "BLOCK without newline",
      [...submitted, "<BLOCK", "tick+1000"],
      [...SUBMITTED, "accepted block null 10"],
    ],
    [
      "a BAD without newline",
      [...submitted, "<BAD,Modified hashrate", "tick+1000"],
      [...SUBMITTED, "rejected Modified hashrate 10"],
    ],
    ["a bare BAD", [...submitted, "<BAD\n"], [...SUBMITTED, "rejected null 10"]],
    ["an empty line between", [...submitted, "<\nGOOD\n\n"], [...SUBMITTED, "accepted null 10"]],
    ["a settle time not yet over", [...submitted, "<GOOD", "tick+500"], SUBMITTED],
  ])("%s", (_, lines, outputs) => {
    expect(play(...lines).all).toEqual(outputs);
  });

  it("asks for nothing out of turn", () => {
    expect(play("request", "submit", "connected", "connected", "request", "submit").all).toEqual(
      [],
    );
    expect(play(...up, "submit").all).toEqual(UP);
    expect(play(...working, "request", "connected").all).toEqual(WORKING);
    expect(play(...submitted, "request", "submit").all).toEqual(SUBMITTED);
  });

  it("takes no text before the connection stands", () => {
    expect(play("<3.0\n", "connected", "<3.0\n").all).toEqual(UP);
  });
});

describe("a session that is surprised drops", () => {
  it.each<[string, readonly Line[], readonly string[]]>([
    [
      "no pool",
      ["connected", "<HTTP/1.1 400 Bad Request\r\n\r\n"],
      ['drop nonsense: not the pool\'s protocol: "HTTP/1.1 400 Bad Request"'],
    ],
    ["a ban for a greeting", ["connected", "<BAD,User banned\n"], ["drop banned: User banned"]],
    [
      "a verdict for a greeting",
      ["connected", "<GOOD", "tick+1000"],
      ["drop desync: good while banner"],
    ],
    ["a verdict before any job", [...up, "<GOOD\n"], [...UP, "drop desync: good while idle"]],
    [
      "a refusal before any job",
      [...up, "<BAD,Server full\n"],
      [...UP, "drop denied: Server full"],
    ],
    ["a bare BAD before any job", [...up, "<BAD\n"], [...UP, "drop denied: no reason given"]],
    [
      "a verdict on a request",
      [...up, "request", "<GOOD\n"],
      [...UP, "> JOB,Ada,LOW,None", "drop desync: good while requested"],
    ],
    [
      "a refused request",
      [...up, "request", "<BAD,No username specified\n"],
      [
        ...UP,
        "> JOB,Ada,LOW,None",
        'refused {"type":"refused","reason":"No username specified"}',
        "drop denied: No username specified",
      ],
    ],
    [
      "a bare refusal",
      [...up, "request", "<BAD", "tick+1000"],
      [
        ...UP,
        "> JOB,Ada,LOW,None",
        'refused {"type":"refused","reason":"no reason given"}',
        "drop denied: no reason given",
      ],
    ],
    [
      "a ban on request",
      [...up, "request", "<BAD,User banned", "ended"],
      [
        ...UP,
        "> JOB,Ada,LOW,None",
        'refused {"type":"refused","reason":"User banned"}',
        "drop banned: User banned",
      ],
    ],
    [
      "a reply while working",
      [...working, "<GOOD\n"],
      [...WORKING, "drop desync: good while working"],
    ],
    [
      "garbage while working",
      [...working, "<xyz"],
      [...WORKING, 'drop nonsense: not the pool\'s protocol: "xyz"'],
    ],
    [
      "a job for a verdict",
      [...submitted, `<${JOB}\n`],
      [...SUBMITTED, "drop desync: job while submitted"],
    ],
    [
      "garbage for a verdict",
      [...submitted, "<OK\n"],
      [...SUBMITTED, 'drop nonsense: not the pool\'s protocol: "OK"'],
    ],
    [
      "two verdicts",
      [...submitted, "<GOOD\nGOOD\nGOOD\n"],
      [...SUBMITTED, "accepted null 10", "drop desync: good while idle"],
    ],
    [
      "a verdict and half a one",
      [...submitted, "<GOOD\nGO"],
      [...SUBMITTED, "accepted null 10", 'drop nonsense: not the pool\'s protocol: "GO"'],
    ],
    [
      "a MOTD once served",
      [...submitted, "<GOOD\n", "<Hello"],
      [...SUBMITTED, "accepted null 10", 'drop nonsense: not the pool\'s protocol: "Hello"'],
    ],
    [
      "a MOTD for the second job",
      [...submitted, "<GOOD\n", "request", "<Hello\n"],
      [
        ...SUBMITTED,
        "accepted null 10",
        "> JOB,Ada,LOW,None",
        'drop nonsense: not the pool\'s protocol: "Hello"',
      ],
    ],
    [
      "a ban for a verdict",
      [...submitted, "<BAD,User banned\n"],
      [...SUBMITTED, "rejected User banned 10", "drop banned: User banned"],
    ],
    [
      "a flood",
      [...up, `<${"x".repeat(MAX_LINE_CHARS + 1)}`],
      [...UP, "drop nonsense: a flood without a line end"],
    ],
  ])("%s", (_, lines, outputs) => {
    const { all, state, now } = play(...lines);
    expect(all).toEqual(outputs);
    expect(state.phase).toBe("dropped");
    expect(wakeAt(config.limits, state)).toBeNull();
    for (const line of ["connected", "request", "submit", "ended", "tick", "<GOOD\n"]) {
      expect(step(config, state, inputOf(line, now + 1e6))).toEqual({ state, outputs: [] });
    }
  });

  it("takes two good nonces called incorrect for a session out of step", () => {
    const drop = "drop desync: verified nonces were called incorrect twice in a row";
    expect(play(...working, ...wrong, ...again, ...wrong).all.at(-1)).toBe(drop);
    const between = ["submit", "<BAD,Modified hashrate\n", ...again];
    expect(play(...working, ...wrong, ...again, ...between, ...wrong).all.at(-1)).toBe(drop);
    const forgiven = ["submit", "<GOOD\n", ...again];
    const { state } = play(...working, ...wrong, ...again, ...forgiven, ...wrong);
    expect(state).toMatchObject({ phase: "idle", incorrectInARow: 1 });
  });

  it("hears the last word of a pool that hangs up", () => {
    expect(play(...submitted, "<GOOD", "ended").all.slice(-2)).toEqual([
      "accepted null 10",
      "drop closed: the pool hung up",
    ]);
    expect(play(...submitted, "<GOO", "ended").all.slice(-1)).toEqual([
      "drop closed: the pool hung up",
    ]);
    expect(play("ended").all).toEqual(["drop closed: the pool hung up"]);
  });
});

/** What each reason of a rejected share asks of us: go on, go on after a pause, or leave, and for how long. */
describe("a share that is rejected for", () => {
  const MINUTE = 60_000;
  it.each<[string, string | null, number | undefined]>([
    ["Incorrect result", null, undefined],
    ["Modified hashrate", null, undefined],
    ["Too low difficulty", null, undefined],
    ["Too low starting difficulty", null, undefined],
    ["Too high starting difficulty", null, undefined],
    ["Kolka 2 modified hashrate detected", null, undefined],
    ["Too many workers - current limit: 50", "denied", 2 * MINUTE],
    ["User doesn't exist", "denied", 10 * MINUTE],
    ["PC mining is disabled on the Master server", "denied", 10 * MINUTE],
    ["User banned", "banned", 60 * MINUTE],
    ["Invalid data", "desync", undefined],
    ["Incorrect data", "desync", undefined],
  ])("%s: %s", (reason, code, retryMs) => {
    const { state } = play(...submitted);
    const text = `BAD,${reason}\n`;
    const next = step(config, state, { type: "text", text, now: 1000 });
    const [verdict, drop] = next.outputs;
    const restMs = reason === "Too low difficulty" ? { restMs: 10_000 } : {};
    const event = { type: "verdict", verdict: "rejected", block: false, reason, pingMs: 950 };
    expect(verdict).toEqual({ type: "event", event: { ...event, ...restMs } });
    if (code === null) expect(next.state.phase).toBe("idle");
    expect(drop).toEqual(
      code === null
        ? undefined
        : {
            type: "drop",
            code,
            detail: expect.stringContaining(reason),
            ...(retryMs === undefined ? {} : { retryMs }),
          },
    );
  });

  it("whatever reason, four times in a row: the session ends before the pool bans us", () => {
    const rejected = ["submit", "<BAD,Too high starting difficulty\n"];
    const three = [...rejected, ...again, ...rejected, ...again, ...rejected];
    expect(play(...working, ...three).state.phase).toBe("idle");
    expect(play(...working, ...three, ...again, ...rejected).all.at(-1)).toBe(
      "drop denied: 4 shares in a row: Too high starting difficulty",
    );
    const good = ["submit", "<GOOD\n", ...again];
    const forgiven = play(...working, ...three, ...again, ...good, ...rejected);
    expect(forgiven.state).toMatchObject({ phase: "idle", rejectedInARow: 1 });
    const bare = ["submit", "<BAD\n", ...again];
    expect(play(...working, ...bare, ...bare, ...bare, ...bare).all.at(-1)).toBe(
      "drop denied: 4 shares in a row: no reason given",
    );
  });
});

describe("a session that waits", () => {
  const limits = config.limits;
  it.each<[string, readonly Line[], number, string]>([
    ["to be connected", [], limits.connectMs, "no connection"],
    ["for the banner", ["connected"], limits.bannerMs, "no banner"],
    ["for a job", [...up, "request"], limits.jobReplyMs, "no reply to the job request"],
    ["for a verdict", submitted, limits.verdictMs, "no verdict on the share"],
    ["for the owner to ask", up, 32_000, "silent past the pool's idle limit"],
    ["for the owner's nonce", working, 92_000, "silent past the pool's idle limit"],
    [
      "for the owner to ask again",
      [...submitted, "<GOOD\n"],
      92_000,
      "silent past the pool's idle limit",
    ],
  ])("%s gives up in time", (_, lines, waitMs, detail) => {
    const { state, now, all } = play(...lines);
    expect(wakeAt(limits, state)).toBe(now + waitMs);
    const early = play(...lines, `tick+${waitMs - 1}`);
    expect(early.all).toEqual(all);
    const late = play(...lines, `tick+${waitMs}`);
    expect(late.all).toEqual([...all, `drop timeout: ${detail}`]);
  });

  it("wakes early for a reply that may be whole", () => {
    expect(wakeAt(limits, play(...submitted, "<GOOD").state)).toBe(60 + limits.settleMs);
    expect(wakeAt(limits, play("connected", "<3.0").state)).toBe(20 + limits.settleMs);
    expect(wakeAt(limits, play("connected", "<3.").state)).toBe(10 + limits.bannerMs);
  });

  it("is not kept waiting by a trickle", () => {
    expect(play("connected", "<3", "tick+9980", "<.", "tick+10").all).toEqual([
      "drop timeout: no banner",
    ]);
  });
});

describe("a session that is fed anything", () => {
  const text = fc.oneof(
    fc.constantFrom(
      "3.0\n",
      `${JOB}\n`,
      "GOOD\n",
      "BLOCK\n",
      "BAD,Incorrect result\n",
      "GO",
      "\n",
      "3.0",
      "BAD",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.integer({ min: 0, max: 6000 }).map((length) => "x".repeat(length)),
  );
  const line = fc.oneof(
    fc.constantFrom("connected", "request", "submit", "ended", "tick+1", "tick+1000", "tick+95000"),
    text.map((t) => `<${t}`),
  );

  it("never throws, keeps little, never has two questions out, and drops once", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (tail) => {
        const lines = [...up, ...tail];
        const { state, all } = play(...lines);
        expect(state.tail.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
        expect(all.filter((o) => o.startsWith("drop")).length).toBe(
          state.phase === "dropped" ? 1 : 0,
        );
        const turns = all
          .filter((o) => !o.startsWith("drop") && !o.startsWith("up"))
          .map((o) => o.slice(0, 5));
        turns.forEach((turn, i) => {
          if (turn.startsWith(">") && i > 0) expect(turns[i - 1]).not.toMatch(/^>/);
        });
        if (state.phase === "dropped") expect(all.at(-1)).toMatch(/^drop/);
      }),
      { numRuns: 300 },
    );
  });
});
