import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, watch } from "./control-client.ts";
import { rigEvent, rigStatus, slotStatus } from "./demo/testing.ts";
import { printStatus } from "./slot-commands.ts";

const status = rigStatus([slotStatus("p1")]);
let dir = "";
let server: Server | null = null;
const path = () => join(dir, "control.sock");

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerorig-control-"));
});
afterEach(async () => {
  server?.close();
  server = null;
  await rm(dir, { recursive: true });
});

async function serve(onLine: (line: string, socket: Socket) => void): Promise<void> {
  const listening = createServer((socket) => {
    socket.on("data", (chunk) => onLine(String(chunk).trim(), socket));
    socket.on("error", () => {});
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(path(), resolve));
}

test("asks and is answered", async () => {
  const asked: unknown[] = [];
  await serve((line, socket) => {
    asked.push(JSON.parse(line));
    socket.write(`${JSON.stringify({ ok: true, status })}\n`);
  });
  const request = { verb: "off", slots: ["p1"], reason: "r", hard: true } as const;
  expect(await ask(path(), { ...request, slots: [...request.slots] })).toMatchObject({ status });
  expect(asked).toEqual([request]);
});

test("an answer may be as long as the whole log", async () => {
  const long = "x".repeat(1_150_000);
  await serve((_, socket) => socket.write(`${JSON.stringify({ ok: true, lines: [long] })}\n`));
  const request = { verb: "log", lines: 2000, level: null, slot: null, follow: false } as const;
  expect((await ask(path(), request)).lines).toEqual([long]);
});

test.each([
  ["no-slot", "notFound"],
  ["bad-request", "usage"],
  ["anything", "failed"],
])("a refusal %s ends as %s, in the controller's words", async (code, exit) => {
  await serve((_, socket) => socket.write(`${JSON.stringify({ ok: false, code, error: "no" })}\n`));
  await expect(ask(path(), { verb: "status" })).rejects.toMatchObject({
    code: exit,
    message: "no",
  });
});

test.each([
  ["silence", () => {}, "did not answer"],
  ["a hang-up", (_: string, socket: Socket) => void socket.end(), "hung up"],
  ["nonsense", (_: string, socket: Socket) => void socket.write("?\n"), "is no controller"],
  [
    "another program",
    (_: string, socket: Socket) => void socket.write('{"ok":false,"code":"refused"}\n'),
    "is no controller",
  ],
])("%s is an error", async (_, behaviour, message) => {
  await serve(behaviour);
  await expect(ask(path(), { verb: "status" }, 200)).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining(message),
  });
});

test("follows events and statuses, and notices the end", async () => {
  const event = rigEvent(5, "slot.state", "p1");
  await serve((_, socket) => {
    for (const line of [{ ok: true, status }, { event }, { status }]) {
      socket.write(`${JSON.stringify(line)}\n`);
    }
    socket.end();
  });
  const seen: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    watch(path(), (line) => seen.push(line), resolve).catch(reject);
  });
  expect(seen).toEqual([{ status }, { event }, { status }]);
});

test("a stale socket file is nobody", async () => {
  await expect(printStatus({ socket: path(), json: true, timeout: 5000 })).rejects.toMatchObject({
    code: "unreachable",
  });
});
