import { expect, it } from "vitest";
import type { Line, PowerBoard } from "../board.ts";
import { HatError } from "../error.ts";
import type { SlotId } from "../slots.ts";
import { NotGoneError } from "./soft-off.ts";
import { type SwitchOptions, switchSlots } from "./switch.ts";

const SLOTS: readonly SlotId[] = ["p1", "p2", "p3", "p4"];

/** A board in memory whose calls and pauses are written down with their time. */
function rig(on: readonly SlotId[], fail: (slot: SlotId, line: Line) => unknown = () => null) {
  const lines = new Map<SlotId, Line>(
    SLOTS.map((slot) => [slot, on.includes(slot) ? "on" : "off"]),
  );
  const trace: string[] = [];
  let nowMs = 0;
  const board: PowerBoard = {
    info: { description: "", slots: SLOTS, parts: [], virtual: true },
    read: async () => ({
      slots: SLOTS.map((slot) => ({
        slot,
        line: lines.get(slot) ?? "off",
        usb: "unknown",
        driven: true,
      })),
      underVoltage: null,
    }),
    setPower: async (slot, line) => {
      const error = fail(slot, line);
      if (error === "hang") return await new Promise(() => {});
      if (error !== null) throw error;
      lines.set(slot, line);
      trace.push(`${nowMs} ${slot} ${line}`);
      return { slot, line, usb: "unknown", driven: true };
    },
    readPorts: async () => [],
    init: async () => [],
    readSwitches: async () => [],
    setSwitch: async () => {},
    close: async () => {},
  };
  const run = (
    verb: SwitchOptions["verb"],
    slots: readonly SlotId[] = SLOTS,
    more: Partial<SwitchOptions> = {},
  ) =>
    switchSlots({
      board,
      verb,
      slots,
      staggerMs: 2000,
      dwellMs: 500,
      timeoutMs: 50,
      sleep: async (ms) => {
        nowMs += ms;
      },
      nowMs: () => nowMs,
      say: () => {},
      ...more,
    });
  return { run, trace, board };
}

it("does not take a line that reads off for an off while its port shows a device", async () => {
  const { run, trace, board } = rig([]);
  const read = board.read;
  const ports = SLOTS.map((slot) => ({
    path: null,
    usb: slot === "p2" ? ("present" as const) : ("absent" as const),
    device: null,
  }));
  Object.assign(board, {
    read: async () => ({
      ...(await read()),
      slots: (await read()).slots.map((shown, at) => ({ ...shown, usb: ports[at]?.usb })),
    }),
    readPorts: async () => ports,
  });
  const { outcomes, exitCode } = await run("off", ["p1", "p2"]);
  expect(trace).toEqual(["0 p2 off"]);
  expect(outcomes).toMatchObject([
    { slot: "p1", outcome: "skipped", message: "is off already" },
    { slot: "p2", outcome: "failed", message: expect.stringContaining("still shows a device") },
  ]);
  expect(exitCode).toBe(7);
});

it("staggers power-ons and skips what is on", async () => {
  const { run, trace } = rig(["p2"]);
  const { outcomes, exitCode } = await run("on");
  expect(trace).toEqual(["0 p1 on", "2000 p3 on", "4000 p4 on"]);
  expect(outcomes[1]).toEqual({ slot: "p2", outcome: "skipped", message: "is on already" });
  expect(exitCode).toBe(0);
});

it("does not wait between power-offs", async () => {
  const { run, trace } = rig(SLOTS);
  await run("off");
  expect(trace).toEqual(["0 p1 off", "0 p2 off", "0 p3 off", "0 p4 off"]);
});

it("cycles one at a time, with dwell and stagger", async () => {
  const { run, trace } = rig(SLOTS);
  const { exitCode } = await run("cycle", ["p1", "p3"]);
  expect(trace).toEqual(["0 p1 off", "500 p1 on", "500 p3 off", "2500 p3 on"]);
  expect(exitCode).toBe(0);
});

it("stops at a failure and says what was not tried", async () => {
  const { run } = rig([], (slot) => (slot === "p2" ? new HatError("not-verified", "stuck") : null));
  const { outcomes, exitCode } = await run("on", ["p1", "p2", "p3"]);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["done", "failed", "not-tried"]);
  expect(exitCode).toBe(7);
});

it("says when a cycle leaves a slot off", async () => {
  const { run } = rig(SLOTS, (_, line) => (line === "on" ? new HatError("bus", "NAK") : null));
  const { outcomes, exitCode } = await run("cycle", ["p1"]);
  expect(outcomes[0]?.message).toBe("left off, NAK");
  expect(exitCode).toBe(1);
});

it.each([
  [new HatError("locked", ""), 6],
  [new HatError("foreign-change", ""), 6],
  [new HatError("permission", ""), 4],
  [new HatError("no-driver", ""), 4],
  [new HatError("not-verified", ""), 1],
  ["hang", 5],
  [new Error("what"), 1],
])("ends with the code of the failure (%s)", async (failure, code) => {
  const { run } = rig([], () => failure);
  expect((await run("on", ["p1"])).exitCode).toBe(code);
});

it("finishes the slot in hand when it is interrupted, and begins no other", async () => {
  const { run, trace } = rig(SLOTS);
  const enough = new AbortController();
  const sleep = async () => enough.abort();
  const result = await run("cycle", ["p1", "p2"], { sleep, signal: enough.signal });
  expect(result.outcomes.map(({ outcome }) => outcome)).toEqual(["done", "not-tried"]);
  expect(trace).toEqual(["0 p1 off", "0 p1 on"]);
  expect(result.exitCode).toBe(130);
});

it("starts no further slot when it is interrupted in the pause before", async () => {
  const { run, trace } = rig([]);
  const enough = new AbortController();
  const sleep = async () => enough.abort();
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const result = await run("on", ["p1", "p2", "p3"], { sleep, signal: enough.signal, say });
  expect(trace).toEqual(["0 p1 on"]);
  expect(said).toEqual(["p1: on, verified"]);
  expect(result.outcomes.slice(1)).toEqual(
    ["p2", "p3"].map((slot) => ({
      slot,
      outcome: "not-tried",
      message: "not tried: interrupted",
    })),
  );
  expect(result.exitCode).toBe(130);
});

it("goes on with the others where a Zero does not go, and cuts none that stays", async () => {
  const { run, trace } = rig(SLOTS);
  const shutDown = async (slot: SlotId) => {
    if (slot === "p1") throw new NotGoneError("is still on USB");
    return "shut down";
  };
  const { outcomes, exitCode } = await run("off", ["p1", "p2"], { shutDown });
  expect(outcomes).toEqual([
    { slot: "p1", outcome: "failed", message: "is still on USB; it was not cut" },
    { slot: "p2", outcome: "done", message: expect.stringMatching(/^shut down, off, verified/) },
  ]);
  expect(trace).toEqual(["0 p2 off"]);
  expect(exitCode).toBe(7);
  expect((await run("off", ["p1"], { shutDown })).exitCode).toBe(5);
});

it("does not believe in an off while the slot's device is on USB", async () => {
  const { run, board } = rig(SLOTS);
  const stays: PowerBoard = {
    ...board,
    readPorts: async () => SLOTS.map(() => ({ path: "1-1.2.4", usb: "present", device: null })),
  };
  const { outcomes, exitCode } = await run("off", ["p1"], { board: stays });
  expect(outcomes[0]?.message).toMatch(/reads off, but 5000 ms later its USB port still shows/);
  expect(exitCode).toBe(1);
});
