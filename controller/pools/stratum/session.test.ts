import { describe, expect, it } from "vitest";
import { solves } from "../../../zero-agent/kernels/reference.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionOutput,
  type SessionState,
} from "./session-state.ts";
import VECTORS from "./vectors.json" with { type: "json" };

const SLUSH = VECTORS.find(({ name }) => name === "slush-bf");
if (SLUSH === undefined) throw new Error("no such vector");
const NOTIFY = SLUSH.notify;
const NONCE = Number.parseInt(SLUSH.nonce, 16);

const CONFIG: SessionConfig = {
  host: "pool.example.com",
  port: 3333,
  user: "me",
  password: "x",
  algorithm: "sha256d",
  agent: "zerorig/1.0",
  suggestDifficulty: null,
  rollsVersion: false,
  name: "1",
  limits: DEFAULT_LIMITS,
};

type Bare<I> = I extends unknown ? Omit<I, "now"> : never;

class Drive {
  readonly config: SessionConfig;
  state: SessionState = openSession(1000);
  now = 1000;

  constructor(config: Partial<SessionConfig> = {}) {
    this.config = { ...CONFIG, ...config };
  }

  step(input: Bare<SessionInput>): readonly SessionOutput[] {
    const full = { ...input, now: this.now } as SessionInput;
    const { state, outputs } = step(this.config, this.state, full);
    this.state = state;
    return outputs;
  }

  say(message: object): readonly SessionOutput[] {
    return this.step({ type: "text", text: `${JSON.stringify(message)}\n` });
  }

  call(method: string, params: unknown, id: unknown = null): readonly SessionOutput[] {
    return this.say({ id, method, params });
  }

  notify(changes: Readonly<Record<number, unknown>> = {}): readonly SessionOutput[] {
    return this.call(
      "mining.notify",
      NOTIFY.map((value, index) => (index in changes ? changes[index] : value)),
    );
  }

  subscribed(size = 4): readonly SessionOutput[] {
    this.step({ type: "connected" });
    return this.say({ id: 1, result: [[["mining.notify", "s"]], "08000002", size], error: null });
  }

  authorized(size = 4): readonly SessionOutput[] {
    this.subscribed(size);
    return this.say({ id: 2, result: true, error: null });
  }

  /** Up, with the work of the vector. */
  mining(size = 4): this {
    this.authorized(size);
    this.notify();
    return this;
  }

  ask(seat = "p1", rateHs = 100_000) {
    const job = events(this.step({ type: "ask", seat, rateHs })).find(({ type }) => type === "job");
    if (job?.type !== "job") throw new Error("no job");
    return job;
  }

  pass(ms: number): readonly SessionOutput[] {
    this.now += ms;
    return this.step({ type: "tick" });
  }
}

function events(outputs: readonly SessionOutput[]) {
  return outputs.flatMap((output) => (output.type === "event" ? [output.event] : []));
}

function workOf(clean: boolean) {
  return { type: "work", clean, work: expect.anything() };
}

function sent(outputs: readonly SessionOutput[]): unknown[] {
  return outputs.flatMap((output) => (output.type === "send" ? [JSON.parse(output.text)] : []));
}

