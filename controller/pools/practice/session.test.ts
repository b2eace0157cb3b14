import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PUBLIC_TIERS } from "./difficulty.ts";
import {
  type MinerOutput,
  type MinerState,
  minerWakeAt,
  openMiner,
  type PoolRules,
  stepMiner,
} from "./session.ts";

const sha1 = (text: string) => createHash("sha1").update(text).digest("hex");
const HEAD = sha1("head");

const rules: PoolRules = {
  motd: "hello from ref",
  tiers: PUBLIC_TIERS,
  startDifficulty: 3,
  minDifficulty: 2,
  expectedShareMs: 1000,
  blockOdds: 1e6,
  banner: "3.0\n",
  wrong: 0,
  wrongReason: "Incorrect result",
  firstJobMs: 30_000,
  idleMs: 90_000,
  sha1,
};

/** A miner at the desk, without a socket. */
class Miner {
  state: MinerState;
  outputs: readonly MinerOutput[];
  readonly rules: PoolRules;
  now = 0;

  constructor(change: Partial<PoolRules> = {}) {
    this.rules = { ...rules, ...change };
    ({ state: this.state, outputs: this.outputs } = openMiner(this.rules, 1, this.now));
  }

  say(text: string, crowded = false): string {
    this.now += 100;
    const input = { type: "message", text, head: HEAD, crowded, now: this.now } as const;
    ({ state: this.state, outputs: this.outputs } = stepMiner(this.rules, this.state, input));
    return this.heard();
  }

  tick(ms: number): string {
    this.now += ms;
    const input = { type: "tick", now: this.now } as const;
    ({ state: this.state, outputs: this.outputs } = stepMiner(this.rules, this.state, input));
    return this.heard();
  }

  heard(): string {
    return this.outputs
      .map((output) => (output.type === "send" ? output.text : `<${output.type}>`))
      .join("");
  }

  nonce(): number {
    const job = this.state.job;
    if (job === null) throw new Error("no job");
    for (let n = 0; n <= 100 * job.difficulty; n++) {
      if (sha1(`${job.prefix}${n}`) === job.target) return n;
    }
    throw new Error("no nonce in range");
  }

  /** Asks, solves, and hands in. */
  mine(rate = "1000"): string {
    if (this.state.job === null) this.say("JOB,Ada,LOW,None");
    return this.say(`${this.nonce()},${rate},soft 1.0,den,,7`);
  }
}

describe("the first message", () => {
  it("is answered as by the node", () => {
    expect(new Miner().heard()).toBe("3.0\n");
    expect(new Miner().say("MOTD")).toBe("hello from ref");
    expect(new Miner().say("PING")).toBe("");
    expect(new Miner().say("JOB,,LOW")).toBe("BAD,No username specified\n<end>");
    expect(new Miner().say("JOB,1,2,3,4,5,6")).toBe("BAD,Incorrect data\n<end>");
    expect(new Miner().say("JOB,Ada,LOW")).toMatch(
      new RegExp(`^<joined>${HEAD},[0-9a-f]{40},3\\n$`),
    );
  });

  it.each([
    ["LOW", null, 7500],
    ["EXTREME", null, 950_000],
    ["AVR", null, 6],
    ["AVR", 3, 6],
    ["LOW", 3, 3],
    ["what", null, 100_000],
    ["", 3, 3],
  ])("asks for tier %j and, start %j, gets difficulty %d", (tier, startDifficulty, difficulty) => {
    const miner = new Miner({ startDifficulty });
    expect(miner.say(`JOB,Ada,${tier}`)).toContain(`,${difficulty}\n`);
  });
});

describe("a share", () => {
  it("is verified", () => {
    const miner = new Miner();
    expect(miner.mine()).toBe("<share>GOOD\n");
    const [share] = miner.outputs;
    expect(share).toMatchObject({
      share: {
        user: "Ada",
        rig: "den",
        software: "soft 1.0",
        verdict: "accepted",
        block: false,
        reason: null,
        difficulty: 3,
        hashes: 150,
        hashrateHs: 1000,
        shareMs: 100,
      },
    });
  });

  it.each([
    ["0,1000,s,r", false, "Incorrect result"],
    ["x,1000,s,r", false, "Incorrect result"],
    ["N,0,s,r", false, "Invalid data"],
    ["N,-5,s,r", false, "Invalid data"],
    ["N,1000,s,r", true, "Too many workers"],
  ])("%j (crowded: %j) is BAD,%s", (text, crowded, reason) => {
    const miner = new Miner();
    miner.say("JOB,Ada,LOW");
    const answer = miner.say(text.replace("N", String(miner.nonce())), crowded);
    expect(answer).toBe(`<share>BAD,${reason}\n`);
    expect(miner.outputs[0]).toMatchObject({ share: { verdict: "rejected", reason, hashes: 0 } });
    expect(miner.mine()).toBe("<share>GOOD\n");
  });

  it("may be a bare nonce", () => {
    const miner = new Miner();
    miner.say("JOB,Ada,LOW");
    expect(miner.say(`${miner.nonce()}`)).toBe("<share>GOOD\n");
  });

  it("may be a block", () => {
    expect(new Miner({ blockOdds: 1 }).mine()).toBe("<share>BLOCK\n");
  });

  it("is followed by the next request, whatever that says", () => {
    const miner = new Miner();
    miner.mine();
    expect(miner.say("BLA")).toMatch(/,3\n$/);
  });
});

