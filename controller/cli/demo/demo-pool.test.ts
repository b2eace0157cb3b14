import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type DemoPool, openForeignPool, openPracticePool } from "./demo-pool.ts";

const open: (Server | DemoPool)[] = [];
afterEach(() => {
  for (const each of open.splice(0)) void each.close();
});

async function serverThat(greets: (socket: Socket) => void): Promise<number> {
  const server = createServer(greets);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

test.each([
  ["zero", 7200],
  ["full", 60_000],
  [1000, 30],
] as const)(
  "at pace %s the first jobs take about 1.5 s: difficulty %i",
  async (pace, difficulty) => {
    const pool = await openPracticePool(1, pace);
    open.push(pool);
    const socket = connect(pool.port, pool.host).setEncoding("ascii");
    const answer = async () => String((await once(socket, "data"))[0]);
    expect(await answer()).toBe("3.0\n");
    socket.write("JOB,demo,LOW,None");
    expect(await answer()).toMatch(new RegExp(`,${difficulty}\n$`));
    socket.destroy();
  },
);

test("a practice pool answers like a pool", async () => {
  const practice = await openPracticePool(1, "zero");
  open.push(practice);
  expect(practice.counts()).toEqual(new Map());
  const foreign = await openForeignPool({ host: practice.host, port: practice.port, user: "me" });
  expect(foreign.user).toBe("me");
  expect(foreign.counts()).toBeNull();
});

test.each([
  ["an HTTP server", (socket: Socket) => void socket.end("HTTP/1.1 400 Bad\r\n"), "greets with"],
  ["a mail server", (socket: Socket) => void socket.end("220 mail ready\r\n"), "greets with"],
  ["one that hangs up", (socket: Socket) => void socket.end(), "hung up"],
])("%s is no pool", async (_, greets, message) => {
  const port = await serverThat(greets);
  await expect(openForeignPool({ host: "127.0.0.1", port, user: "me" })).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining(message),
  });
});

test("a closed port is no pool", async () => {
  const closed = { host: "127.0.0.1", port: 1, user: "me" };
  await expect(openForeignPool(closed)).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("no pool answers at 127.0.0.1:1"),
  });
});
