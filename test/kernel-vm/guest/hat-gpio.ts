// ClusterHAT v1 on the kernel's GPIO simulator: base numbers, adoption, foreign hands, rights.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { PowerBoard } from "../../../hat/board.ts";
import { openBoard } from "../../../hat/detect.ts";
import { isHatError } from "../../../hat/error.ts";
import {
  addChip,
  BCM,
  HEADER_LABEL,
  HEADER_LINES,
  POWER_BCM,
  type SimulatedChip,
} from "./gpio-sim.ts";
import { gpioWrites, traceGpio } from "./gpio-trace.ts";
import { HATCTL, hatctl, killedHatctls, run } from "./programs.ts";
import { step } from "./steps.ts";

const NOBODY = 65_534;

function header(firstLine: number, hogged?: number): SimulatedChip {
  const hog = hogged === undefined ? {} : { hogged };
  return addChip({ label: HEADER_LABEL, lines: HEADER_LINES, firstLine, ...hog });
}

function levels(chip: SimulatedChip): string {
  return POWER_BCM.map((bcm) => chip.level(bcm)).join("");
}

/** The writes since traceGpio(), with BCM numbers. */
function writes(chip: SimulatedChip): string {
  return gpioWrites()
    .map(({ line, to }) => `${line - chip.base}:${to}`)
    .join(" ");
}

/** Opens the board for `act` and closes it whatever comes. */
async function withBoard(act: (board: PowerBoard) => Promise<void>, hold = false): Promise<void> {
  const board = await openBoard({ board: "v1.3", hold });
  try {
    await act(board);
  } finally {
    await board.close();
  }
}

async function switchesEachLine(chip: SimulatedChip): Promise<void> {
  traceGpio();
  await withBoard(async (board) => {
    equal(writes(chip), "", "opening drives nothing");
    for (const slot of ["p3", "p1", "p4", "p2"] as const) await board.setPower(slot, "on");
    equal(levels(chip), "1111");
    await board.setPower("p4", "off");
    await board.setSwitch("alert", true);
  });
  equal(levels(chip), "1110");
  equal(chip.level(BCM.alert), 1);
  equal(writes(chip), "19:1 6:1 26:1 13:1 26:0 5:1", "each write was ordered");
}

export function gpioSteps(): void {
  for (const [name, firstLine] of [
    ["its own base", -1],
    ["base 0", 0],
  ] as const) {
    step(`v1, ${name}: each line switched alone, none touched on opening`, async () => {
      // The firmware's own controller has 8 lines and stands first in the listing on some kernels.
      const other = addChip({ label: "raspberrypi-exp-gpio", lines: 8, firstLine: 100 });
      const chip = header(firstLine);
      try {
        if (firstLine >= 0) equal(chip.base, firstLine);
        await switchesEachLine(chip);
        deepEqual(
          Array.from({ length: 8 }, (_, line) => other.level(line)),
          Array.from({ length: 8 }, () => 0),
        );
        return `first line ${chip.base}`;
      } finally {
        chip.remove();
        other.remove();
      }
    });
  }

  let chip: SimulatedChip;
  step(
    "v1, base 512: hatctl on, off, cycle and status beside a second controller at 504",
    async () => {
      addChip({ label: "raspberrypi-exp-gpio", lines: 8, firstLine: 504 });
      chip = header(512);
      equal(chip.base, 512);
      traceGpio();
      const on = await hatctl("v1", "on", "p1", "p3", "--stagger", "0");
      equal(on.code, 0, on.stderr);
      equal(levels(chip), "1010");
      const cycle = await hatctl("v1", "cycle", "p3", "--dwell", "100", "--json");
      equal(cycle.code, 0, cycle.stderr);
      const off = await hatctl("v1", "off", "p1");
      equal(off.code, 0, off.stderr);
      equal(levels(chip), "0010");
      equal(writes(chip), "6:1 19:1 19:0 19:1 6:0");
      const status = JSON.parse((await hatctl("v1", "status", "--json")).stdout) as {
        slots: { slot: string; line: string }[];
      };
      deepEqual(
        status.slots.map(({ slot, line }) => `${slot} ${line}`),
        ["p1 off", "p2 off", "p3 on", "p4 off"],
      );
    },
  );

  step("v1: hot lines are adopted without an edge, 4 programs killed with -9", async () => {
    await withBoard(async (board) => {
      await board.setPower("p1", "on");
      await board.setPower("p2", "on");
    });
    traceGpio();
    const note = await killedHatctls("v1", "on", "p1", "p2");
    equal(writes(chip), "");
    equal(levels(chip), "1110");
    return note;
  });

  step("v1: a foreign write is reported and nothing is written", async () => {
    await withBoard(async (board) => {
      writeFileSync(`/sys/class/gpio/gpio${chip.base + BCM.p2}/value`, "0");
      traceGpio();
      await rejects(board.setPower("p4", "on"), (error) => {
        return isHatError(error, "foreign-change") && error.slots.join() === "p2";
      });
      equal(writes(chip), "");
      await board.setPower("p4", "on");
      equal(levels(chip), "1011");
    });
  });

  step("v1: a line let go by another program is reported, then driven again", async () => {
    await withBoard(async (board) => {
      writeFileSync(`/sys/class/gpio/gpio${chip.base + BCM.p4}/direction`, "in");
      await rejects(board.setPower("p1", "on"), (error) => {
        return isHatError(error, "foreign-change") && error.slots.join() === "p4";
      });
      traceGpio();
      await board.setPower("p4", "on");
      equal(writes(chip), "26:1");
      equal(levels(chip), "1011");
    });
  });

  step("v1: one writer: hatctl is refused while a process holds the board, and reads", async () => {
    await withBoard(async () => {
      const refused = await hatctl("v1", "off", "p1");
      equal(refused.code, 6);
      match(refused.stderr, /held by process \d+/);
      equal((await hatctl("v1", "status")).code, 0);
    }, true);
    equal(levels(chip), "1011");
  });

  step("v1: a user without rights is told which group", async () => {
    const { code, stderr } = await run(
      HATCTL,
      ["--board", "v1", "off", "p1", "--timeout", "6000"],
      { uid: NOBODY },
    );
    equal(code, 4, stderr);
    match(stderr, /group gpio/);
    equal(levels(chip), "1011");
  });

  step("v1: a line that a driver of the kernel holds", async () => {
    chip.remove();
    chip = header(512, BCM.p3);
    const { code, stderr } = await hatctl("v1", "status");
    equal(code, 1, stderr);
    match(stderr, /another driver holds the line/);
  });

  step("v1: no controller of a header: what was found is named", async () => {
    chip.remove();
    const { code, stderr } = await hatctl("v1", "status");
    equal(code, 3, stderr);
    match(stderr, /found .*raspberrypi-exp-gpio/);
  });
}
