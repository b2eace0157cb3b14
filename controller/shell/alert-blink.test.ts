import { expect, it } from "vitest";
import type { BoardPart, PowerBoard, SwitchName, SwitchReading } from "../../hat/board.ts";
import { HatError } from "../../hat/error.ts";
import { BoardLane } from "./board-lane.ts";
import { handClock } from "./hand-clock.ts";
import type { Untimed } from "./loop.ts";

const HAT = (slots: BoardPart["slots"], switches: readonly SwitchName[]): BoardPart => ({
  description: `HAT of ${slots.join()}`,
  slots,
  switches,
});

/** A lane over a board of two HATs with an alert LED and one without; what is done to it is listed. */
async function lane(lit: readonly number[] = []) {
  const clock = handClock();
  const done: string[] = [];
  const alert = new Map<number, boolean>(lit.map((part) => [part, true]));
  let failing = 0;
  let release: () => void = () => {};
  const board: PowerBoard = {
    info: {
      description: "x",
      slots: ["p1", "p2", "p3", "p4"],
      parts: [HAT(["p1", "p2"], ["alert"]), HAT(["p3"], ["alert"]), HAT(["p4"], ["hub"])],
      virtual: true,
    },
    read: async () => ({ slots: [], underVoltage: null }),
    setPower: (slot, line) => {
      done.push(`${slot} ${line}`);
      return new Promise((resolve) => {
        release = () => {
          done.push(`${slot} done`);
          resolve({ slot, line, usb: "absent", driven: true });
        };
      });
    },
    readPorts: async () => [],
    init: async () => [],
    readSwitches: async () =>
      [...alert].map(([part, on]): SwitchReading => ({ part, name: "alert", on })),
    setSwitch: async (_, on, part = -1) => {
      if (failing-- > 0) throw new HatError("bus", "no answer");
      done.push(`LED ${part} ${on ? "on" : "off"}`);
      alert.set(part, on);
    },
    close: async () => void done.push("closed"),
  };
  const post = (_: Untimed) => {};
  const subject = new BoardLane(board, clock, post, () => false);
  await subject.start();
  const fail = (times: number) => {
    failing = times;
  };
  return { subject, clock, done, alert, fail, release: () => release() };
}

it("blinks for so long, and leaves the LED as it was", async () => {
  for (const lit of [[], [0]]) {
    const { subject, clock, done, alert } = await lane(lit);
    await subject.blink(["p1", "p2"], 2000);
    expect(done).toHaveLength(1);
    await clock.pass(10_000);
    expect(done.length).toBeGreaterThan(5);
    expect(new Set(done)).toEqual(new Set(["LED 0 on", "LED 0 off"]));
    for (const [index, each] of done.slice(1).entries()) {
      const restored = index === done.length - 2;
      if (!restored) expect(each).not.toBe(done[index]);
    }
    expect(alert.get(0)).toBe(lit.length > 0);
    const count = done.length;
    await clock.pass(60_000);
    expect(done).toHaveLength(count);
  }
});

it("blinks the boards that are meant, and longer when asked again", async () => {
  const { subject, clock, done, alert } = await lane();
  await subject.blink(["p3"], 1000);
  await clock.pass(800);
  await subject.blink(["p3"], 5000);
  await clock.pass(3000);
  const meanwhile = done.length;
  await clock.pass(10_000);
  expect(done.length).toBeGreaterThan(meanwhile);
  expect(done.every((each) => each.startsWith("LED 1"))).toBe(true);
  expect(alert.get(1)).toBe(false);
});

it("says of a board without the LED that it has none, and blinks nothing then", async () => {
  const { subject, done } = await lane();
  await expect(subject.blink(["p1", "p4"], 1000)).rejects.toMatchObject({
    code: "unsupported",
    message: 'HAT of p4 has no switch "alert"',
  });
  expect(done).toEqual([]);
});

it("waits for a switch that is under way", async () => {
  const { subject, clock, done, release } = await lane();
  subject.power("p1", 1, "on");
  const begun = subject.blink(["p1"], 500);
  await clock.pass(2000);
  expect(done).toEqual(["p1 on"]);
  release();
  await begun;
  expect(done).toEqual(["p1 on", "p1 done", "LED 0 on"]);
  await clock.pass(300);
  subject.power("p2", 2, "off");
  await clock.pass(5000);
  expect(done.slice(3)).toEqual(["LED 0 off", "p2 off"]);
  release();
  await clock.pass(5000);
  expect(done.at(-1)).toBe("LED 0 off");
});

it("tells who asked that the board does not answer, and may be asked again", async () => {
  const { subject, clock, done, fail } = await lane();
  fail(1);
  await expect(subject.blink(["p1"], 1000)).rejects.toMatchObject({ code: "bus" });
  await clock.pass(5000);
  expect(done).toEqual([]);
  await subject.blink(["p1"], 1000);
  expect(done).toEqual(["LED 0 on"]);
});

it("sets the LED back although the board fails for a while, and gives up some day", async () => {
  for (const [faults, isLit] of [
    [4, false],
    [1000, true],
  ] as const) {
    const { subject, clock, done, alert, fail } = await lane();
    await subject.blink(["p1"], 100);
    fail(faults);
    await clock.pass(60_000);
    expect(alert.get(0)).toBe(isLit);
    expect(done).toHaveLength(isLit ? 1 : 2);
    fail(0);
    await clock.pass(60_000);
    expect(alert.get(0)).toBe(isLit);
  }
});

it("sets the LEDs back before it lets go of the board", async () => {
  const { subject, clock, done } = await lane([1]);
  await subject.blink(["p1", "p3"], 60_000);
  await subject.close();
  expect(done.slice(-3).sort()).toEqual(["LED 0 off", "LED 1 on", "closed"]);
  expect(done.at(-1)).toBe("closed");
  await clock.pass(60_000);
  expect(done.at(-1)).toBe("closed");
});