describe("the beginning", () => {
  it("subscribes, authorizes, and asks last for what not every pool knows", () => {
    const drive = new Drive({ suggestDifficulty: 0.001, rollsVersion: true });
    expect(sent(drive.step({ type: "connected" }))).toEqual([
      { id: 1, method: "mining.subscribe", params: ["zerorig/1.0"] },
    ]);
    expect(drive.step({ type: "connected" })).toEqual([]);
    const reply = { id: 1, result: [[["mining.notify", "s"]], "08000002", 4], error: null };
    expect(sent(drive.say(reply))).toEqual([
      { id: 2, method: "mining.authorize", params: ["me", "x"] },
    ]);
    expect(sent(drive.say({ id: 2, result: true, error: null }))).toEqual([
      { id: 3, method: "mining.extranonce.subscribe", params: [] },
      { id: 4, method: "mining.suggest_difficulty", params: [0.001] },
      {
        id: 5,
        method: "mining.configure",
        params: [
          ["version-rolling"],
          { "version-rolling.mask": "1fffe000", "version-rolling.min-bit-count": 0 },
        ],
      },
    ]);
    expect(events(drive.notify())).toEqual([
      { type: "work", clean: true, work: drive.state.work },
      { type: "up" },
    ]);
  });

  it("takes work and a difficulty that come before the authorization", () => {
    const drive = new Drive();
    expect(drive.notify()).toEqual([]);
    drive.subscribed();
    drive.call("mining.set_difficulty", [0.5]);
    expect(events(drive.notify())).toEqual([workOf(true)]);
    expect(drive.step({ type: "ask", seat: "p1", rateHs: 0 })).toEqual([]);
    const up = drive.say({ id: 2, result: true });
    expect(events(up)).toMatchObject([
      { type: "up" },
      { type: "job", seat: "p1", difficulty: 0.5 },
    ]);
  });

  it.each([
    ["no extranonce", { id: 1, result: [[]], error: null }, "nonsense"],
    ["a refusal", { id: 1, result: null, error: [20, "full", null] }, "denied"],
    ["what is no JSON", "HTTP/1.1 400 Bad Request", "nonsense"],
  ])("ends at %s", (_, reply, code) => {
    const drive = new Drive();
    drive.step({ type: "connected" });
    const text = typeof reply === "string" ? reply : JSON.stringify(reply);
    expect(drive.step({ type: "text", text: `${text}\n` })).toMatchObject([{ type: "drop", code }]);
    expect(drive.step({ type: "text", text: "{}\n" })).toEqual([]);
    expect(wakeAt(drive.config, drive.state)).toBeNull();
  });

  it("takes nothing for an answer but what has the number of the question", () => {
    const drive = new Drive();
    drive.step({ type: "connected" });
    const reply = { result: [[["mining.notify", "s"]], "08000002", 4], error: null };
    expect(drive.say({ id: 2, ...reply })).toEqual([]);
    expect(sent(drive.say({ id: 1, ...reply }))).toMatchObject([{ id: 2 }]);
    expect(drive.say({ id: 1, ...reply })).toEqual([]);
    expect(drive.say({ id: 3, result: true, error: null })).toEqual([]);
    expect(drive.state.phase).toBe("authorizing");
    drive.say({ id: 2, result: true, error: null });
    drive.notify();
    // Said once more when all is settled, it is nothing.
    expect(drive.say({ id: 1, ...reply })).toEqual([]);
    expect(drive.say({ id: 2, result: false, error: null })).toEqual([]);
    expect(drive.state.phase).toBe("mining");
  });

  it("stays away for long where the pool does not know us", () => {
    const drive = new Drive();
    drive.subscribed();
    expect(drive.say({ id: 2, result: false, error: null })).toMatchObject([
      { type: "drop", code: "denied", retryMs: DEFAULT_LIMITS.deniedMs },
    ]);
  });
});

