import { createHash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PracticeError } from "./practice-error.ts";
import { PracticePool, type PracticePoolOptions } from "./practice-pool.ts";
import type { PracticeShare } from "./session.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options: Partial<PracticePoolOptions> = {}) {
  const pool = new PracticePool({ seed: 1, expectedShareMs: 5, startDifficulty: 5, ...options });
  const { host, port } = await pool.listen();
  cleanups.push(() => pool.close());
  return { pool, host, port };
}

/**
 * A sequential miner as PC_Miner.py is one: no newlines, one message and then its answer. Written from
 * a description of the protocol alone, so that it shares no mistake with our client.
 */
class PlainMiner {
  readonly socket: Socket;
  /** The jobs that mine() was given. */
  readonly jobs: string[] = [];
  #text = "";
  #wake: () => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("ascii");
    this.socket.on("data", (text) => {
      this.#text += text;
      this.#wake();
    });
    this.socket.on("close", () => this.#wake());
    this.socket.on("error", () => {});
    cleanups.push(() => this.socket.destroy());
  }

  /** At most `count` characters as soon as there are any; "" when the pool has hung up. */
  async receive(count: number): Promise<string> {
    while (this.#text === "" && !this.socket.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const text = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return text;
  }

  async ask(message: string): Promise<string> {
    this.socket.write(message);
    return (await this.receive(1024)).trimEnd();
  }

  async hello(): Promise<string> {
    // PC_Miner reads 5 characters of "3.0\n".
    return (await this.receive(5)).trim();
  }

  async mine(user: string, rig: string, off = 0): Promise<string> {
    const job = await this.ask(`JOB,${user},LOW,None`);
    this.jobs.push(job);
    const [last, expected, difficulty] = job.split(",");
    for (let nonce = 0; nonce <= 100 * Number(difficulty); nonce++) {
      if (createHash("sha1").update(`${last}${nonce}`).digest("hex") === expected) {
        return await this.ask(`${nonce + off},5000.5,Some Miner 1.0,${rig},,1832`);
      }
    }
    throw new Error("no nonce in range");
  }
}

describe("an ordinary miner", () => {
  it("can mine here", async () => {
    const shares: PracticeShare[] = [];
    const lines: string[] = [];
    const onShare = (share: PracticeShare) => shares.push(share);
    const { pool, port } = await open({ onShare, log: (line) => lines.push(line), blockOdds: 1e9 });
    const miner = new PlainMiner(port);
    expect(await miner.hello()).toBe("3.0");
    expect(await miner.ask("MOTD")).toMatch(/practice/);
    for (let i = 0; i < 12; i++) expect(await miner.mine("Ada", "den")).toBe("GOOD");
    expect(await miner.mine("Ada", "den", 1)).toBe("BAD,Incorrect result");
    expect(await miner.mine("Ada", "den")).toBe("GOOD");
    expect(shares).toHaveLength(14);
    expect(shares.at(-2)).toMatchObject({ rig: "den", verdict: "rejected", hashrateHs: 5000.5 });
    expect(lines).toHaveLength(2);
    expect(pool.stats().openConnections).toBe(1);
  });

  it("gets the same jobs of the same seed, and a new prefix on every 2nd accepted share", async () => {
    const jobs = async (seed: number) => {
      const { port } = await open({ seed });
      const miner = new PlainMiner(port);
      await miner.hello();
      for (let i = 0; i < 6; i++) await miner.mine("Ada", "den");
      return miner.jobs;
    };
    const first = await jobs(42);
    expect(await jobs(42)).toEqual(first);
    expect(await jobs(43)).not.toEqual(first);
    const fields = first.map((job) => job.split(","));
    expect(fields[1]?.[0]).toBe(fields[0]?.[0]);
    expect(fields[2]?.[0]).toBe(fields[1]?.[1]);
    expect(fields[3]?.[0]).toBe(fields[2]?.[0]);
    expect(new Set(fields.map((field) => field[1])).size).toBe(6);
  });

  it("loses a request that it wrote together with a result", async () => {
    const { port } = await open();
    const miner = new PlainMiner(port);
    await miner.hello();
    await miner.ask("JOB,Ada,LOW,None");
    expect(await miner.ask("0,1000,s,r,,7\nJOB,Ada,LOW,None\n")).toBe("BAD,Incorrect result");
    expect(await miner.ask("JOB,Ada,LOW,None")).toMatch(/,5$/);
  });
});

describe("the figures", () => {
  it("add up over users, rigs and reasons", async () => {
    const { pool, port } = await open({ blockOdds: 3, minDifficulty: 5 });
    const plan = [
      ["Ada", "p1", 6, 1],
      ["Ada", "p2", 5, 0],
      ["__proto__", "p1", 3, 2],
    ] as const;
    await Promise.all(
      plan.map(async ([user, rig, good, bad]) => {
        const miner = new PlainMiner(port);
        await miner.hello();
        for (let i = 0; i < good; i++) expect(await miner.mine(user, rig)).toMatch(/GOOD|BLOCK/);
        for (let i = 0; i < bad; i++) expect(await miner.mine(user, rig, 1)).toMatch(/^BAD/);
      }),
    );
    const { totals, users, openConnections } = pool.stats();
    expect(openConnections).toBe(3);
    expect(totals).toMatchObject({ accepted: 14, rejected: 3, connections: 3 });
    expect(totals.rejectedByReason).toEqual({ "Incorrect result": 3 });
    expect(totals.blocks).toBeGreaterThan(0);
    expect(totals.hashes).toBe(14 * 250);
    expect(Object.keys(users).sort()).toEqual(["Ada", "__proto__"]);
    for (const key of ["accepted", "rejected", "blocks", "hashes", "connections"] as const) {
      const all = Object.values(users);
      expect(all.reduce((sum, user) => sum + user[key], 0)).toBe(totals[key]);
      for (const user of all) {
        const rigs = Object.values(user.rigs);
        expect(rigs.reduce((sum, rig) => sum + rig[key], 0)).toBe(user[key]);
      }
    }
  });
});

describe("the limits", () => {
  it("refuse the shares of a user with too many workers, until one leaves", async () => {
    const { port } = await open({ workerLimit: 2 });
    const miners = [1, 2, 3].map(() => new PlainMiner(port));
    for (const miner of miners) {
      await miner.hello();
      await miner.ask("JOB,Ada,LOW");
      expect(await miner.ask("0,1")).toMatch(/^BAD/);
    }
    const [first, second] = miners;
    expect(await first?.mine("Ada", "den")).toBe("BAD,Too many workers");
    expect(await second?.mine("Ada", "den")).toBe("BAD,Too many workers");
    miners[2]?.socket.destroy();
    // The pool learns of it in its own time.
    while ((await first?.mine("Ada", "den")) === "BAD,Too many workers");
    expect(await second?.mine("Ada", "den")).toMatch(/GOOD|BLOCK/);
  });

  it("hang up on what is not a miner", async () => {
    const { port } = await open();
    const longwinded = new PlainMiner(port);
    await longwinded.hello();
    expect(await longwinded.ask("x".repeat(2000))).toBe("BAD,Incorrect data");
    expect(await longwinded.receive(1)).toBe("");
    const nameless = new PlainMiner(port);
    await nameless.hello();
    expect(await nameless.ask("JOB,,LOW")).toBe("BAD,No username specified");
    expect(await nameless.receive(1)).toBe("");
  });

  it("hang up on too many connections", async () => {
    const { port } = await open({ maxConnections: 1 });
    expect(await new PlainMiner(port).hello()).toBe("3.0");
    expect(await new PlainMiner(port).hello()).toBe("");
  });

  it("hang up on the silent", async () => {
    const mute = new PlainMiner((await open({ firstJobMs: 30 })).port);
    await mute.hello();
    expect(await mute.receive(1)).toBe("");
    const lazy = new PlainMiner((await open({ idleMs: 30 })).port);
    await lazy.hello();
    await lazy.ask("JOB,Ada,LOW");
    expect(await lazy.receive(1)).toBe("");
  });

  it("hang up on who asks and never listens", async () => {
    const { pool, port } = await open({ motd: "x".repeat(1e6) });
    const deaf = new PlainMiner(port);
    await deaf.hello();
    deaf.socket.pause();
    for (let i = 0; i < 500 && pool.stats().openConnections > 0; i++) {
      deaf.socket.write("MOTD");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(pool.stats().openConnections).toBe(0);
  });
});

describe("listening", () => {
  it("says in one line why it cannot", async () => {
    const { port } = await open();
    const second = new PracticePool({ seed: 1, expectedShareMs: 5, port });
    const error = await second.listen().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(PracticeError);
    expect(error).toMatchObject({
      code: "port-in-use",
      message: `the practice pool cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE)`,
    });
    await second.close();
    const nowhere = new PracticePool({ seed: 1, expectedShareMs: 5, host: "192.0.2.1" });
    await expect(nowhere.listen()).rejects.toMatchObject({ code: "bad-address" });
    const odd = new PracticeError("pool", { host: "h", port: 1 }, new Error("odd"));
    expect(odd).toMatchObject({ code: "listen-failed" });
  });

  it("goes on after an error of the listening socket, and says what it was", async () => {
    const servers: Server[] = [];
    const onSocket = (message: unknown) => {
      servers.push((message as { socket: { server: Server } }).socket.server);
    };
    subscribe("net.server.socket", onSocket);
    cleanups.push(() => unsubscribe("net.server.socket", onSocket));
    const lines: string[] = [];
    const { pool, port } = await open({ log: (line) => lines.push(line) });
    expect(await new PlainMiner(port).hello()).toBe("3.0");
    for (let i = 0; i < 2; i++) servers[0]?.emit("error", new Error("accept EMFILE"));
    expect(lines.filter((line) => line === "cannot take a miner: accept EMFILE")).toHaveLength(2);
    expect(await new PlainMiner(port).hello()).toBe("3.0");
    await pool.close();
    expect(await new PlainMiner(port).hello()).toBe("");
  });

  it("happens once, and closing twice is harmless", async () => {
    const { pool, host } = await open();
    expect(host).toBe("127.0.0.1");
    expect(() => pool.listen()).toThrow("listens already");
    await pool.close();
    await pool.close();
  });
});
