// What the weather does to a connection, on real sockets.

import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { PracticePool } from "./practice-pool.ts";
import type { Weather } from "./weather.ts";

/** A connection to a pool in such weather: each segment that arrives with its time, and how it ended. */
async function miner(weather: Partial<Weather>, seed = 1) {
  const pool = new PracticePool({ seed, expectedShareMs: 5, startDifficulty: 5, weather });
  const { port } = await pool.listen();
  onTestFinished(() => pool.close());
  const socket: Socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("ascii");
  onTestFinished(() => void socket.destroy());
  const segments: { text: string; at: number }[] = [];
  const begun = performance.now();
  let error: string | undefined;
  let wake = () => {};
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  socket.on("data", (text) => {
    segments.push({ text: String(text), at: performance.now() - begun });
    wake();
  });
  socket.on("error", (fault: NodeJS.ErrnoException) => (error = fault.code));
  socket.on("close", () => wake());
  return {
    pool,
    socket,
    segments,
    error: () => error,
    text: () => segments.map(({ text }) => text).join(""),
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await changed();
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("messages are late, each way", async () => {
  const { socket, segments, text, until } = await miner({ latencyMs: 60 });
  await until(() => text() === "3.0\n");
  expect(segments[0]?.at).toBeGreaterThan(55);
  const asked = performance.now();
  socket.write("JOB,me,LOW,None\n");
  await until(() => segments.length > 1);
  expect(performance.now() - asked).toBeGreaterThan(115);
});

test("jitter keeps the order", async () => {
  const rounds = Array.from({ length: 60 }, async (_, seed) => {
    // Less than a timer's grain apart, too: timers of different lengths fire in any order then.
    const { socket, text, until } = await miner({ jitterMs: seed % 2 === 0 ? 30 : 3 }, seed);
    // At once, while the greeting is on its way.
    socket.write("MOTD\n");
    await until(() => text().includes("coins"));
    expect(text()).toMatch(/^3\.0\nA practice pool/);
  });
  await Promise.all(rounds);
});

test("who never waits for an answer on a slow line is hung up on", async () => {
  const { socket, until } = await miner({ latencyMs: 60_000 });
  const timer = setInterval(() => socket.write("x".repeat(70_000)), 1);
  onTestFinished(() => clearInterval(timer));
  await until(() => socket.closed);
});

test("a message comes in two segments", async () => {
  const { segments, text, until } = await miner({ split: 1 });
  await until(() => text() === "3.0\n");
  expect(segments).toHaveLength(2);
});

test("two messages come in one segment", async () => {
  const { socket, segments, text, until } = await miner({ coalesce: 1 });
  socket.write("MOTD\n");
  await until(() => text().includes("coins"));
  expect(segments).toHaveLength(1);
});

test("a reset is one, before the message is read or after it", async () => {
  const joined = new Set<boolean>();
  for (let seed = 1; seed <= 12; seed++) {
    const { pool, socket, error, text, until } = await miner({ reset: 1 }, seed);
    await until(() => text() === "3.0\n");
    socket.write("JOB,me,LOW,None\n");
    await until(() => socket.closed);
    expect([undefined, "ECONNRESET"]).toContain(error());
    joined.add(pool.stats().users["me"] !== undefined);
  }
  expect(joined).toEqual(new Set([true, false]));
});

test("a job request is not answered, and nothing is said of it", async () => {
  const { socket, text, until } = await miner({ silentJob: 1 });
  await until(() => text() === "3.0\n");
  socket.write("JOB,me,LOW,None\n");
  await pause(50);
  expect([text(), socket.closed]).toEqual(["3.0\n", false]);
});

test("lost messages of the pool: not even a greeting", async () => {
  const { socket, text } = await miner({ drop: 1 });
  await pause(50);
  expect([text(), socket.closed]).toEqual(["", false]);
});

test("half open: whatever is said, the pool neither answers nor hangs up", async () => {
  const { socket, text } = await miner({ halfOpen: 1 });
  socket.write("JOB,,LOW\n");
  await pause(50);
  expect([text(), socket.closed]).toEqual(["", false]);
});

test("fair weather is no delay, and what is said last still arrives", async () => {
  const { socket, text, until } = await miner({});
  socket.write("JOB,,LOW\n");
  await until(() => socket.closed);
  expect(text()).toBe("3.0\nBAD,No username specified\n");
});