describe("patience", () => {
  it.each([
    ["a connection", () => new Drive(), DEFAULT_LIMITS.connectMs, "no connection"],
    [
      "the subscription",
      () => {
        const drive = new Drive();
        drive.step({ type: "connected" });
        return drive;
      },
      DEFAULT_LIMITS.answerMs,
      "no answer to the subscription",
    ],
    [
      "the authorization",
      () => {
        const drive = new Drive();
        drive.subscribed();
        return drive;
      },
      DEFAULT_LIMITS.answerMs,
      "no answer to the authorization",
    ],
    [
      "the first work",
      () => {
        const drive = new Drive();
        drive.authorized();
        return drive;
      },
      DEFAULT_LIMITS.workAgeMs,
      "no new work for 90 s",
    ],
    ["more work", () => new Drive().mining(), DEFAULT_LIMITS.workAgeMs, "no new work for 90 s"],
  ])("with %s ends", (_, make, limitMs, detail) => {
    const drive = make();
    expect(wakeAt(drive.config, drive.state)).toBe(drive.now + limitMs);
    expect(drive.pass(limitMs - 1)).toEqual([]);
    // What is said meanwhile is no work.
    drive.call("client.show_message", ["we are well"]);
    expect(drive.pass(1)).toMatchObject([{ type: "drop", code: "timeout", detail }]);
  });

  it("with the answer begins when there is a connection", () => {
    const drive = new Drive();
    drive.now += 9000;
    drive.step({ type: "connected" });
    expect(wakeAt(drive.config, drive.state)).toBe(drive.now + DEFAULT_LIMITS.answerMs);
  });

  it("with work begins when we are let in, or with the work that came before", () => {
    const late = new Drive();
    late.subscribed();
    late.now += 5000;
    late.say({ id: 2, result: true, error: null });
    expect(wakeAt(late.config, late.state)).toBe(late.now + DEFAULT_LIMITS.workAgeMs);
    const early = new Drive();
    early.subscribed();
    early.notify();
    early.now += 5000;
    early.say({ id: 2, result: true, error: null });
    expect(wakeAt(early.config, early.state)).toBe(early.now - 5000 + DEFAULT_LIMITS.workAgeMs);
  });

  it("begins anew with each work", () => {
    const drive = new Drive().mining();
    drive.pass(80_000);
    drive.notify({ 0: "c0", 8: false });
    expect(drive.pass(80_000)).toEqual([]);
  });

  it("with a verdict ends", () => {
    const drive = new Drive().mining();
    const { ref } = drive.ask();
    drive.step({ type: "submit", seat: "p1", ref, nonce: 1 });
    expect(drive.pass(DEFAULT_LIMITS.verdictMs)).toMatchObject([
      { type: "drop", code: "timeout", detail: "no verdict on a share" },
    ]);
  });

  it("ends with the socket", () => {
    const drive = new Drive().mining();
    expect(drive.step({ type: "ended", code: "closed", detail: "gone" })).toEqual([
      { type: "drop", code: "closed", detail: "gone" },
    ]);
  });
});

describe("work", () => {
  it("of the vector is given out as a header whose share solves it", () => {
    const drive = new Drive().mining();
    drive.ask("p2");
    const job = drive.ask("p1");
    // The vector's extranonce2 is the second of the connection.
    const header =
      SLUSH.header.slice(0, 136) + job.header.slice(136, 144) + SLUSH.header.slice(144, 152);
    expect(job.header).toBe(header);
    const rolled = { ...job, header: SLUSH.header.slice(0, 152), algorithm: "sha256d" } as const;
    expect(solves({ ...rolled, target: job.poolTarget }, NONCE)).toBe(true);
    expect(job).toMatchObject({ seat: "p1", ref: "1.2", difficulty: 1 });
    expect(solves(rolled, NONCE)).toBe(true);
    expect(solves(rolled, NONCE + 1)).toBe(false);
  });

  it("is a space of its own each time", () => {
    const drive = new Drive().mining();
    const headers = ["p1", "p2", "p1", "p1", "p2"].map((seat) => drive.ask(seat).header);
    expect(new Set(headers).size).toBe(5);
  });

  it("ends where the space does, and goes on with work that is other", () => {
    const drive = new Drive().mining(1);
    for (let index = 0; index < 256; index++) drive.ask();
    expect(drive.step({ type: "ask", seat: "p1", rateHs: 0 })).toEqual([]);
    // The same once more makes the same headers.
    expect(events(drive.notify({ 0: "c0", 8: false }))).toEqual([workOf(false)]);
    const later = drive.notify({ 0: "c1", 7: "504e86ba", 8: false });
    expect(events(later)).toMatchObject([{ type: "work" }, { type: "job", seat: "p1" }]);
    for (let index = 0; index < 255; index++) drive.ask();
    expect(drive.step({ type: "ask", seat: "p2", rateHs: 0 })).toEqual([]);
    const branch = drive.notify({ 0: "c2", 4: ["00".repeat(32)], 7: "504e86ba", 8: false });
    expect(events(branch)).toMatchObject([{ type: "work" }, { type: "job", seat: "p2" }]);
  });

  it("leaves to miners behind the rig what is theirs, to the last piece", () => {
    const drive = new Drive({ isShared: true }).mining(4);
    const handed = () => {
      const { ref } = drive.ask();
      const [share] = sent(drive.step({ type: "submit", seat: "p1", ref, nonce: 1 }));
      return (share as { params: string[] }).params[2];
    };
    expect([handed(), handed()]).toEqual(["00000000", "00000001"]);
    drive.state = { ...drive.state, spaceAt: 65_535 };
    expect(handed()).toBe("0000ffff");
    expect(events(drive.step({ type: "ask", seat: "p1", rateHs: 0 }))).toEqual([]);
    const [, job] = events(drive.notify({ 0: "c0", 4: ["00".repeat(32)], 8: false }));
    expect(job).toMatchObject({ type: "job" });
  });

  it("takes a new difficulty and a new extranonce from the next work on", () => {
    const drive = new Drive().mining();
    const before = drive.ask();
    drive.call("mining.set_difficulty", [0.25]);
    drive.call("mining.set_extranonce", ["ff", 2]);
    expect(drive.ask()).toMatchObject({ difficulty: 1, poolTarget: before.poolTarget });
    drive.notify({ 0: "c0", 8: false });
    const after = drive.ask();
    expect(after.difficulty).toBe(0.25);
    drive.step({ type: "submit", seat: "p1", ref: after.ref, nonce: 5 });
    expect(drive.state.work?.extranonce).toEqual({ prefix: "ff", size: 2 });
  });

  it("that is clean, or of another block, voids what was given out", () => {
    const drive = new Drive().mining();
    drive.ask("p1");
    drive.ask("p2");
    expect(events(drive.notify({ 0: "c0", 8: false }))).toEqual([workOf(false)]);
    const clean = [{ type: "void", seat: "p1" }, { type: "void", seat: "p2" }, workOf(true)];
    expect(events(drive.notify({ 0: "c1", 8: true }))).toEqual(clean);
    drive.ask("p1");
    drive.ask("p2");
    expect(events(drive.notify({ 0: "c2", 1: "00".repeat(32), 8: false }))).toEqual(clean);
    expect(events(drive.notify({ 0: "c3", 1: "00".repeat(32) }))).toEqual([workOf(false)]);
  });
});

