import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { referenceKernel } from "../../../zero-agent/kernels/reference.ts";
import type { PoolEvent } from "../pool-event.ts";
import { PracticePool, type PracticePoolOptions } from "../practice/practice-pool.ts";
import { DuinoClient, type DuinoOptions } from "./client.ts";
import { socketFault } from "./socket-fault.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A client whose events can be waited for, in order. */
class Seat {
  readonly client: DuinoClient;
  readonly events: PoolEvent[] = [];
  /** Called with each event, within onEvent. */
  react: (event: PoolEvent) => void = () => {};
  #read = 0;
  #wake: () => void = () => {};

  constructor(options: Partial<DuinoOptions> & { port: number }) {
    this.client = new DuinoClient(
      {
        host: "127.0.0.1",
        user: "Ada",
        tier: "LOW",
        miningKey: null,
        rig: "zerorig-p1",
        group: 7,
        version: "0.1.0",
        ...options,
      },
      (event) => {
        this.events.push(event);
        this.react(event);
        this.#wake();
      },
    );
    cleanups.push(() => this.client.close());
  }

  async next<T extends PoolEvent["type"]>(type: T): Promise<Extract<PoolEvent, { type: T }>> {
    while (this.events.length === this.#read) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const event = this.events[this.#read];
    this.#read += 1;
    expect(event?.type).toBe(type);
    return event as Extract<PoolEvent, { type: T }>;
  }

  /** From idle to the next verdict. */
  async mine(nonceOff = 0): Promise<Extract<PoolEvent, { type: "verdict" }>> {
    this.client.requestJob();
    const job = await this.next("job");
    this.client.submit({ nonce: solve(job) + nonceOff, hashrateHs: 240_000 });
    return await this.next("verdict");
  }
}

function solve(job: { prefix: string; target: string; to: number }): number {
  const { nonce } = referenceKernel.search({ algorithm: "duco-s1", ...job }, 0, job.to, job.to + 1);
  if (nonce === null) throw new Error("no nonce in range");
  return nonce;
}

async function practicePool(options: Partial<PracticePoolOptions> = {}) {
  const pool = new PracticePool({ seed: 1, expectedShareMs: 5, startDifficulty: 10, ...options });
  const { port } = await pool.listen();
  cleanups.push(() => pool.close());
  return { pool, port };
}

/** A server that does what the test says. */
async function server(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listener: Server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true).setEncoding("latin1"));
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listener.close(resolve));
  });
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const PREFIX = "ba29a15896fd2d792d5c4b60668bf2b9feebc51d";
const TARGET = "d0beba883d7e8cd119ea2b0e09b78f60f29e0968";
const JOB = `${PREFIX},${TARGET},10\n`;
/** Of the official miners' self-test. */
const NONCE = 50;

