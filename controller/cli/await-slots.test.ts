import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RigEvent, SlotStatus } from "../core/status.ts";
import { askAndWait } from "./await-slots.ts";
import { rigEvent, rigStatus, slotStatus } from "./demo/testing.ts";

let dir = "";
let server: Server | null = null;
const path = () => join(dir, "control.sock");
const at = () => ({ socket: path(), timeout: 5000 });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "zerorig-wait-"));
});
afterEach(async () => {
  server?.close();
  server = null;
  await rm(dir, { recursive: true });
});

function status(slot: Partial<SlotStatus>, uptimeMs: number) {
  return rigStatus([slotStatus("p1", slot), slotStatus("p2")], { uptime_ms: uptimeMs });
}

const BEFORE = status({ state: "Off" }, 10_000);

/** A controller that answers, and then tells its watchers these lines. */
async function controller(...after: ({ status: object } | { event: RigEvent } | "end")[]) {
  const watchers: Socket[] = [];
  const listening = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const { verb } = JSON.parse(String(chunk));
      socket.write(`${JSON.stringify({ ok: true, status: BEFORE })}\n`);
      if (verb === "watch") watchers.push(socket);
      else {
        setTimeout(() => {
          for (const watcher of watchers) tell(watcher, after);
        }, 20);
      }
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(path(), resolve));
}

function tell(socket: Socket, lines: readonly (object | "end")[]): void {
  for (const line of lines) {
    if (line === "end") socket.end();
    else socket.write(`${JSON.stringify(line)}\n`);
  }
}

const on = (limitMs = 5000) =>
  askAndWait(at(), { verb: "on", slots: ["p1"], reason: "" }, ["p1"], limitMs);

test("ends when the slots are as asked, with the status that says so", async () => {
  const ready = status({ state: "Ready" }, 12_000);
  await controller({ status: status({ state: "Booting" }, 11_000) }, { status: ready });
  expect(await on()).toEqual({ status: ready, error: null });
});

test("a fault ends it as failed, and names the state and the reason", async () => {
  const why = { state: "Fault", why: "no-enumeration", for_ms: 100 } as const;
  await controller({ status: status(why, 11_000) });
  const { error } = await on();
  expect(error).toMatchObject({
    code: "failed",
    message: "p1 is Fault (no-enumeration)",
    todo: "`zerorig why p1` says more.",
  });
});

test("of two that one is up and the other is not makes it partly done", async () => {
  const failed = { state: "Fault", why: "no-enumeration", for_ms: 100 } as const;
  await controller({ status: status(failed, 11_000) });
  const request = { verb: "on", slots: ["p1", "p2"], reason: "" } as const;
  const both = askAndWait(at(), { ...request, slots: ["p1", "p2"] }, ["p1", "p2"], 5000);
  expect((await both).error).toMatchObject({ code: "partial" });
  server?.close();
  await controller({ status: status({ state: "Booting" }, 11_000) });
  const late = askAndWait(at(), { ...request, slots: ["p1", "p2"] }, ["p1", "p2"], 500);
  expect((await late).error).toMatchObject({
    code: "partial",
    message: "not up after 500ms: p1 is Booting (self-test-passed)",
  });
});

test("its time ends it as a timeout, and says what is still waited for", async () => {
  await controller({ status: status({ state: "Off", next: "on, waits for stagger" }, 10_500) });
  const { error } = await on(1000);
  expect(error).toMatchObject({
    code: "unreachable",
    message: "not up after 1s: p1 is Off (self-test-passed), on, waits for stagger",
  });
});

test("a drain that ran out of time says that the slot is still cordoned", async () => {
  const hold = { kind: "cordon", reason: "fan", left_ms: null } as const;
  await controller(
    { event: rigEvent(5, "slot.drain-timeout", "p1") },
    { status: status({ state: "Cordoned", hold }, 11_000) },
  );
  const request = { verb: "drain", slots: ["p1"], reason: "fan", forMs: 500 } as const;
  const { error } = await askAndWait(at(), { ...request, slots: ["p1"] }, ["p1"], 5000);
  expect(error?.code).toBe("unreachable");
  expect(error?.message).toBe("the drain of p1 ran out of time with a job in hand; still cordoned");
});

test("a drain that someone ended is no success", async () => {
  await controller({ status: status({ state: "Ready" }, 11_000) });
  const request = { verb: "drain", slots: ["p1"], reason: "fan", forMs: 500 } as const;
  const { error } = await askAndWait(at(), { ...request, slots: ["p1"] }, ["p1"], 5000);
  expect(error).toMatchObject({ code: "failed", message: "p1: someone ended the drain" });
});

test("a controller that stops meanwhile is an error", async () => {
  await controller("end");
  await expect(on()).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("stopped meanwhile"),
  });
});