describe("the framing traps of the node", () => {
  it("swallows a request that came with a result", () => {
    const miner = new Miner();
    miner.say("JOB,Ada,LOW");
    expect(miner.say(`${miner.nonce()},1000,s,r,,7\nJOB,Ada,LOW\n`)).toBe("<share>GOOD\n");
    expect(miner.state.phase).toBe("answered");
  });

  it("is off by one for good once a result was split", () => {
    const miner = new Miner();
    miner.say("JOB,Ada,LOW");
    const result = `${miner.nonce()},1000,s,r,,7`;
    expect(miner.say("9999")).toBe("<share>BAD,Incorrect result\n");
    expect(miner.say(result.slice(4))).toMatch(/,3\n$/);
    expect(miner.say("JOB,Ada,LOW")).toBe("<share>BAD,Incorrect result\n");
  });
});

describe("the difficulty", () => {
  it("follows the reported rate after the 4th share", () => {
    const miner = new Miner();
    for (let i = 0; i < 3; i++) miner.mine("1000");
    expect(miner.state.difficulty).toBe(3);
    miner.mine("1000");
    expect(miner.state.difficulty).toBe(20);
    miner.mine("1100");
    expect(miner.state.difficulty).toBe(20);
    miner.mine("2000");
    expect(miner.state.difficulty).toBe(40);
    miner.mine("1");
    expect(miner.state.difficulty).toBe(2);
  });

  it("stays without a rate, and in the tiers of microcontrollers", () => {
    const silent = new Miner();
    for (let i = 0; i < 6; i++) silent.mine("");
    expect(silent.state).toMatchObject({ accepted: 6, difficulty: 3 });
    const avr = new Miner();
    for (let i = 0; i < 6; i++) {
      avr.say("JOB,Ada,AVR");
      avr.mine("1000");
    }
    expect(avr.state).toMatchObject({ accepted: 6, difficulty: 6 });
  });
});

describe("another user", () => {
  it("ends the connection without a word", () => {
    const miner = new Miner();
    miner.mine();
    expect(miner.say("JOB,Eve,LOW,None")).toBe("<end>");
    expect(miner.say("JOB,Ada,LOW,None")).toBe("");
  });

  it("is none where a result stands, or no JOB", () => {
    const miner = new Miner();
    miner.say("JOB,Ada,LOW");
    expect(miner.say("JOB,Eve,LOW")).toBe("<share>BAD,Incorrect result\n");
    expect(miner.say("PING,Eve")).toMatch(/,3\n$/);
  });
});

describe("silence", () => {
  it("is all that does not ask for a job, in the first 30 s", () => {
    const miner = new Miner();
    miner.tick(20_000);
    miner.say("MOTD");
    miner.say("PING");
    expect(minerWakeAt(rules, miner.state)).toBe(30_000);
    expect(miner.tick(9_800)).toBe("<end>");
  });

  it("ends a connection 30 s after the greeting, and 90 s after the last word from the first job on", () => {
    const miner = new Miner();
    expect(minerWakeAt(rules, miner.state)).toBe(30_000);
    expect(miner.tick(29_999)).toBe("");
    expect(miner.tick(1)).toBe("<end>");
    expect(minerWakeAt(rules, miner.state)).toBeNull();
    expect(miner.say("JOB,Ada,LOW")).toBe("");

    const worker = new Miner();
    worker.say("JOB,Ada,LOW");
    expect(minerWakeAt(rules, worker.state)).toBe(100 + 90_000);
    expect(worker.tick(89_999)).toBe("");
    expect(worker.mine()).toBe("<share>GOOD\n");
    expect(worker.tick(90_000)).toBe("<end>");
  });
});

it("never throws and always answers a result, whatever it is told", () => {
  const message = fc.oneof(
    fc.constantFrom("JOB,Ada,LOW", "JOB,Ada,LOW,None\n", "MOTD", "12,1000,s,r,,7", "JOB", ","),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      const miner = new Miner();
      for (const text of messages) {
        const working = miner.state.job !== null;
        const answer = miner.say(text);
        if (working) expect(answer).toMatch(/^<share>(GOOD|BLOCK|BAD,[A-Za-z ]+)\n$/);
      }
    }),
  );
});

describe("a pool that is unjust", () => {
  it("calls right shares wrong, as often as it is told to", () => {
    expect(new Miner({ wrong: 1 }).mine()).toBe("<share>BAD,Incorrect result\n");
    const miner = new Miner({ wrong: 0.5 });
    const verdicts = new Set(Array.from({ length: 40 }, () => miner.mine()));
    expect(verdicts).toEqual(new Set(["<share>BAD,Incorrect result\n", "<share>GOOD\n"]));
    const bans = new Miner({ wrong: 1, wrongReason: "User banned" });
    expect(bans.mine()).toBe("<share>BAD,User banned\n");
  });

  it("greets as it is told to", () => {
    expect(new Miner({ banner: "2.5" }).heard()).toBe("2.5");
  });
});