describe("a share", () => {
  function ready() {
    const drive = new Drive().mining();
    const job = drive.ask();
    drive.now += 10;
    const outputs = drive.step({ type: "submit", seat: "p1", ref: job.ref, nonce: 0xabc });
    return { drive, job, outputs };
  }

  it("is handed in under its own job, extranonce and time, and judged", () => {
    const { drive, outputs } = ready();
    expect(sent(outputs)).toEqual([
      {
        id: 4,
        method: "mining.submit",
        params: ["me", "bf", "00000000", "504e86b9", "00000abc"],
      },
    ]);
    drive.now += 40;
    expect(events(drive.say({ id: 4, result: true, error: null }))).toEqual([
      { type: "verdict", seat: "p1", verdict: "accepted", reason: null, pingMs: 40 },
    ]);
    expect(drive.say({ id: 4, result: true, error: null })).toEqual([]);
  });

  it("is judged for its own seat, however many are on their way", () => {
    const drive = new Drive().mining();
    const seats = ["p1", "p2", "p3"];
    const refs = seats.map((seat) => drive.ask(seat).ref);
    const ids = seats.map((seat, nonce) => {
      const [request] = sent(drive.step({ type: "submit", seat, ref: refs[nonce] ?? "", nonce }));
      return (request as { readonly id: number }).id;
    });
    expect(new Set(ids).size).toBe(3);
    const judge = (id: number | undefined, error: unknown) =>
      events(drive.say({ id, result: error === null, error }));
    expect(judge(ids[2], null)).toMatchObject([{ seat: "p3", verdict: "accepted" }]);
    expect(judge(ids[0], [23, "low", null])).toMatchObject([{ seat: "p1", verdict: "rejected" }]);
    // Its seat has left: a verdict that comes now must not be taken for that of its next share.
    drive.step({ type: "leave", seat: "p2" });
    expect(judge(ids[1], null)).toEqual([]);
  });

  it("that was found beside the pieces is handed in as it is, and judged for who handed it", () => {
    const drive = new Drive({ rollsVersion: true });
    const found = { jobId: "bf", extranonce2: "01000000", time: "504e86ba", nonce: 7 };
    const hand = { type: "hand", seat: "m1", found: { ...found, versionBits: null } } as const;
    expect(events(drive.step(hand))).toMatchObject([{ seat: "m1", reason: "stale: not sent" }]);
    drive.mining();
    const [share] = sent(drive.step(hand)) as { id: number; params: unknown }[];
    expect(share?.params).toEqual(["me", "bf", "01000000", "504e86ba", "00000007"]);
    expect(events(drive.say({ id: share?.id, result: true, error: null }))).toMatchObject([
      { type: "verdict", seat: "m1", verdict: "accepted" },
    ]);
    const [rolled] = sent(
      drive.step({ ...hand, found: { ...hand.found, versionBits: "00002000" } }),
    ) as { params: unknown }[];
    expect(rolled?.params).toContain("00002000");
  });

  it.each([
    [{ result: null, error: [21, "Job not found", null] }, "stale"],
    [{ result: null, error: [22, "dup", null] }, "duplicate"],
    [{ result: false, error: [23, "Above target"] }, "low difficulty"],
    [{ result: null, error: [20, "Invalid time", null] }, "Invalid time"],
    [{ result: false, error: null }, "no reason given"],
  ])("is rejected by %j", (reply, reason) => {
    const { drive } = ready();
    expect(events(drive.say({ id: "4", ...reply }))).toMatchObject([
      { type: "verdict", verdict: "rejected", reason },
    ]);
  });

  it.each([24, 25])("that is rejected with %d ends the session", (code) => {
    const { drive } = ready();
    expect(drive.say({ id: 4, result: null, error: [code, "who are you", null] })).toMatchObject([
      { type: "event", event: { type: "verdict", verdict: "rejected" } },
      { type: "drop", code: "desync", detail: "who are you" },
    ]);
  });

  it("is never handed in twice", () => {
    const { drive, job } = ready();
    const again = drive.step({ type: "submit", seat: "p1", ref: job.ref, nonce: 0xabc });
    expect(sent(again)).toEqual([]);
    expect(events(again)).toMatchObject([{ verdict: "rejected", reason: "stale: not sent" }]);
  });

  it.each<readonly [string, (drive: Drive) => void]>([
    ["work that was voided", (drive) => drive.notify({ 0: "c0", 8: true })],
    ["work that was given back", (drive) => drive.step({ type: "leave", seat: "p1" })],
    ["work that was replaced", (drive) => drive.ask()],
  ])("of %s is never handed in", (_, happens) => {
    const drive = new Drive().mining();
    const { ref } = drive.ask();
    happens(drive);
    const outputs = drive.step({ type: "submit", seat: "p1", ref, nonce: 1 });
    expect(sent(outputs)).toEqual([]);
    expect(events(outputs)).toMatchObject([{ verdict: "rejected", reason: "stale: not sent" }]);
  });

  it("of older work that still holds is handed in under the older job", () => {
    const drive = new Drive().mining();
    const { ref } = drive.ask();
    drive.notify({ 0: "c0", 8: false });
    const outputs = drive.step({ type: "submit", seat: "p1", ref, nonce: 1 });
    expect(sent(outputs)).toMatchObject([
      { params: ["me", "bf", "00000000", "504e86b9", "00000001"] },
    ]);
  });

  it("whose seat no longer waits for anything gives it nothing", () => {
    const drive = new Drive();
    drive.authorized();
    drive.step({ type: "ask", seat: "p1", rateHs: 0 });
    drive.step({ type: "leave", seat: "p1" });
    expect(events(drive.notify())).toEqual([workOf(true), { type: "up" }]);
  });
});

