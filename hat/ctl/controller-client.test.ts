import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askController, findController } from "./controller-client.ts";
import { type ControllerSwitch, switchByController } from "./controller-switch.ts";

let dir: string;
let path: string;
let server: Server | null;
let heard: Record<string, unknown>[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-cc-"));
  path = join(dir, "c.sock");
  server = null;
  heard = [];
});
afterEach(async () => {
  await new Promise<void>((resolve) =>
    server === null ? resolve() : server.close(() => resolve()),
  );
  rmSync(dir, { recursive: true });
});

type Say = (value: unknown) => void;

/** A controller that answers as it is told. */
async function controller(
  onRequest: (request: Record<string, unknown>, say: Say, socket: Socket) => void,
): Promise<void> {
  const made = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().trim().split("\n")) {
        const request = JSON.parse(line) as Record<string, unknown>;
        heard.push(request);
        onRequest(request, (value) => void socket.write(`${JSON.stringify(value)}\n`), socket);
      }
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(path, resolve));
}

const slot = (name: string, state: string, more: object = {}) => ({
  ...{ slot: name, state, for_ms: 0, why: "because", evidence: "", next: null, wanted: "on" },
  ...{ boots: 1, ...more },
});
const status = (uptime_ms: number, ...slots: object[]) => ({
  version: "1",
  board: "a board",
  uptime_ms,
  slots,
});

describe("a question", () => {
  it("is answered with the status", async () => {
    await controller((_, say) => say({ ok: true, status: status(5, slot("p1", "Ready")) }));
    const found = await askController(path, {
      verb: "off",
      slots: ["p1"],
      reason: "x",
      hard: true,
    });
    expect(found).toMatchObject({ board: "a board", slots: [{ slot: "p1", state: "Ready" }] });
    expect(heard).toEqual([{ verb: "off", slots: ["p1"], reason: "x", hard: true }]);
  });

  it("finds no controller where none listens", async () => {
    expect(await findController(path)).toBe(null);
    await expect(askController(path, { verb: "status" })).rejects.toMatchObject({
      code: "absent",
      exitCode: 5,
      message: expect.stringContaining(path),
    });
  });

  it.each([
    ["a slot that is not there", { ok: false, code: "no-slot", error: "no p9" }, "no-slot", 3],
    ["a refusal", { ok: false, code: "refused", error: "no" }, "refused", 6],
    ["another version", { ok: false, code: "bad-request", error: "verb" }, "refused", 6],
    ["an answer without a status", { ok: true }, "silent", 5],
  ])("ends with what is wrong: %s", async (_, answer, code, exitCode) => {
    await controller((_request, say) => say(answer));
    await expect(askController(path, { verb: "status" })).rejects.toMatchObject({ code, exitCode });
  });

  it.each([
    ["says nothing", () => {}],
    ["hangs up", (_: unknown, __: Say, socket: Socket) => void socket.destroy()],
    ["speaks something else", (_: unknown, __: Say, socket: Socket) => void socket.write("ok\n")],
    [
      "never ends a line",
      (_: unknown, __: Say, socket: Socket) => void socket.write("x".repeat(2e6)),
    ],
  ])("does not wait for one that %s", async (_, onRequest) => {
    await controller(onRequest);
    await expect(askController(path, { verb: "status" }, 200)).rejects.toMatchObject({
      code: "silent",
    });
  });
});

describe("switching", () => {
  const ask = (more: Partial<ControllerSwitch> = {}) =>
    switchByController({
      socketPath: path,
      verb: "off",
      slots: ["p1"],
      hard: true,
      reason: "hatctl",
      limitMs: 5000,
      ...more,
    });

  /** Answers `watch` and the request with the first status, then tells the rest. */
  const telling = (first: object, ...news: object[]) =>
    controller((request, say) => {
      say({ ok: true, status: first });
      if (request["verb"] !== "watch") for (const item of news) say(item);
    });

  it("follows each slot until its off is proved", async () => {
    const both = status(10, slot("p1", "PoweringOff"), slot("p2", "Off"), slot("p3", "Ready"));
    await telling(
      both,
      { status: status(20, slot("p1", "PoweringOff"), slot("p2", "Off")) },
      { status: status(30, slot("p1", "Off"), slot("p2", "Off")) },
    );
    const said: string[] = [];
    const outcomes = await ask({
      slots: ["p1", "p2"],
      onSlot: ({ slot, outcome }) => said.push(`${slot} ${outcome}`),
    });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["done", "skipped"]);
    expect(said).toEqual(["p2 skipped", "p1 done"]);
  });

  it("takes a slot that is on for cycled only when it was off meanwhile", async () => {
    await telling(
      status(10, slot("p1", "Ready")),
      { status: status(20, slot("p1", "Ready")) },
      { event: { ev: "slot.state", slot: "p1", detail: { from: "PoweringOff", to: "Off" } } },
      { status: status(30, slot("p1", "PoweringOn")) },
      { status: status(40, slot("p1", "Booting")) },
    );
    expect(await ask({ verb: "cycle" })).toMatchObject([{ outcome: "done", state: "Booting" }]);
  });

  it("tells a new fault from an old one", async () => {
    await telling(
      status(1000, slot("p1", "Fault", { for_ms: 900 })),
      { status: status(1100, slot("p1", "Fault", { for_ms: 1000 })) },
      { status: status(1200, slot("p1", "Fault", { for_ms: 50 })) },
    );
    expect(await ask()).toMatchObject([
      { outcome: "failed", message: expect.stringContaining("Fault (because)") },
    ]);
  });

  it("says what a slot waits for when the limit is over", async () => {
    await telling(status(10, slot("p1", "Off", { next: "on, waits for watts" })));
    expect(await ask({ verb: "on", limitMs: 50 })).toMatchObject([
      {
        outcome: "pending",
        message: expect.stringMatching(/not done after 50 ms: Off .*waits for watts/),
      },
    ]);
  });

  it.each([
    ["while it waits", () => AbortSignal.timeout(50)],
    ["before the controller has answered", () => AbortSignal.abort()],
  ])("says that the controller goes on when it is broken off %s", async (_, end) => {
    await telling(status(10, slot("p1", "PoweringOff")));
    expect(await ask({ signal: end(), limitMs: 3_600_000 })).toMatchObject([
      {
        outcome: "pending",
        message: expect.stringMatching(/not done when interrupted: .*the controller goes on with/),
      },
    ]);
  });

  it("tells once what a slot waits for, and again when that is something else", async () => {
    await telling(
      status(10, slot("p1", "Off", { next: "on, waits for stagger" })),
      { status: status(20, slot("p1", "Off", { next: "on, waits for ceiling" })) },
      { status: status(30, slot("p1", "Off", { next: "on, waits for ceiling" })) },
      { status: status(40, slot("p1", "PoweringOn", { next: "due in 5s" })) },
      { status: status(50, slot("p1", "Booting")) },
    );
    const told: string[] = [];
    await ask({ verb: "on", onWait: (id, text) => told.push(`${id} ${text}`) });
    expect(told).toEqual(["p1 Off, on, waits for stagger", "p1 Off, on, waits for ceiling"]);
  });

  it("ends when the controller stops meanwhile", async () => {
    await controller((request, say, socket) => {
      say({ ok: true, status: status(1, slot("p1", "PoweringOff")) });
      if (request["verb"] !== "watch") setTimeout(() => socket.destroy(), 20);
    });
    await expect(ask()).rejects.toMatchObject({ code: "silent" });
  });
});