describe("a seat at the practice pool", () => {
  it("mines, also from within its events, and both sides count the same", async () => {
    const { pool, port } = await practicePool();
    const seat = new Seat({ port });
    const done = new Promise<void>((resolve) => {
      let verdicts = 0;
      seat.react = (event) => {
        if (event.type === "up") seat.client.requestJob();
        if (event.type === "job") {
          seat.client.submit({ nonce: solve(event), hashrateHs: 50_000 });
        }
        if (event.type === "verdict" && ++verdicts < 20) seat.client.requestJob();
        if (event.type === "verdict" && verdicts === 20) resolve();
      };
    });
    seat.client.connect();
    await done;
    const verdicts = seat.events.filter((event) => event.type === "verdict");
    expect(verdicts.every((event) => event.verdict === "accepted")).toBe(true);
    expect(verdicts.every((event) => event.pingMs >= 0 && event.pingMs < 5000)).toBe(true);
    const { totals, users } = pool.stats();
    expect(totals).toMatchObject({ accepted: 20, rejected: 0, connections: 1 });
    expect(users["Ada"]?.rigs["zerorig-p1"]).toMatchObject({ accepted: 20, connections: 1 });
  });

  it("searches up to 100 x difficulty", async () => {
    const { port } = await practicePool({ startDifficulty: 12 });
    const seat = new Seat({ port });
    seat.client.connect();
    expect(await seat.next("up")).toEqual({ type: "up", server: "3.0" });
    seat.client.requestJob();
    expect(await seat.next("job")).toMatchObject({ difficulty: 12, to: 1200 });
  });

  it("tells of a wrong nonce, and goes down after the second in a row", async () => {
    const { pool, port } = await practicePool();
    const seat = new Seat({ port });
    seat.client.connect();
    await seat.next("up");
    expect(await seat.mine(1)).toMatchObject({ verdict: "rejected", reason: "Incorrect result" });
    expect(await seat.mine()).toMatchObject({ verdict: "accepted", reason: null });
    expect(await seat.mine(1)).toMatchObject({ verdict: "rejected" });
    expect(await seat.mine(1)).toMatchObject({ verdict: "rejected" });
    expect(await seat.next("down")).toMatchObject({ code: "desync" });
    expect(pool.stats().totals).toMatchObject({ accepted: 1, rejected: 3 });
  });

  it("passes on why the pool gives no work", async () => {
    const { port } = await practicePool();
    const seat = new Seat({ port, user: "" });
    seat.client.connect();
    await seat.next("up");
    seat.client.requestJob();
    expect(await seat.next("refused")).toMatchObject({ reason: "No username specified" });
    expect(await seat.next("down")).toMatchObject({ code: "denied" });
  });

  it.each([
    ["k3y-of-Ada", "(hidden) x for Ada"],
    ["Ada", "Ada x for Ada"],
  ])("passes its words on without the mining key: %s", async (miningKey, words) => {
    const said = ["3.0\n", JOB, `BAD,${miningKey} x for Ada\n`, `BAD,${miningKey} x for Ada\n`];
    const port = await server((socket) => {
      const say = () => socket.write(said.shift() ?? "\n");
      say();
      socket.on("data", say);
    });
    const seat = new Seat({ port, miningKey });
    seat.client.connect();
    await seat.next("up");
    seat.client.requestJob();
    await seat.next("job");
    seat.client.submit({ nonce: NONCE, hashrateHs: 1 });
    expect(await seat.next("verdict")).toMatchObject({ reason: words });
    seat.client.requestJob();
    expect(await seat.next("refused")).toEqual({ type: "refused", reason: words });
    expect(await seat.next("down")).toMatchObject({ code: "denied", detail: words });
  });

  it("goes down once when the pool does, and may connect again at once", async () => {
    const { pool, port } = await practicePool();
    const seat = new Seat({ port });
    seat.client.connect();
    await seat.next("up");
    await seat.mine();
    await pool.close();
    expect(await seat.next("down")).toMatchObject({ code: "closed" });
    const other = await practicePool({ port });
    seat.client.connect();
    await seat.next("up");
    await seat.mine();
    await other.pool.close();
    await seat.next("down");
    expect(seat.events.filter((event) => event.type === "down")).toHaveLength(2);
  });
});

describe("an owner out of turn", () => {
  it("is told so", async () => {
    const { port } = await practicePool();
    const seat = new Seat({ port });
    const share = { nonce: 1, hashrateHs: 1 };
    expect(() => seat.client.requestJob()).toThrow("requestJob: this seat is not connected");
    expect(() => seat.client.submit(share)).toThrow("submit: this seat is not connected");
    seat.client.connect();
    expect(() => seat.client.connect()).toThrow("connected already");
    expect(() => seat.client.requestJob()).toThrow("the seat is connecting, not idle");
    await seat.next("up");
    expect(() => seat.client.submit(share)).toThrow("the seat is idle, not working");
    seat.client.requestJob();
    expect(() => seat.client.requestJob()).toThrow("the seat is requested, not idle");
    await seat.next("job");
    seat.client.submit(share);
    expect(() => seat.client.submit(share)).toThrow("the seat is submitted, not working");
  });

  it("is not blamed for an end that it cannot know of yet", async () => {
    const port = await server((socket) => socket.write("3.0\nGOOD\n"));
    const seat = new Seat({ port });
    seat.react = (event) => {
      if (event.type === "up") seat.client.requestJob();
    };
    seat.client.connect();
    await seat.next("up");
    expect(await seat.next("down")).toMatchObject({ code: "desync" });
  });

  it("learns of a port that is none", () => {
    const seat = new Seat({ port: 70_000 });
    expect(() => seat.client.connect()).toThrow(RangeError);
    expect(() => seat.client.connect()).toThrow(RangeError);
  });

  it("may close at any time, and hears of it once, later", async () => {
    const { port } = await practicePool();
    const seat = new Seat({ port });
    seat.client.close();
    seat.client.connect();
    seat.client.close();
    seat.client.close();
    seat.client.requestJob();
    expect(seat.events).toEqual([]);
    expect(await seat.next("down")).toMatchObject({ code: "stopped" });
    seat.client.connect();
    await seat.next("up");
    seat.client.close();
    expect(await seat.next("down")).toMatchObject({ code: "stopped" });
    seat.client.close();
    expect(seat.events).toHaveLength(3);
  });
});

