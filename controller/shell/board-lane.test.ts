import { describe, expect, it } from "vitest";
import type { Line, PowerBoard, SlotReading, UsbPresence } from "../../hat/board.ts";
import { HatError } from "../../hat/error.ts";
import type { SlotId } from "../../hat/slots.ts";
import { BoardLane } from "./board-lane.ts";
import type { Clock } from "./clock.ts";
import type { Untimed } from "./loop.ts";

/** A board whose answers wait until the test gives them, and a clock that rings when it is told. */
function lane() {
  const events: Untimed[] = [];
  const calls: { slot: SlotId; line: Line; answer: (error?: Error) => void }[] = [];
  let rings: { at: number; ring: () => void }[] = [];
  let now = 0;
  const hat: { cards: readonly number[]; usb: UsbPresence } = { cards: [], usb: "present" };
  const clock: Clock = {
    now: () => now,
    wall: () => new Date(0),
    after: (ms, ring) => {
      const entry = { at: now + ms, ring };
      rings.push(entry);
      return () => {
        rings = rings.filter((other) => other !== entry);
      };
    },
  };
  const board = {
    info: { description: "x", slots: ["p1", "p2"], parts: [], virtual: true },
    read: async () => ({
      slots: [{ slot: "p1", line: "on", usb: hat.usb, driven: true }],
      underVoltage: null,
    }),
    setPower: (slot: SlotId, line: Line) =>
      new Promise<SlotReading>((resolve, reject) => {
        const answer = (error?: Error) =>
          error ? reject(error) : resolve({ slot, line, usb: "absent", driven: true });
        calls.push({ slot, line, answer });
      }),
    readPorts: async () =>
      hat.cards.map((card, index) => ({
        path: `1-1.${index + 1}`,
        usb: "present",
        device: {
          id: "3171:0021",
          serial: String(card),
          product: null,
          interface: null,
          mac: null,
        },
      })),
    init: async () => [],
    readSwitches: async () => [],
    setSwitch: async () => {},
    close: async () => {},
  } satisfies PowerBoard;
  const subject = new BoardLane(
    board,
    clock,
    (event) => events.push(event),
    () => false,
  );
  const advance = async (ms: number) => {
    now += ms;
    for (const { at, ring } of rings.filter((entry) => entry.at <= now)) {
      rings = rings.filter((entry) => entry.at !== at);
      ring();
    }
    await settle();
  };
  return { subject, events, calls, advance, hat };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const power = (events: Untimed[]) => events.filter(({ type }) => type.startsWith("power-"));

describe("the board lane", () => {
  it("never calls a power action failed that may still happen, and starts nothing behind it", async () => {
    const { subject, events, calls, advance } = lane();
    await subject.start();
    subject.power("p1", 1, "off");
    subject.power("p2", 2, "off");
    await settle();
    await advance(60_000);
    expect(power(events)).toEqual([]);
    expect(calls).toHaveLength(1);
    calls[0]?.answer();
    await settle();
    expect(power(events)).toMatchObject([{ type: "power-done", action: 1 }]);
    expect(calls).toHaveLength(2);
  });

  it("tells how an action failed", async () => {
    const { subject, events, calls } = lane();
    await subject.start();
    subject.power("p1", 1, "on");
    await settle();
    calls[0]?.answer(new HatError("not-verified", "still low"));
    await settle();
    expect(power(events)).toMatchObject([
      { type: "power-failed", slot: "p1", action: 1, code: "not-verified", detail: "still low" },
    ]);
  });

  it("tells whose lines a foreign hand had changed", async () => {
    const { subject, events, calls } = lane();
    await subject.start();
    subject.power("p1", 1, "on");
    await settle();
    calls[0]?.answer(new HatError("foreign-change", "p3", undefined, ["p3"]));
    await settle();
    expect(power(events)).toMatchObject([{ code: "foreign-change", changed: ["p3"] }]);
  });

  it("tells at once, and once, whose cards are in the wrong slots", async () => {
    const { subject, events, advance, hat } = lane();
    const cards = () => events.filter(({ type }) => type === "wrong-cards");
    hat.cards = [2, 1];
    await subject.start();
    expect(cards()).toEqual([{ type: "wrong-cards", slots: ["p1", "p2"] }]);
    await advance(1000);
    expect(cards()).toHaveLength(1);
    // A port that changes is looked at anew; else every ten seconds.
    hat.cards = [1, 2];
    hat.usb = "absent";
    await advance(1000);
    expect(cards()).toHaveLength(2);
    hat.cards = [1, 3];
    for (let second = 0; second < 9; second += 1) await advance(1000);
    expect(cards()).toHaveLength(2);
    await advance(1000);
    expect(cards().at(-1)).toEqual({ type: "wrong-cards", slots: ["p2"] });
  });

  it("reads on its own, sooner after an action", async () => {
    const { subject, events, advance } = lane();
    await subject.start();
    await advance(1000);
    await advance(1000);
    expect(events.filter(({ type }) => type === "board-read")).toHaveLength(3);
  });
});