describe("free version bits", () => {
  const mask = { "version-rolling": true, "version-rolling.mask": "00006000" };

  it("widen a small space, and are told with each share", () => {
    const drive = new Drive({ rollsVersion: true });
    drive.authorized(1);
    drive.say({ id: 4, result: mask, error: null });
    drive.notify();
    const versions = Array.from({ length: 1024 }, () => drive.ask().header.slice(0, 8));
    expect([...new Set(versions)]).toEqual(["02000000", "02200000", "02400000", "02600000"]);
    const { given } = drive.state;
    const ref = given.get("p1")?.ref ?? "";
    const share = drive.step({ type: "submit", seat: "p1", ref, nonce: 1 });
    expect(sent(share)).toMatchObject([
      { params: ["me", "bf", "ff", "504e86b9", "00000001", "00006000"] },
    ]);
    expect(drive.step({ type: "ask", seat: "p1", rateHs: 0 })).toEqual([]);
  });

  it.each([
    ["are not agreed on", { id: 4, result: { "version-rolling": false }, error: null }],
    ["are refused", { id: 4, result: null, error: [20, "Not supported."] }],
    ["have no mask", { id: 4, result: { "version-rolling": true }, error: null }],
    ["are answered with nothing", { id: 4, result: "yes", error: null }],
  ])("that %s stay as they are", (_, reply) => {
    const drive = new Drive({ rollsVersion: true });
    drive.authorized(1);
    drive.say(reply);
    drive.notify();
    expect(drive.state.work?.mask).toBe(0);
  });

  it("may change, for those who asked", () => {
    const drive = new Drive({ rollsVersion: true });
    drive.authorized(1);
    drive.call("mining.set_version_mask", ["00002000"]);
    drive.notify();
    expect(drive.state.work?.mask).toBe(0x2000);
    const other = new Drive();
    other.authorized(1);
    other.call("mining.set_version_mask", ["00002000"]);
    other.notify();
    expect(other.state.work?.mask).toBe(0);
  });
});

