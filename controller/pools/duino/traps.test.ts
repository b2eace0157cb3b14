// Each framing trap of the public node (facts of the protocol: docs/duino-coin.md), replayed between our session and the practice
// pool's, with no socket and no clock of its own: no hang beyond its timer, no off-by-one, no share lost or doubled.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  type MinerState,
  minerWakeAt,
  openMiner,
  type PoolRules,
  type PracticeShare,
  stepMiner,
} from "../practice/session.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
} from "./session-state.ts";

const sha1 = (text: string) => createHash("sha1").update(text).digest("hex");
const HEAD = sha1("head");
const config: SessionConfig = {
  user: "Ada",
  tier: "LOW",
  miningKey: null,
  rig: "r",
  group: 1,
  version: "0",
  limits: DEFAULT_LIMITS,
};
const rules: PoolRules = {
  banner: "3.0\n",
  motd: "",
  tiers: new Map([["LOW", { difficulty: 2, adapts: false }]]),
  startDifficulty: null,
  minDifficulty: 1,
  expectedShareMs: 1000,
  blockOdds: 1e9,
  wrong: 0,
  wrongReason: "Incorrect result",
  firstJobMs: 30_000,
  idleMs: 90_000,
  sha1,
};

/** What the network makes of a message: the segments that arrive, each so long after the one before. */
type Network = (
  text: string,
  count: number,
) => readonly { readonly text: string; readonly afterMs: number }[];
const WHOLE: Network = (text) => [{ text, afterMs: 5 }];
const BYTES: Network = (text) => [...text].map((byte) => ({ text: byte, afterMs: 5 }));
const LOST: Network = () => [];

interface Trap {
  readonly down?: Network;
  readonly up?: Network;
  readonly rules?: Partial<PoolRules>;
  /** Said by the pool before anything else, as if it belonged to nothing. */
  readonly prelude?: string;
}

type Pending = { readonly at: number; readonly run: () => void };

/** An owner that always asks for the next job and hands in the right nonce after a second, until the session is over. */
class Replay {
  now = 0;
  session: SessionState = openSession(0);
  miner: MinerState;
  readonly rules: PoolRules;
  readonly shares: PracticeShare[] = [];
  /** The verdicts as the owner got them, and the jobs that they are for. */
  readonly verdicts: { readonly verdict: string; readonly target: string }[] = [];
  submitted = 0;
  dropped: { readonly at: number; readonly code: string; readonly detail: string } | null = null;
  #target = "";
  #downs = 0;
  #downAt = 0;
  #ups = 0;
  readonly #trap: Trap;
  #pending: Pending[] = [];

  constructor(trap: Trap) {
    this.#trap = trap;
    this.rules = { ...rules, ...trap.rules };
    const opened = openMiner(this.rules, 1, 0);
    this.miner = opened.state;
    this.#later(5, () => this.#input({ type: "connected", now: this.now }));
    this.#later(6, () => {
      if (trap.prelude !== undefined) this.#toUs(trap.prelude);
      for (const output of opened.outputs) if (output.type === "send") this.#toUs(output.text);
    });
  }

  run(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      this.#pending.sort((a, b) => a.at - b.at);
      const next = this.#pending[0]?.at ?? Number.POSITIVE_INFINITY;
      const ours = wakeAt(DEFAULT_LIMITS, this.session) ?? Number.POSITIVE_INFINITY;
      const theirs = minerWakeAt(this.rules, this.miner) ?? Number.POSITIVE_INFINITY;
      const at = Math.min(next, ours, theirs);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      if (at === next) this.#pending.shift()?.run();
      else if (at === ours) this.#input({ type: "tick", now: this.now });
      else this.#miner({ type: "tick", now: this.now });
    }
    this.now = until;
    return this;
  }

  #later(ms: number, run: () => void): void {
    this.#pending.push({ at: this.now + ms, run });
  }

  /** None overtakes another. */
  #toUs(text: string): void {
    for (const segment of (this.#trap.down ?? WHOLE)(text, this.#downs++)) {
      this.#downAt = Math.max(this.#downAt, this.now) + segment.afterMs;
      this.#later(this.#downAt - this.now, () =>
        this.#input({ type: "text", text: segment.text, now: this.now }),
      );
    }
  }

  #input(input: SessionInput): void {
    const next = step(config, this.session, input);
    this.session = next.state;
    for (const output of next.outputs) {
      if (output.type === "send") this.#toPool(output.text);
      else if (output.type === "drop") {
        this.dropped = { at: this.now, code: output.code, detail: output.detail };
      } else if (output.event.type === "job") {
        const { prefix, target, to } = output.event;
        this.#target = target;
        let nonce = 0;
        while (nonce <= to && sha1(`${prefix}${nonce}`) !== target) nonce++;
        this.#later(1000, () => {
          if (this.dropped !== null) return;
          this.submitted++;
          this.#input({ type: "submit", share: { nonce, hashrateHs: 200 }, now: this.now });
        });
      } else if (output.event.type === "up" || output.event.type === "verdict") {
        if (output.event.type === "verdict") {
          this.verdicts.push({ verdict: output.event.verdict, target: this.#target });
        }
        this.#later(1, () => this.#input({ type: "request", iot: "", now: this.now }));
      }
    }
  }

  #toPool(text: string): void {
    let ms = 0;
    for (const segment of (this.#trap.up ?? WHOLE)(text, this.#ups++)) {
      ms += segment.afterMs;
      this.#later(ms, () =>
        this.#miner({
          type: "message",
          text: segment.text,
          head: HEAD,
          crowded: false,
          now: this.now,
        }),
      );
    }
  }

  #miner(input: Parameters<typeof stepMiner>[2]): void {
    const next = stepMiner(this.rules, this.miner, input);
    this.miner = next.state;
    for (const output of next.outputs) {
      if (output.type === "send") this.#toUs(output.text);
      if (output.type === "share") this.shares.push(output.share);
      if (output.type === "end") {
        this.#later(5, () =>
          this.#input({ type: "ended", code: "closed", detail: "the pool hung up", now: this.now }),
        );
      }
    }
  }
}

