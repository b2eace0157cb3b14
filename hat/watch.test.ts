import { expect, it } from "vitest";
import type { BoardReading, Line } from "./board.ts";
import { HatError } from "./error.ts";
import { type BoardEvent, watchBoard } from "./watch.ts";

function reading(line: Line): BoardReading {
  return { slots: [{ slot: "p1", line, usb: "unknown", driven: true }], underVoltage: null };
}

/** What is told of these readings, one after the other; the last pause ends the watch. */
async function told(...answers: (Line | Error)[]): Promise<BoardEvent[]> {
  const end = new AbortController();
  const events: BoardEvent[] = [];
  const board = {
    read: async () => {
      const answer = answers.shift() ?? "off";
      if (answer instanceof Error) throw answer;
      return reading(answer);
    },
  };
  const pause = async () => {
    if (answers.length === 0) end.abort();
  };
  for await (const event of watchBoard(board, { signal: end.signal, pause })) events.push(event);
  return events;
}

it("tells the first reading, then changes alone", async () => {
  expect(await told("off", "off", "on")).toEqual([
    { type: "reading", reading: reading("off") },
    { type: "line", slot: "p1", before: "off", after: "on" },
  ]);
});

it("tells once that the board cannot be read, and what it finds when it can", async () => {
  const error = new HatError("bus", "no answer");
  expect(await told("off", error, error, "on", "on")).toEqual([
    { type: "reading", reading: reading("off") },
    { type: "failed", error },
    { type: "reading", reading: reading("on") },
  ]);
});

it("hides no error of a program", async () => {
  await expect(told(new TypeError("what"))).rejects.toThrow(TypeError);
});

it("ends in the middle of its pause, and for a caller that leaves", async () => {
  const end = new AbortController();
  const board = { read: async () => reading("on") };
  const events = watchBoard(board, { everyMs: 3_600_000, signal: end.signal });
  await events.next();
  const waiting = events.next();
  end.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  for await (const event of watchBoard(board)) {
    expect(event.type).toBe("reading");
    break;
  }
});
