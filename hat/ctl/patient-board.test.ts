import { expect, it } from "vitest";
import type { PowerBoard } from "../board.ts";
import { HatError } from "../error.ts";
import { patientBoard } from "./patient-board.ts";

/** A board whose lock another has for so many ms of a clock that only its tries and pauses move. */
function contended(lockedMs: number, tryMs: number, code: "locked" | "bus" = "locked") {
  let now = 0;
  let tries = 0;
  const setPower = async () => {
    tries += 1;
    now += tryMs;
    if (now <= lockedMs) throw new HatError(code, "not now");
    return { slot: "p1", line: "on", usb: "unknown", driven: true } as const;
  };
  const patience = {
    sleep: async (ms: number) => {
      now += ms;
    },
    nowMs: () => now,
  };
  const board = patientBoard({ setPower } as unknown as PowerBoard, patience);
  return { board, now: () => now, tries: () => tries };
}

it("waits for its turn", async () => {
  const { board, tries } = contended(100, 1);
  await expect(board.setPower("p1", "on")).resolves.toMatchObject({ line: "on" });
  expect(tries()).toBe(6);
});

it("gives up after a second, also where each try takes long", async () => {
  const { board, now, tries } = contended(60_000, 300);
  await expect(board.setPower("p1", "on")).rejects.toMatchObject({ code: "locked" });
  expect(tries()).toBe(4);
  expect(now()).toBeLessThan(1300);
});

it("tries nothing else again", async () => {
  const { board, tries } = contended(60_000, 1, "bus");
  await expect(board.setPower("p1", "on")).rejects.toMatchObject({ code: "bus" });
  expect(tries()).toBe(1);
});