describe("what the pool asks", () => {
  it("is answered", () => {
    const drive = new Drive().mining();
    expect(sent(drive.call("client.get_version", [], 9))).toEqual([
      { id: 9, result: "zerorig/1.0", error: null },
    ]);
    expect(sent(drive.call("mining.ping", [], "a"))).toEqual([
      { id: "a", result: "pong", error: null },
    ]);
    expect(sent(drive.call("mining.dance", [], 1))).toEqual([
      { id: 1, result: null, error: [20, "Not supported.", null] },
    ]);
    expect(drive.call("mining.dance", [])).toEqual([]);
    expect(events(drive.call("client.show_message", ["hi"]))).toEqual([
      { type: "note", text: "hi" },
    ]);
    expect(drive.step({ type: "text", text: "what?\n" })).toEqual([]);
  });

  it.each([
    ["the same host", [], { host: "pool.example.com", port: 3333 }, 0],
    ["another door", ["eu.example.com", 3334, 2], { host: "eu.example.com", port: 3334 }, 2000],
  ])("to go to %s is done", (_, params, redirect, retryMs) => {
    const drive = new Drive().mining();
    expect(drive.call("client.reconnect", params)).toMatchObject([
      { type: "drop", code: "closed", redirect, retryMs },
    ]);
  });

  it("to go to a stranger is not", () => {
    const drive = new Drive().mining();
    const outputs = drive.call("client.reconnect", ["pool.evil.org", 3333]);
    expect(events(outputs)).toMatchObject([{ type: "note" }]);
    expect(drive.state.phase).toBe("mining");
  });

  it("may come in pieces, and several at once", () => {
    const drive = new Drive().mining();
    const text = ["a", "b"]
      .map(
        (word) =>
          `${JSON.stringify({ id: null, method: "client.show_message", params: [word] })}\r\n`,
      )
      .join("");
    const cut = text.length - 7;
    expect(events(drive.step({ type: "text", text: text.slice(0, 9) }))).toEqual([]);
    expect(events(drive.step({ type: "text", text: text.slice(9, cut) }))).toEqual([
      { type: "note", text: "a" },
    ]);
    expect(events(drive.step({ type: "text", text: text.slice(cut) }))).toEqual([
      { type: "note", text: "b" },
    ]);
  });

  it("in a flood ends the session", () => {
    const drive = new Drive().mining();
    const text = `{"id":9,"method":"mining.ping"}\n${"x".repeat(70_000)}`;
    expect(drive.step({ type: "text", text })).toMatchObject([
      { type: "send" },
      { type: "drop", code: "nonsense" },
    ]);
  });

  it("after it is over goes unheard", () => {
    const drive = new Drive().mining();
    const text = '{"method":"client.reconnect"}\n{"id":9,"method":"mining.ping"}\n';
    expect(drive.step({ type: "text", text })).toMatchObject([{ type: "drop" }]);
  });
});