/** Whatever was told to the owner, the pool said of that very job. */
function expectInStep({ verdicts, shares, submitted }: Replay): void {
  expect(verdicts).toEqual(
    shares.slice(0, verdicts.length).map(({ verdict, target }) => ({ verdict, target })),
  );
  expect(shares.length).toBeLessThanOrEqual(submitted);
}

describe("goes on as if nothing were:", () => {
  const cut =
    (at: number): Network =>
    (text) => [
      { text: text.slice(0, at), afterMs: 5 },
      { text: text.slice(at), afterMs: 400 },
    ];
  const harmless: [string, Trap][] = [
    ["nothing is", {}],
    ["replies that come byte by byte", { down: BYTES }],
    ...[1, 2, 41, 82, 83, 84].map((at): [string, Trap] => [
      `replies cut after ${at}`,
      { down: cut(at) },
    ]),
    ["a banner without a newline", { rules: { banner: "3.0" } }],
    ["a MOTD without a newline, glued to the banner", { rules: { banner: "3.0\nhello from ref" } }],
    ["a MOTD of several lines", { rules: { banner: "3.0\nhello\nworld\n" } }],
    [
      "a MOTD without a newline, glued to the first job",
      { rules: { banner: "3.0\nhello, you" }, down: cut(4) },
    ],
  ];
  it.each(harmless)("%s", (_, trap) => {
    const replay = new Replay(trap).run(60_000);
    expectInStep(replay);
    expect(replay.dropped).toBe(null);
    expect(replay.verdicts.length).toBeGreaterThan(20);
    expect(new Set(replay.verdicts.map(({ verdict }) => verdict))).toEqual(new Set(["accepted"]));
    expect(replay.submitted - replay.verdicts.length).toBeLessThanOrEqual(1);
  });
});

describe("is given up, in time, without a share called what it is not:", () => {
  const nth =
    (count: number, then: Network): Network =>
    (text, index) =>
      (index === count ? then : WHOLE)(text, index);
  const { bannerMs, jobReplyMs, verdictMs, idleMs, idleGraceMs } = DEFAULT_LIMITS;
  const halves: Network = (text) => [
    { text: text.slice(0, 2), afterMs: 5 },
    { text: text.slice(2), afterMs: 5 },
  ];
  const table: [string, Trap, string, number, number][] = [
    // what, trap, code, the longest that it may take, verdicts before it
    ["a pool that accepts and says nothing", { down: LOST }, "timeout", bannerMs + 10, 0],
    ["a JOB that the pool swallows", { up: nth(0, LOST) }, "timeout", jobReplyMs + 50, 0],
    ["a later JOB that the pool swallows", { up: nth(4, LOST) }, "timeout", 2200 + jobReplyMs, 2],
    ["a job reply that is lost", { down: nth(1, LOST) }, "timeout", jobReplyMs + 50, 0],
    ["a result that is lost", { up: nth(1, LOST) }, "timeout", 1200 + verdictMs, 0],
    ["a verdict that is lost", { down: nth(2, LOST) }, "timeout", 1200 + verdictMs, 0],
    [
      "a path that dies half open",
      { up: (text, index) => (index < 4 ? WHOLE : LOST)(text, index) },
      "timeout",
      2200 + jobReplyMs,
      2,
    ],
    [
      "a result cut in two on its way: off by one from there",
      { up: nth(1, halves) },
      "desync",
      4000,
      0,
    ],
    ["a verdict that nobody asked for", { prelude: "GOOD\n" }, "desync", 100, 0],
    [
      "a second job beside the first",
      { down: nth(1, (text) => [{ text: text + text, afterMs: 5 }]) },
      "desync",
      100,
      0,
    ],
    [
      "a flood without a line end",
      { down: nth(1, () => [{ text: "x".repeat(5000), afterMs: 5 }]) },
      "nonsense",
      100,
      0,
    ],
  ];
  it.each(table)("%s", (_, trap, code, limitMs, good) => {
    const replay = new Replay(trap).run(idleMs + idleGraceMs + 10_000);
    expect(replay.dropped).toMatchObject({ code });
    expect(replay.dropped?.at).toBeLessThanOrEqual(limitMs);
    const accepted = replay.verdicts.filter(({ verdict }) => verdict === "accepted");
    expect(accepted).toHaveLength(good);
    // None is called accepted that the pool did not accept; at most the last one is unknown.
    const atPool = replay.shares.filter(({ verdict }) => verdict === "accepted");
    expect(atPool.length - accepted.length).toBeLessThanOrEqual(1);
    expect(accepted.every(({ target }) => atPool.some((share) => share.target === target))).toBe(
      true,
    );
  });

  it("a job that is hashed past the pool's patience: its connection ends, and is not held half open", () => {
    const replay = new Replay({});
    replay.run(30);
    expect(replay.session.phase).toBe("working");
    // Nobody hands anything in.
    let { session } = replay;
    const due = wakeAt(DEFAULT_LIMITS, session) as number;
    expect(due).toBeLessThanOrEqual(30 + idleMs + idleGraceMs);
    session = step(config, session, { type: "tick", now: due }).state;
    expect(session.phase).toBe("dropped");
  });
});
