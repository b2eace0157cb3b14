import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type DemoPool, openForeignPool, openPracticePool, startDifficulty } from "./demo-pool.ts";

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

test("the first jobs take about 1.5 s", () => {
  expect(startDifficulty(240_000, 1500)).toBe(7200);
  expect(startDifficulty(1, 1)).toBe(1);
  expect(startDifficulty(1e9, 1500)).toBe(999_999);
});

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