describe("a pool that is none", () => {
  it("refuses", async () => {
    const { pool, port } = await practicePool();
    await pool.close();
    const seat = new Seat({ port });
    seat.client.connect();
    expect(seat.events).toEqual([]);
    expect(await seat.next("down")).toMatchObject({ code: "refused" });
    seat.client.connect();
    expect(await seat.next("down")).toMatchObject({ code: "refused" });
  });

  it("speaks nonsense", async () => {
    const seat = new Seat({ port: await server((socket) => socket.end("HTTP/1.1 400 Bad\r\n")) });
    seat.client.connect();
    expect(await seat.next("down")).toMatchObject({ code: "nonsense" });
  });

  it("floods", async () => {
    const port = await server((socket) => socket.write(`3.0\n${"x".repeat(1e6)}`));
    const seat = new Seat({ port });
    seat.client.connect();
    await seat.next("up");
    expect(await seat.next("down")).toMatchObject({ code: "nonsense" });
  });

  it.each([
    ["banner", "", { bannerMs: 30 }, "no banner"],
    ["job", "3.0\n", { jobReplyMs: 30 }, "no reply to the job request"],
    ["verdict", `3.0\n|${JOB}`, { verdictMs: 30 }, "no verdict on the share"],
  ])("is silent: no %s", async (_, says, limits, detail) => {
    const parts = says.split("|").filter(Boolean);
    const unsaid = [...parts];
    const port = await server((socket) => {
      const say = () => socket.write(unsaid.splice(0, 1).join());
      say();
      socket.on("data", say);
    });
    const seat = new Seat({ port, limits });
    seat.react = (event) => {
      if (event.type === "up") seat.client.requestJob();
      if (event.type === "job") seat.client.submit({ nonce: NONCE, hashrateHs: 1 });
    };
    seat.client.connect();
    for (const type of (["up", "job"] as const).slice(0, parts.length)) {
      await seat.next(type);
    }
    expect(await seat.next("down")).toEqual({ type: "down", code: "timeout", detail });
  });

  it("resets the connection", async () => {
    const port = await server((socket) => {
      socket.write("3.0\n");
      socket.on("data", () => socket.resetAndDestroy());
    });
    const seat = new Seat({ port });
    seat.client.connect();
    await seat.next("up");
    seat.client.requestJob();
    expect(await seat.next("down")).toMatchObject({ code: "closed" });
  });
});

describe("framing", () => {
  it("writes each message in one piece, and reads replies however they are cut", async () => {
    const messages: string[] = [];
    const port = await server((socket) => {
      socket.write("3.0");
      socket.on("data", (text) => {
        messages.push(String(text));
        const cuts = String(text).startsWith("JOB") ? JOB.match(/.{1,30}\n?/gs) : ["GO", "OD"];
        cuts?.forEach((cut, i) => {
          setTimeout(() => socket.write(cut), 15 * i);
        });
      });
    });
    const seat = new Seat({ port, limits: { settleMs: 60 } });
    seat.client.connect();
    await seat.next("up");
    expect(await seat.mine()).toMatchObject({ verdict: "accepted" });
    expect(await seat.mine()).toMatchObject({ verdict: "accepted" });
    const result = "50,240000.00,zerorig 0.1.0,zerorig-p1,,7\n";
    expect(messages).toEqual(["JOB,Ada,LOW,None\n", result, "JOB,Ada,LOW,None\n", result]);
  });
});

describe("a socket's error", () => {
  it.each([
    ["ECONNREFUSED", true, "refused"],
    ["EHOSTUNREACH", true, "unreachable"],
    ["ENOTFOUND", true, "unreachable"],
    ["ETIMEDOUT", true, "timeout"],
    ["ETIMEDOUT", false, "timeout"],
    ["ECONNRESET", false, "closed"],
    ["EHOSTUNREACH", false, "closed"],
  ])("%s (connecting: %s) is %s", (code, connecting, down) => {
    const error = Object.assign(new Error(""), { code });
    expect(socketFault(error, connecting)).toEqual({ code: down, detail: code });
  });

  it("keeps its words", () => {
    expect(socketFault(new Error("odd"), true)).toEqual({ code: "unreachable", detail: "odd" });
  });
});
